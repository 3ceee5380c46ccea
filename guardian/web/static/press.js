// What a human presses: asked back where it matters, sent to the box, and never silently lost.

import { byId, make } from "./dom.js";
import { signedIn } from "./me.js";
import { told } from "./told.js";

const NAMES = "guardian.names";
const MAX_NAMES = 6;
const YOURS = told("Your name");

/** The names used on this device, the last one first. */
export function names() {
  try {
    const kept = JSON.parse(localStorage.getItem(NAMES) ?? "[]");
    return Array.isArray(kept) ? kept.filter((each) => typeof each === "string") : [];
  } catch {
    return [];
  }
}

function keep(name) {
  const kept = [name, ...names().filter((each) => each !== name)].slice(0, MAX_NAMES);
  try {
    localStorage.setItem(NAMES, JSON.stringify(kept));
  } catch {
    // a browser that keeps nothing asks again next time
  }
  document.dispatchEvent(new CustomEvent("named"));
}

/** Ask who it is and remember it; null where nothing was given. */
export async function askName(heading, text, yes) {
  const name = (await ask({ heading, text, yes, wantsName: YOURS }))?.name;
  if (name) keep(name);
  return name;
}

/** Send a request to the box. Shows what went wrong, and tells whether it was accepted. */
export const send = async (request, values) => (await post(request, values)) !== null;

/** Send a request to the box. Shows what went wrong; gives what was answered, or null where it was not accepted. */
export async function post(request, values) {
  const { trouble, answer } = await sent(request, values);
  if (trouble) toast(trouble, true);
  return answer;
}

/** Send a request to the box; says what went wrong, or nothing where it was accepted. */
export const tell = async (request, values) => (await sent(request, values)).trouble;

async function sent(request, values) {
  try {
    const response = await fetch(`/api/${request}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(values),
      signal: AbortSignal.timeout(8_000),
    });
    if (response.ok) return { trouble: "", answer: await response.json() };
    const { error } = await response.json();
    return { trouble: told("The box said no: {why}", { why: ended(error) }), answer: null };
  } catch {
    return { trouble: told("The box did not answer. Nothing was done: use the button on the box, or call."), answer: null };
  }
}

/** By what name something is done: the box knows better who has signed in, and takes that. */
export const me = () => signedIn() || (names()[0] ?? "somebody on the page");

/** Every button that there is. `incident` may be null; `wanted` what it is worth asking back. */
export const BUTTONS = {
  async acknowledge(incident) {
    const by = signedIn() || (names()[0] ?? (await askName(told("Who is taking it?"), told("The siren stops and nobody else is called. Others see your name."), told("Acknowledge"))));
    if (by) await send("acknowledge", { incident: incident.id, by });
  },
  async cancel(incident) {
    if (await send("cancel", { incident: incident.id, by: me() })) toast(told("Good. The box has been told."));
  },
  async helped(incident) {
    if (await confirmed(told("Close it?"), told("Only when help has been given and nobody is on the floor any more."), told("Yes, close it"))) {
      await send("resolve", { incident: incident.id, outcome: incident.drill ? "drill" : "helped", by: me() });
    }
  },
  async mistaken(incident) {
    const text = told("It is closed, and everybody who was told gets the all-clear.");
    const said = await ask({ heading: told("A false alarm?"), text, yes: told("Yes, false alarm"), note: learning ? told("What was it?") : "" });
    if (said) await send("resolve", { incident: incident.id, outcome: "false alarm", note: said.note, by: me() });
  },
  async missed() {
    const text = told("What was seen around that minute is kept on the box, as stick figures, so that it can learn from it.");
    const said = await ask({ heading: told("A fall was missed?"), text, yes: told("Keep it"), wantsWhen: true, wantsWhere: true, note: told("How did it happen?") });
    if (said && (await send("missed", { at: said.at, room: said.where, note: said.note, by: me() }))) toast(told("Thank you. It is kept."));
  },
  async judge(incident, verdict) {
    if (await send("judge", { incident: incident.id, verdict, by: me() })) toast(told("Thank you. It is noted."));
  },
  async forget() {
    const text = told("Every scene that was kept to learn from is erased for good. The list of what happened stays.");
    if (await confirmed(told("Erase all of it?"), text, told("Yes, erase"), "danger")) await send("forget", { by: me() });
  },
  async unlearn(who) {
    const text = told("Every day that was counted, and what is believed to be usual, is erased for good. Learning begins anew.");
    if (await confirmed(who ? told("Erase the days of {name}?", { name: who }) : told("Erase the days of the household?"), text, told("Yes, erase"), "danger")) {
      if (await send("unlearn", { who: who || "household", by: me() })) toast(told("They are erased."));
    }
  },
  async enrol() {
    const walk = told("Ask them first: they have to agree. Then they walk through the room for a minute, alone, to and fro, near the camera and far from it.");
    const text = `${walk} ${told("The box keeps some numbers of their stature and gait, and no picture.")}`;
    const said = await ask({ heading: told("Get to know somebody"), text, yes: told("They agree: begin"), wantsName: told("Their name, or a nickname"), wantsWhere: true });
    if (said && (await send("enrol", { name: said.name, room: said.where, by: me() }))) toast(told("{name} may walk through the room now.", { name: said.name }));
  },
  async erase(name) {
    const text = told("What the box knows of their body and their days is erased for good, in every room, and the name in what happened.");
    if (await confirmed(told("Erase {name}?", { name }), text, told("Yes, erase"), "danger")) {
      if (await send("erase", { name, by: me() })) toast(told("The box erases {name}.", { name }));
    }
  },
  async accept(room, place) {
    const text = told("A fall onto a bed or sofa is not told of, nor is lying there. On a mat that takes longer. You can remove it again.");
    const kind = await ask({ heading: told("What is there?"), text, choices: kindsFrom(place.kind) });
    if (kind && (await send("accept", { room, place: place.number, kind, by: me() }))) toast(told("Thank you. It counts from now on."));
  },
  async decline(room, place) {
    if (await send("decline", { room, place: place.number, by: me() })) toast(told("Thank you. It is not proposed again."));
  },
  async remove(room, place) {
    const text = told("Whoever lies there will be told of again. It is not proposed again.");
    if (await confirmed(told("Remove {name}?", { name: place.name }), text, told("Yes, remove"))) await send("decline", { room, place: place.number, by: me() });
  },
  async view(room, places) {
    const fits = places === "fit";
    const text = fits
      ? told("Look at the outlines first: a bed that is drawn where the floor is now would silence a fall.")
      : told("Lying in bed will be told of until its place is drawn anew in the configuration, or learned and accepted.");
    const heading = fits ? told("Do the places fit?") : told("Places that do not fit?");
    if (await confirmed(heading, text, fits ? told("Yes, they fit") : told("Yes, they do not"))) {
      if (await send("view", { room, places, by: me() })) toast(told("Thank you. This is the view from now on."));
    }
  },
  async help(incident) {
    if (await confirmed(told("Call for help now?"), told("The siren starts and your contacts are called at once."), told("Yes, call for help"), "danger")) {
      await send("help", { room: incident?.box ? "" : (incident?.room ?? ""), by: me() });
    }
  },
  async test() {
    if (await confirmed(told("Test the alarm?"), told("The box rings as in an emergency. Nobody is called."), told("Ring now"))) {
      await send("test", { by: me() });
    }
  },
  async pause() {
    const seconds = await ask({ heading: told("Pause new alarms?"), text: told("A fall rings only when the pause is over. It ends by itself."), choices: PAUSES });
    if (seconds) await send("snooze", { seconds: Number(seconds), by: me() });
  },
  async close() {
    const text = told("No camera sees anybody there, and a fall goes unnoticed. The help button and other senses still call. It ends by itself.");
    const said = await ask({ heading: told("Pause cameras?"), text, choices: CLOSURES, wantsWhere: true, everywhere: rooms.length > 1 });
    if (said && (await send("pause", { seconds: Number(said.choice), room: said.where, by: me() }))) toast(told("The cameras are closed."));
  },
  async open(room) {
    if (await send("pause", { seconds: 0, room, by: me() })) toast(told("The camera is opened. It sees again in some seconds."));
  },
  async resume(room) {
    await send("snooze", { seconds: 0, room, by: me() });
  },
};

const PAUSES = [
  ["600", told("10 minutes")],
  ["1800", told("30 minutes")],
  ["3600", told("1 hour")],
];

const CLOSURES = [
  ["900", told("15 minutes")],
  ["3600", told("1 hour")],
  ["14400", told("4 hours")],
];

const KINDS = [
  ["bed", told("A bed")],
  ["sofa", told("A sofa")],
  ["chair", told("A chair")],
  ["mat", told("A mat on the floor")],
];

/** What there may be, the likeliest first. */
const kindsFrom = (kind) => [...KINDS.filter(([each]) => each === kind), ...KINDS.filter(([each]) => each !== kind)];

let learning = false;
let rooms = [];

/** Whether the box keeps what it may learn from, and the names of the rooms. */
export function knowFeedback(on, names) {
  learning = on;
  rooms = names;
}

/** With a stop at its end. */
const ended = (text) => (/[.?!。！？]$/.test(text) ? text : `${text}.`);

export const confirmed = (heading, text, yes, look) => ask({ heading, text, yes, look });

/**
 * Show the dialog; resolves to what was answered (a choice, or all that was written), or null where it was left.
 * `wantsWhere` with choices gives both; with `everywhere` no room in particular may be meant. A `secret` is shown once, and
 * is nowhere afterwards. `wantsName` and `note` say what is to be written there; only for one's own name those that were
 * used here are offered.
 */
export function ask({ heading, text, yes = "", look = "primary", wantsName = "", wantsWhen = false, wantsWhere = false, everywhere = false, note = "", secret = "", choices = [] }) {
  const dialog = byId("ask");
  if (dialog.open) return Promise.resolve(null);
  byId("ask-title").textContent = heading;
  byId("ask-text").textContent = text;
  byId("ask-secret").hidden = !secret;
  byId("ask-secret").textContent = secret;
  byId("ask-name").hidden = !wantsName;
  const input = byId("name");
  input.value = "";
  input.required = Boolean(wantsName);
  input.autocomplete = wantsName === YOURS ? "name" : "off";
  byId("name-label").textContent = wantsName;
  byId("ask-when").hidden = !wantsWhen;
  byId("at").required = wantsWhen;
  byId("at").value = "";
  const places = rooms.map((room) => make("option", { value: room }, room));
  byId("where").replaceChildren(...(everywhere ? [make("option", { value: "" }, told("All rooms"))] : []), ...places);
  byId("ask-where").hidden = !wantsWhere;
  byId("ask-note").hidden = !note;
  byId("note-label").textContent = note;
  byId("note").value = "";
  return new Promise((resolve) => {
    let answer = null;
    const finish = (value) => {
      answer = value;
      byId("ask-secret").textContent = "";
      dialog.close();
    };
    const buttons = choices.map(([value, label]) => make("button", { type: "button", class: "plain", onclick: () => finish(wantsWhere ? { choice: value, where: byId("where").value } : value) }, label));
    if (yes) buttons.push(make("button", { type: "submit", class: look }, yes));
    if (!secret) buttons.push(make("button", { type: "button", class: "quiet", onclick: () => finish(null) }, told("Go back")));
    byId("ask-actions").replaceChildren(...buttons);
    byId("known").replaceChildren(...(wantsName === YOURS ? names() : []).map((name) => make("button", { type: "button", class: "plain", onclick: () => finish({ name }) }, name)));
    byId("ask-form").onsubmit = (event) => {
      event.preventDefault();
      const name = input.value.trim();
      if (wantsName && !name) return;
      finish({ name, at: byId("at").value, where: byId("where").value, note: byId("note").value.trim() });
    };
    dialog.addEventListener("close", () => resolve(answer), { once: true });
    dialog.showModal();
    if (wantsName) input.focus();
    if (wantsWhen) byId("at").focus();
  });
}

let hiding = 0;

/** Say something for a few seconds; a failure stays longer. */
export function toast(text, failed = false) {
  const box = byId("toast");
  box.textContent = text;
  box.classList.toggle("failed", failed);
  box.hidden = false;
  clearTimeout(hiding);
  hiding = setTimeout(() => {
    box.hidden = true;
  }, failed ? 12_000 : 4_000);
}
