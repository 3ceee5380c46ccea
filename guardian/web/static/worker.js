// The service worker: it keeps one page that says that there is no connection, and nothing of the home.

// It is registered with the language of the page: whoever chooses another gets another worker, which keeps that one.
const CACHE = `guardian-2-${new URL(self.location).searchParams.get("language")}`;
const OFFLINE = `/static/offline.html${new URL(self.location).search}`;
const LOOK = ["/static/page.css", "/static/icon.svg"];

self.addEventListener("install", (event) => {
  const fresh = [OFFLINE, ...LOOK].map((path) => new Request(path, { cache: "reload" }));
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(fresh)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const old = caches.keys().then((names) => Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name))));
  event.waitUntil(old.then(() => self.clients.claim()));
});

// What is kept is shown only where the box does not answer: an old page must never pass for a new one.
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const path = new URL(request.url).pathname;
  if (request.mode === "navigate") event.respondWith(fetch(request).catch(() => caches.match(OFFLINE)));
  else if (LOOK.includes(path)) event.respondWith(fetch(request).catch(() => caches.match(path)));
});
