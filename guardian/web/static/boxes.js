// The household's other boxes: whether each answers, how well its rooms are watched, and what it said last.

import { byId, make, timeOf, whenChanged } from "./dom.js";
import { told } from "./told.js";

const COVERAGE = { armed: told("Watching"), degraded: told("Seeing poorly"), blind: told("Cannot see"), "": told("Not known") };

/** Show the other boxes; nothing where there are none. */
export function showBoxes(boxes) {
  byId("boxes-box").hidden = boxes.length === 0;
  whenChanged(byId("boxes"), boxes, () => byId("boxes").replaceChildren(...boxes.map(card)));
}

function card({ name, page, lives, stands, heard, rooms, last }) {
  const link = page ? make("a", { href: page, rel: "noreferrer" }, told("Open the page of {name}", { name })) : null;
  const silent = lives ? null : make("p", { class: "wrong" }, heard ? told("It was last heard at {time}. What is below may no longer be true: go and look.", { time: timeOf(heard) }) : told("It has not been heard since this box was started."));
  const open = last.map((each) => make("li", { class: "wrong" }, make("strong", {}, each.what), `${each.where ? ` · ${each.where}` : ""} · ${each.verdict} · ${timeOf(each.opened)}`));
  return make(
    "article",
    { class: "card box", "data-box": name, "data-lives": String(lives) },
    make("header", {}, make("h3", {}, name), make("span", { class: "stands" }, stands)),
    silent,
    open.length ? make("ul", { class: "last", "aria-label": told("What was open in {name}", { name }) }, ...open) : null,
    make("ul", { class: "there", "aria-label": told("Rooms of {name}", { name }) }, ...rooms.map((each) => room(each, lives))),
    make("p", { class: "elsewhere" }, told("Its stick figures are on the other box."), " ", link),
  );
}

/** A room, as it is now; of a box that does not answer, as it was then. */
function room({ name, coverage, reason, says }, lives) {
  const why = reason && lives ? make("span", { class: "why" }, reason) : null;
  const known = lives ? coverage : "";
  return make("li", { "data-coverage": known }, make("strong", {}, name), make("span", { class: "says" }, lives ? says : told("Last heard: {says}", { says })), make("span", { class: "badge" }, COVERAGE[known]), why);
}
