// The state of the alarm in large type, what may be done about it, and every other open incident below.

import { byId, make, say, timeOf, whenChanged } from "./dom.js";
import { BUTTONS } from "./press.js";
import { openReplay } from "./replay.js";
import { told } from "./told.js";

const MAX_SHOWN_REASONS = 4;

/** Which buttons an incident offers, most important first: [label, line below, look, what it does]. */
function offers(incident) {
  const can = new Set(incident.actions);
  const pending = incident.state === "pending" || incident.state === "suspected";
  const found = [];
  if (can.has("cancel") && pending) found.push([told("I am all right"), told("Stops the countdown"), "primary", BUTTONS.cancel]);
  if (pending && !incident.drill) found.push([told("I need help"), told("Call now, do not wait"), "danger", BUTTONS.help]);
  if (can.has("acknowledge")) found.push([told("Acknowledge"), told("I am taking care of it"), pending ? "plain" : "primary", BUTTONS.acknowledge]);
  if (can.has("cancel") && !pending) found.push([told("I am all right"), told("Said by the person"), "plain", BUTTONS.cancel]);
  if (can.has("resolve")) found.push(...closings(incident));
  return found;
}

/** Whether it is worth looking at what came before: nobody looks while somebody is asked. */
const worthWatching = (incident) => incident !== null && !incident.drill && !incident.box && ["raised", "acknowledged"].includes(incident.state);
const WATCH = [told("See what happened"), "", "plain", openReplay];

function closings(incident) {
  if (incident.drill) return [[told("End the drill"), "", incident.state === "acknowledged" ? "primary" : "plain", BUTTONS.helped]];
  if (incident.state !== "acknowledged") return [[told("False alarm"), told("Close it"), "plain", BUTTONS.mistaken]];
  return [
    [told("Helped – close"), told("It is over"), "primary", BUTTONS.helped],
    [told("False alarm"), told("Close it"), "plain", BUTTONS.mistaken],
  ];
}

function button([label, below, look, act], incident) {
  return make("button", { type: "button", class: look, onclick: () => act(incident) }, make("span", {}, label), below ? make("small", {}, below) : null);
}

/** Show the headline and the open incidents. */
export function showAlarm(state) {
  const { headline, incidents } = state;
  const worst = incidents[0] ?? null;
  document.documentElement.dataset.mood = headline.mood;
  say(byId("kicker"), headline.kicker);
  say(byId("title"), headline.title);
  say(byId("detail"), headline.detail);
  byId("countdown").hidden = headline.countdown === null;
  say(byId("seconds"), String(headline.countdown ?? ""));
  announce(headline);
  showReasons(worst);
  showActions(worst, state);
  byId("watch").hidden = !worthWatching(worst);
  byId("watch").onclick = () => openReplay(worst);
  showOthers(incidents.slice(1));
  for (const name of ["close", "pause", "test"]) byId(name).hidden = worst !== null; // first things first
}

/** Tell the screen reader what is new, and not every second of a countdown. */
function announce({ kicker, title, detail, countdown, mood }) {
  whenChanged(byId("say"), [kicker, title, mood], () => {
    const left = countdown === null ? "" : ` ${countdown === 1 ? told("1 second to answer.") : told("{number} seconds to answer.", { number: countdown })}`;
    byId("say").textContent = `${title}${/[.?!。？！]$/.test(title) ? "" : "."}${left} ${detail}`;
  });
}

function showReasons(worst) {
  const list = byId("reasons");
  const reasons = worst?.reasons ?? [];
  const more = [...(worst?.reached ?? []), ...(worst?.problem ? [worst.problem] : [])];
  whenChanged(list, [reasons, more], () => {
    list.hidden = reasons.length + more.length === 0;
    list.replaceChildren(...[...reasons.slice(-MAX_SHOWN_REASONS), ...more].map((reason) => make("li", {}, reason)));
  });
}

function showActions(worst, { snoozes, pauses }) {
  const box = byId("actions");
  whenChanged(box, [worst?.id, worst?.state, worst?.actions, snoozes, pauses], () => {
    const hadFocus = box.contains(document.activeElement);
    const resumes = worst ? [] : [...snoozes.map((each) => resume(each)), ...pauses.map((each) => reopen(each))];
    box.replaceChildren(...(worst ? offers(worst).map((offer) => button(offer, worst)) : resumes));
    if (hadFocus) (box.querySelector("button") ?? byId("alarm")).focus();
  });
}

function resume({ room, until }) {
  const label = room ? told("Watch {room} again", { room }) : told("End the pause");
  return make("button", { type: "button", class: "primary", onclick: () => BUTTONS.resume(room) }, make("span", {}, label), make("small", {}, told("It ends at {time}", { time: timeOf(until) })));
}

function reopen({ room, until }) {
  return make("button", { type: "button", class: "primary", onclick: () => BUTTONS.open(room) }, make("span", {}, told("Open the camera: {room}", { room })), make("small", {}, told("It opens at {time}", { time: timeOf(until) })));
}

function showOthers(others) {
  const box = byId("others");
  whenChanged(box, others.map(({ age, ...rest }) => rest), () => {
    box.hidden = others.length === 0;
    box.replaceChildren(...others.map((incident) => make(
      "article",
      { class: "card other", "data-state": incident.state },
      make("h2", {}, incident.what),
      make("p", {}, `${incident.verdict} · ${incident.where || told("At home")} · ${timeOf(incident.opened)}${incident.countdown === null ? "" : ` · ${incident.countdown} s`}`),
      incident.problem ? make("p", { class: "wrong" }, incident.problem) : null,
      make("div", { class: "actions" }, ...[...offers(incident), ...(worthWatching(incident) ? [WATCH] : [])].map((offer) => button(offer, incident))),
    )));
  });
}

/** The buttons that are there at any time. */
export function showQuick() {
  byId("quick").replaceChildren(
    button([told("Call for help"), "", "danger", () => BUTTONS.help(null)], null),
    named("close", button([told("Pause cameras"), "", "plain", () => BUTTONS.close()], null)),
    named("pause", button([told("Pause alarms"), "", "plain", () => BUTTONS.pause()], null)),
    named("test", button([told("Test alarm"), "", "plain", () => BUTTONS.test()], null)),
  );
}

function named(id, element) {
  element.id = id;
  return element;
}
