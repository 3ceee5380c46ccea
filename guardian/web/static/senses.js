// The senses that are no cameras: what each says, since when, and whether it is heard.

import { byId, make, timeOf, whenChanged } from "./dom.js";
import { told } from "./told.js";

/** Show the senses; nothing where there are none. */
export function showSenses(senses) {
  byId("senses-box").hidden = senses.length === 0;
  whenChanged(byId("senses"), senses, () => byId("senses").replaceChildren(...senses.map(line)));
}

function line({ name, room, state, says, since, fault }) {
  const where = room ? make("span", { class: "where" }, room) : null;
  const stands = state === "unknown" ? says : told("{says} since {time}", { says, time: timeOf(since) });
  const wrong = fault ? make("span", { class: "wrong" }, fault) : null;
  return make("li", { "data-state": state, "data-sense": name }, make("strong", {}, name), where, make("span", { class: "says" }, stands), wrong);
}
