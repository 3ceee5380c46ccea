// The rooms: how well each is watched, and who is in it.

import { byId, make, say, whenChanged } from "./dom.js";
import { POSTURES, Stage, titles } from "./figure.js";
import { openPlaces } from "./places.js";
import { BUTTONS } from "./press.js";
import { told } from "./told.js";

const COVERAGE = { armed: told("Watching"), degraded: told("Seeing poorly"), blind: told("Cannot see"), paused: told("Paused") };
const UNSEEN = ["blind", "paused"];

const IS_THERE = { bed: told("Is there a bed?"), sofa: told("Is there a sofa?"), chair: told("Is there a chair?"), mat: told("Is there a mat?") };
const YES = { bed: told("Yes, a bed"), sofa: told("Yes, a sofa"), chair: told("Yes, a chair"), mat: told("Yes, a mat") };

const closeUp = new Stage(true);
let closest = null; // the room that is shown beside the headline
let tiles = [];
let latest = []; // who was last seen in each room: of a body that lies still, nothing new is told

/** Show the rooms and their coverage. */
export function showRooms(rooms) {
  const box = byId("rooms");
  whenChanged(box, rooms.map((room) => room.name), () => {
    tiles = rooms.map((room) => new Tile(room.name));
    box.replaceChildren(...tiles.map((tile) => tile.element));
    box.classList.toggle("single", rooms.length === 1);
  });
  rooms.forEach((room, index) => tiles[index].cover(room));
}

/** Show the people; `rooms` has a list for each room, in their order. */
export function showPeople(rooms) {
  latest = rooms;
  rooms.forEach((persons, index) => tiles[index]?.people(persons));
  if (closest !== null) closeUp.show(rooms[closest] ?? []);
}

/** Show the room where something is the matter beside the headline as well; null where that is nowhere. */
export function showClosely(name, rooms) {
  const box = byId("hero-stage");
  const index = rooms.findIndex((room) => room.name === name && !UNSEEN.includes(room.coverage));
  closest = index < 0 ? null : index;
  box.hidden = closest === null;
  if (closest === null) return;
  whenChanged(box, rooms[index], () => {
    closeUp.furnish(rooms[index].aspect, rooms[index].places);
    box.replaceChildren(closeUp.svg);
  });
  closeUp.show(latest[index] ?? []);
}

class Tile {
  constructor(name) {
    this.stage = new Stage();
    this.persons = [];
    this.badge = make("span", { class: "badge" });
    this.reason = make("p", { class: "reason", hidden: true });
    this.camera = make("p", { class: "camera", hidden: true });
    this.view = make("div", { class: "view-question", role: "group", "aria-label": told("The view of {room}", { room: name }), hidden: true });
    this.list = make("ul", { class: "persons", "aria-label": told("Who is in {room}", { room: name }) });
    this.learned = make("ul", { class: "learned", "aria-label": told("Places learned in {room}", { room: name }), hidden: true });
    this.veil = make("p", { class: "veil", hidden: true });
    this.draw = make("div", { class: "draw-places installer" }, make("button", { type: "button", class: "plain small", "aria-label": told("Draw places in {room}", { room: name }), onclick: () => openPlaces(name) }, told("Draw places")));
    this.element = make(
      "article",
      { class: "card room", "data-room": name },
      make("header", {}, make("h3", {}, name), this.badge),
      make("div", { class: "stage" }, this.stage.svg, this.veil),
      this.reason,
      this.view,
      this.list,
      this.learned,
      this.camera,
      this.draw,
    );
  }

  cover(room) {
    this.element.dataset.coverage = room.coverage;
    say(this.badge, COVERAGE[room.coverage]);
    this.reason.hidden = !room.reason;
    say(this.reason, room.reason);
    this.camera.hidden = !room.camera;
    say(this.camera, room.camera);
    this.view.hidden = !room.moved && !room.outdated;
    whenChanged(this.view, [room.moved, room.outdated], () => this.view.replaceChildren(...viewQuestion(room)));
    this.veil.hidden = !UNSEEN.includes(room.coverage);
    say(this.veil, room.coverage === "paused" ? told("Camera paused") : COVERAGE.blind);
    const proposed = room.learned.filter((each) => !each.accepted);
    const places = [...room.places, ...proposed.map((each) => ({ ...each, proposed: true }))];
    whenChanged(this.stage.svg, [room.aspect, places], () => this.stage.furnish(room.aspect, places));
    whenChanged(this.learned, room.learned, () => this.learned.replaceChildren(...room.learned.map((each) => learnedPlace(room.name, each))));
    this.learned.hidden = room.learned.length === 0;
    this.tell(this.persons); // that nobody is in sight says nothing once nobody looks
  }

  people(persons) {
    this.stage.show(persons);
    this.tell(persons);
  }

  tell(persons) {
    this.persons = persons;
    const names = titles(persons);
    const words = persons.map((person, index) => [person.posture, names[index], phrase(person)]);
    const nobody = UNSEEN.includes(this.element.dataset.coverage) ? told("Whether somebody is here is not known") : told("Nobody in sight");
    whenChanged(this.list, [words, nobody], () => {
      const items = words.map(([posture, name, doing]) => make("li", { "data-posture": posture }, make("strong", {}, name), ` ${doing}`));
      this.list.replaceChildren(...(items.length ? items : [make("li", { class: "nobody" }, nobody)]));
    });
  }
}

/** Of a camera that was moved: the question whether this is its view now; later, what does not count since. */
function viewQuestion({ name, moved, outdated }) {
  const button = (places, text) => make("button", { type: "button", class: "plain small", onclick: () => BUTTONS.view(name, places) }, text);
  if (moved) {
    return [
      make("p", { class: "installer" }, make("strong", {}, told("Is this its new view?")), ` ${told("Then say whether the places still are where they are drawn.")}`),
      make("div", { class: "answers installer" }, button("fit", told("Yes, and the places fit")), button("anew", told("Yes, but the places do not fit"))),
    ];
  }
  return [make("p", {}, outdated), make("div", { class: "answers installer" }, button("fit", told("They fit after all")))];
}

/** A place that was learned: a question, or once it was accepted what there is, and how to take it back. */
function learnedPlace(room, place) {
  const button = (look, doing, text) => make("button", { type: "button", class: look, onclick: () => doing(room, place) }, text);
  if (place.accepted) {
    return make("li", {}, make("p", {}, make("strong", {}, place.name), ` ${place.sentence}`), button("quiet small installer", BUTTONS.remove, told("Remove {name}", { name: place.name })));
  }
  return make(
    "li",
    { class: "proposed installer" },
    make("p", {}, make("strong", {}, IS_THERE[place.kind]), ` ${place.sentence} ${told("Nothing changes until you answer.")}`),
    make("div", { class: "answers" }, button("plain small", BUTTONS.accept, YES[place.kind]), button("plain small", BUTTONS.decline, told("No"))),
  );
}

const phrase = (person) => `${POSTURES[person.posture] ?? person.posture}${person.place ? ` · ${person.place}` : ""}`;
