// What happened: the latest incidents, newest first, by day.

import { byId, dayName, dayOf, make, timeOf } from "./dom.js";
import { BUTTONS } from "./press.js";
import { openReplay } from "./replay.js";
import { told } from "./told.js";

const LIMIT = 50;
let asked = 0;

/** Fetch the list and show it; an answer that was overtaken by a later question is dropped. */
export async function refreshIncidents(today) {
  asked += 1;
  const question = asked;
  let list;
  try {
    const response = await fetch(`/api/incidents?limit=${LIMIT}`);
    list = response.ok ? (await response.json()).incidents : null;
  } catch {
    list = null;
  }
  if (question !== asked) return;
  const box = byId("past");
  if (list === null) box.replaceChildren(make("p", { class: "nothing" }, told("The list cannot be read just now. The alarm works without it.")));
  else if (list.length === 0) box.replaceChildren(make("p", { class: "nothing" }, told("Nothing has happened yet. That is good.")));
  else box.replaceChildren(...days(list, today));
}

function days(list, today) {
  const groups = new Map();
  for (const incident of list) {
    const day = dayOf(incident.opened);
    groups.set(day, [...(groups.get(day) ?? []), incident]);
  }
  return [...groups].flatMap(([day, incidents]) => [
    make("h3", { class: "day" }, dayName(day, today)),
    make("ol", { class: "incidents" }, ...incidents.map(entry)),
  ]);
}

function entry(incident) {
  const when = timeOf(incident.opened);
  return make(
    "li",
    { class: "card incident", "data-state": incident.state, "data-outcome": incident.outcome ?? "", "data-id": incident.id },
    make("time", { datetime: incident.opened }, when),
    make(
      "div",
      { class: "incident-words" },
      make("p", { class: "what" }, incident.what),
      make("p", { class: "where" }, [incident.where || told("At home"), taken(incident)].filter(Boolean).join(" · ")),
      make("span", { class: "verdict" }, incident.verdict),
    ),
    make("div", { class: "more" }, reasons(incident), replayButton(incident, when), judgement(incident, when)),
  );
}

function taken(incident) {
  return incident.by ? `${incident.by}${incident.via ? ` (${incident.via})` : ""}` : "";
}

function reasons(incident) {
  if (incident.reasons.length === 0) return null;
  const items = incident.reasons.map((reason) => make("li", {}, reason));
  return make("details", {}, make("summary", {}, told("Why")), make("ul", {}, ...items));
}

const JUDGED = { fall: told("You said: a fall."), "false alarm": told("You said: a false alarm.") };

/** Of a scene that is kept to learn from: what a human said it was, or the question. */
function judgement(incident, when) {
  if (incident.judged === null || incident.state !== "resolved") return null;
  if (JUDGED[incident.judged]) return incident.outcome === "helped" || incident.outcome === "false alarm" ? null : make("div", { class: "judge" }, make("p", {}, JUDGED[incident.judged]));
  const choice = (verdict, label) => make(
    "button",
    { type: "button", class: "plain small", "aria-label": `${label}: ${incident.what}, ${when}`, onclick: () => BUTTONS.judge(incident, verdict) },
    label,
  );
  return make("div", { class: "judge" }, make("p", {}, told("What was it?")), choice("fall", told("It was a fall")), choice("false alarm", told("False alarm")));
}

function replayButton(incident, when) {
  if (!incident.replayable) return null;
  return make(
    "button",
    { type: "button", class: "plain small", "aria-label": told("Replay: {what}, {time}", { what: incident.what, time: when }), onclick: () => openReplay(incident) },
    `\u25b6\ufe0e ${told("Replay")}`,
  );
}
