// What makes the page an app on a telephone: a page that is there without the box. Without it everything works as well.

if ("serviceWorker" in navigator) {
  navigator.serviceWorker.register(`/worker.js?language=${document.documentElement.lang}`).catch(() => {
    // a browser that does not trust the certificate installs nothing
  });
}
