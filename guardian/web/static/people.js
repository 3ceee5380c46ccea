// People: who is enrolled in which rooms, and how it goes while the box gets to know somebody.

import { byId, make, say, whenChanged } from "./dom.js";
import { BUTTONS } from "./press.js";
import { number, told } from "./told.js";

let cards = new Map();

/** Show who is enrolled, and the enrolments that go on or were the last in their room. */
export function showKnown({ people, enrolments }) {
  const going = enrolments.filter((each) => !each.ended);
  whenChanged(byId("acquainted"), [people, going.map(keyOf)], () => byId("acquainted").replaceChildren(list(people, going)));
  const keys = enrolments.map(keyOf);
  whenChanged(byId("enrolments"), keys, () => {
    cards = new Map(keys.map((key) => [key, cards.get(key) ?? new Card()]));
    byId("enrolments").replaceChildren(...[...cards.values()].map((card) => card.element));
  });
  for (const each of enrolments) cards.get(keyOf(each)).show(each);
}

const keyOf = ({ name, room }) => JSON.stringify([name, room]);

function list(people, going) {
  const roomsOf = new Map(going.map(({ name }) => [name, []]));
  for (const { name, room } of people) roomsOf.set(name, [...(roomsOf.get(name) ?? []), room]);
  if (roomsOf.size === 0) return make("p", { class: "nothing" }, told("Nobody is enrolled."));
  const items = [...roomsOf].sort(([a], [b]) => a.localeCompare(b)).map(([name, rooms]) => item(name, rooms));
  return make("ul", { class: "acquainted", "aria-label": told("Who is enrolled") }, ...items);
}

function item(name, rooms) {
  const where = rooms.length ? told("Enrolled in {rooms}", { rooms: rooms.join(told(", ")) }) : told("Not enrolled yet");
  const erase = make("button", { type: "button", class: "quiet small installer", onclick: () => BUTTONS.erase(name) }, told("Erase {name}", { name }));
  return make("li", { class: "card" }, make("p", {}, make("strong", {}, name), make("span", { class: "where-known" }, where)), erase);
}

/** One enrolment. It stays the same element while it goes on, so that a screen reader is told only what is new. */
class Card {
  constructor() {
    this.title = make("h3");
    this.bar = make("progress", { max: 1, "aria-label": told("How far it has come") });
    this.share = make("span", { "aria-hidden": "true" });
    this.far = make("div", { class: "far" }, this.bar, this.share);
    this.text = make("p");
    this.element = make("article", { class: "card enrolment" }, this.title, this.far, this.text);
  }

  show({ name, room, share, text, ended, kept }) {
    say(this.title, ended ? `${name}, ${room}` : told("Getting to know {name} in {room}", { name, room }));
    this.bar.value = share;
    say(this.share, `${number(100 * share)} %`);
    this.far.hidden = ended;
    say(this.text, text);
    this.element.dataset.went = ended ? (kept ? "well" : "refused") : "on";
  }
}
