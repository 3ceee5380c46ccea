// The connection to the box. Silence is news: a page that shows an old "all is well" is worse than no page.

const SILENCE_MS = 3_000;
const CHECK_MS = 500;
const RETRY_MS = 2_000;

/** Listen to the box. `on` has skeleton(data), state(data), known(data), people(data), beat(data) and link(word): live, late, lost or locked. */
export function listen(on) {
  let source = null;
  let heard = mark();
  let late = false;
  let locked = false;
  let word = "connecting";

  function become(next) {
    if (next === word) return;
    word = next;
    on.link(word);
  }

  function take(name, use) {
    source.addEventListener(name, (event) => {
      heard = mark();
      locked = false;
      const data = JSON.parse(event.data);
      if (name === "state") late = data.late;
      use(data);
      become(late ? "late" : "live");
    });
  }

  function open() {
    source = new EventSource("/api/stream");
    take("skeleton", on.skeleton);
    take("state", on.state);
    take("known", on.known);
    take("people", on.people);
    take("beat", on.beat);
    source.addEventListener("error", () => {
      if (source.readyState === EventSource.CLOSED) refused();
    });
  }

  async function refused() {
    source.close();
    try {
      locked = (await fetch("/", { method: "HEAD" })).status === 401;
    } catch {
      locked = false;
    }
    setTimeout(open, RETRY_MS);
  }

  function check() {
    if (silence(heard) > SILENCE_MS) become(locked ? "locked" : "lost");
  }

  open();
  setInterval(check, CHECK_MS);
  document.addEventListener("visibilitychange", check);
}

// Two clocks, since one stands still while a computer sleeps and the other may be set back.
const mark = () => ({ steady: performance.now(), wall: Date.now() });
const silence = (since) => Math.max(performance.now() - since.steady, Math.abs(Date.now() - since.wall));
