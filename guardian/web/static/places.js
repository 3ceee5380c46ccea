// Drawing the places of a room: over where people have been and who is there now, since there is no picture.

import { byId, draw, make, say, whenChanged } from "./dom.js";
import { Stage } from "./figure.js";
import { Outline } from "./outline.js";
import { confirmed, me, tell } from "./press.js";
import { number, told } from "./told.js";

const HEIGHT = 1_000;
const BRIGHTEST = 9;
const AGAIN_MS = 5_000; // how often the box is asked where people have been, while one draws
const HINTS = {
  bed: told("One may lie and sleep there, at any hour: that is no alarm."),
  sofa: told("One may sit and lie there: that is no alarm."),
  chair: told("One sits there, and does not lie."),
  mat: told("For exercises: one may lie there for a while."),
  floor: told("Only a name, for what is told."),
  door: told("Only a name, for what is told."),
  exit: told("The door out of the home: whoever was last seen there is out."),
  screen: told("A television or a mirror: who is only ever seen within it is nobody. Never a doorway."),
};
const ORIGINS = {
  configured: told("as configured"),
  drawn: told("drawn here"),
  removed: told("removed here; the configuration has it"),
  learned: told("learned, and accepted"),
};

const KINDS = {
  bed: told("bed"),
  sofa: told("sofa"),
  chair: told("chair"),
  mat: told("mat"),
  floor: told("floor"),
  door: told("door"),
  exit: told("exit"),
  screen: told("screen"),
};

const stage = new Stage();
const heat = draw("g", { class: "heat" });
let outline = null;
let rooms = [];
let people = [];
let open = null; // the name of the room that is shown
let editing = null; // the place that is drawn: {instead, named}, instead empty for a new one

/** Take what the box says of its rooms, and of what is the matter. */
export function knowPlaces(state) {
  rooms = state.rooms;
  if (open === null) return;
  const urgent = state.incidents.length ? `${state.headline.title}. ${told("Close this to answer.")}` : "";
  byId("places-alarm").hidden = !urgent;
  say(byId("places-alarm"), urgent);
  show();
}

/** Take who is where now; `all` has a list for each room. */
export function knowWhoIsThere(all) {
  people = all;
  if (open !== null) stage.show(people[rooms.findIndex((room) => room.name === open)] ?? []);
}

/** Open the drawing of one room. */
export function openPlaces(name) {
  open = name;
  byId("places-title").textContent = told("Places in {room}", { room: name });
  byId("places-alarm").hidden = true;
  finish("");
  show();
  byId("places").showModal();
  knowWhoIsThere(people);
  refresh();
}

export function preparePlaces() {
  const dialog = byId("places");
  outline = new Outline(byId("places-said"), showButtons);
  stage.svg.prepend(heat);
  byId("places-stage").append(stage.svg, outline.svg);
  byId("places-close").onclick = () => leave() && dialog.close();
  dialog.addEventListener("cancel", (event) => leave() || event.preventDefault());
  dialog.addEventListener("close", () => {
    open = null;
  });
  byId("place-new").onclick = () => begin({ name: "", kind: "bed", polygon: [] });
  byId("corner-add").onclick = () => outline.add();
  byId("corner-remove").onclick = () => outline.remove();
  byId("corner-undo").onclick = () => outline.undo();
  byId("place-cancel").onclick = () => finish(told("Nothing was changed."));
  byId("place-form").onsubmit = (event) => {
    event.preventDefault();
    save();
  };
  byId("place-name").oninput = () => {
    editing.named = true;
  };
  byId("place-kind").onchange = suggest;
  byId("lines-copy").onclick = copy;
  setInterval(refresh, AGAIN_MS);
  for (const box of byId("places").querySelectorAll("[name=layer]")) box.onchange = () => heat.classList.toggle(`without-${box.value}`, !box.checked);
}

const room = () => rooms.find((each) => each.name === open);

/** Every place that may be drawn anew, and where it is from. */
function placesOf({ drawn, learned }) {
  const accepted = learned.filter((each) => each.accepted).map((each) => ({ ...each, source: "learned" }));
  return [...drawn, ...accepted];
}

function show() {
  const shown = room();
  if (!shown) return;
  const places = placesOf(shown);
  const others = places.filter((each) => each.source !== "removed" && !each.outdated && each.key !== editing?.instead);
  whenChanged(stage.svg, [shown.aspect, others], () => stage.furnish(shown.aspect, others));
  whenChanged(byId("places-list"), places, () => {
    byId("places-list").replaceChildren(...(places.length ? places.map(item) : [make("li", { class: "nothing" }, told("No place is drawn yet."))]));
    refresh();
  });
}

function item(place) {
  const button = (text, doing) => make("button", { type: "button", class: "quiet small", "aria-label": `${text} ${place.name}`, onclick: () => doing(place) }, text);
  const over = place.source === "drawn" && place.configured ? told(", over the configured one") : "";
  const old = place.outdated ? told("; of another view, and does not count until it is drawn anew") : "";
  const origin = `${KINDS[place.kind]}, ${ORIGINS[place.source]}${over}${old}`;
  const gone = place.source === "removed";
  return make(
    "li",
    { "data-source": place.source, class: place.outdated || gone ? "idle" : null },
    make("p", {}, make("strong", {}, place.name), make("span", { class: "where-known" }, origin)),
    make("div", { class: "answers" }, gone ? "" : button(told("Change"), begin), gone ? "" : button(told("Remove"), remove), gone || over ? button(told("Restore"), restore) : ""),
  );
}

/** Draw a place, or a new one. */
function begin(place) {
  editing = { instead: place.key ?? "", named: Boolean(place.name) };
  outline.begin(room().aspect, place.polygon);
  byId("place-name").value = place.name;
  byId("place-kind").value = place.kind;
  suggest();
  byId("places").dataset.mode = "draw";
  say(byId("places-said"), told("Tap the corners of the place, one after the other. Drag a corner to move it."));
  say(byId("places-wrong"), "");
  show();
  showButtons();
  outline.paint();
  byId("places").scrollTo({ top: 0 });
  byId("place-name").focus({ preventScroll: true });
}

/** A name for whoever does not care: the kind, with a number where that is taken; and what the kind means. */
function suggest() {
  const kind = byId("place-kind").value;
  say(byId("place-hint"), HINTS[kind]);
  if (editing.named) return;
  const taken = new Set(placesOf(room()).map((each) => each.name));
  let name = KINDS[kind];
  for (let next = 2; taken.has(name); next += 1) name = `${KINDS[kind]} ${next}`;
  byId("place-name").value = name;
}

function showButtons() {
  byId("corner-undo").disabled = !outline.isChanged;
  byId("corner-remove").disabled = outline.corners.length === 0;
}

/** Back to the list, with a word on what became of it. */
function finish(text) {
  editing = null;
  byId("places").dataset.mode = "list";
  say(byId("places-said"), text);
  say(byId("places-wrong"), "");
  if (room()) show();
}

async function save() {
  if (!outline.isEnough) {
    wrong(told("Three corners or more make a place."));
    return;
  }
  const name = byId("place-name").value.trim();
  const values = { name, kind: byId("place-kind").value, polygon: outline.corners, instead: editing.instead, room: open, by: me() };
  const trouble = await tell("draw", values);
  if (trouble) wrong(trouble);
  else {
    finish(told("The box has taken {name}. It counts from now on.", { name }));
    byId("place-new").focus();
  }
}

async function remove(place) {
  const text = told("Whoever lies there will be told of from now on, unless it is learned or drawn again.");
  if (!(await confirmed(told("Remove {name}?", { name: place.name }), text, told("Yes, remove")))) return;
  const learned = place.source === "learned";
  const trouble = learned ? await tell("decline", { room: open, place: place.number, by: me() }) : await tell("remove", { room: open, name: place.key, by: me() });
  if (trouble) wrong(trouble);
  else finish(told("{name} does not count from now on.", { name: place.name }));
}

async function restore(place) {
  const trouble = await tell("restore", { room: open, name: place.key, by: me() });
  if (trouble) wrong(trouble);
  else finish(told("{name} is as it is configured.", { name: place.name }));
}

const wrong = (text) => say(byId("places-wrong"), text);

/** Whether one may go: what is drawn and not saved is not thrown away by a slip. */
function leave() {
  if (editing === null || !outline.isChanged) return true;
  wrong(told("What you have drawn is not saved yet: save it, or press Cancel."));
  return false;
}

/** Ask the box where people have been, and for the lines to paste. */
async function refresh() {
  const name = open;
  if (name === null) return;
  try {
    const response = await fetch(`/api/places?room=${encodeURIComponent(name)}`);
    if (!response.ok || open !== name) return;
    paint(await response.json());
  } catch {
    return; // the page says by itself that the connection is lost
  }
}

function paint({ columns, rows, heat: levels, hours, yaml }) {
  const width = (HEIGHT * room().aspect) / columns;
  const height = HEIGHT / rows;
  heat.replaceChildren(...Object.entries(levels).flatMap(([layer, cells]) => warm(layer, cells, columns, width, height)));
  if (byId("lines").value !== yaml) byId("lines").value = yaml;
  const seen = hours < 0.1 ? told("Hardly anybody has been counted here yet.") : told("Counted for {number} hours.", { number: number(hours, 1) });
  say(byId("places-hours"), `${seen} ${told("Where feet stood, and hips sat or lay; old time fades. Nothing else is kept of it.")}`);
}

/** One path for each level of a layer: thousands of cells would be slow on a phone. */
function warm(layer, cells, columns, width, height) {
  const paths = Array.from({ length: BRIGHTEST + 1 }, () => "");
  cells.forEach((level, cell) => {
    if (level) paths[level] += `M${((cell % columns) * width).toFixed(1)} ${(Math.floor(cell / columns) * height).toFixed(1)}h${width.toFixed(1)}v${height.toFixed(1)}h-${width.toFixed(1)}z`;
  });
  return paths.flatMap((d, level) => (d ? [draw("path", { class: `warm ${layer}`, d, "fill-opacity": (0.1 + (0.55 * level) / BRIGHTEST).toFixed(2) })] : []));
}

async function copy() {
  byId("lines").select();
  try {
    await navigator.clipboard.writeText(byId("lines").value);
    say(byId("lines-said"), told("Copied."));
  } catch {
    say(byId("lines-said"), told("They are marked: copy them with your device’s own way."));
  }
}
