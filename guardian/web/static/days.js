// Days: what was counted of each person, hour by hour, what is usual for them, and how that changes over weeks.

import { byId, dayName, draw, make, whenChanged } from "./dom.js";
import { POSTURES } from "./figure.js";
import { BUTTONS } from "./press.js";
import { number, told } from "./told.js";

const SHOWN = 14; // days of which the hours are shown
const HOUR = 3600;
const ORDER = ["upright", "bent", "seated", "lying", "unknown"];
const TRENDS = [
  ["rising", told("Up at"), clock],
  ["bedtime", told("In bed at"), clock],
  ["night_visits", told("Bathroom visits a night"), (value) => number(value)],
  ["speed", told("Walking, cm/s"), (value) => number(value / 10)],
  ["up", told("Hours up"), (value) => number(value / HOUR, 1)],
];

let cards = new Map();
let roomNames = []; // each room keeps its colour from day to day

/** Show the people of whom days are counted, the household first, in a home with these rooms. */
export function showHabits(habits, rooms) {
  roomNames = rooms.map((room) => room.name);
  byId("habits").hidden = habits.length === 0;
  const names = habits.map((each) => each.who);
  whenChanged(byId("habits-who"), names, () => {
    cards = new Map(names.map((who) => [who, new Card(who)]));
    byId("habits-who").replaceChildren(...[...cards.values()].map((card) => card.element));
  });
  for (const each of habits) cards.get(each.who).show(each);
}

class Card {
  constructor(who) {
    this.who = who;
    this.past = null;
    this.sentences = make("ul", { class: "sentences" });
    this.today = make("div", { class: "ribbon-today" });
    this.days = make("div", { class: "ribbons" });
    const more = make("details", {}, make("summary", {}, told("Earlier days, and how they change")), this.days);
    more.addEventListener("toggle", () => more.open && this.load());
    const erase = make("button", { type: "button", class: "quiet small installer", onclick: () => BUTTONS.unlearn(who) }, told("Erase these days"));
    this.element = make(
      "article",
      { class: "card habit", "data-who": who },
      make("header", {}, make("h3", {}, who || told("The household")), erase),
      this.sentences,
      this.today,
      legend(),
      more,
    );
  }

  show({ sentences, today }) {
    whenChanged(this.sentences, sentences, () => this.sentences.replaceChildren(...sentences.map((each) => make("li", {}, each))));
    whenChanged(this.today, today, () => this.today.replaceChildren(ribbon(today, told("Today"))));
    if (this.latest && this.latest !== today.date) this.past = null;
    this.latest = today.date;
  }

  /** Fetch the days that are over; once a day is enough. */
  async load() {
    if (this.past) return;
    try {
      const response = await fetch(`/api/days?who=${encodeURIComponent(this.who)}`);
      this.past = response.ok ? (await response.json()).days : null;
    } catch {
      this.past = null;
    }
    if (this.past === null) this.days.replaceChildren(make("p", { class: "nothing" }, told("They cannot be read just now.")));
    else if (this.past.length === 0) this.days.replaceChildren(make("p", { class: "nothing" }, told("No day is over yet.")));
    else this.days.replaceChildren(...trends(this.past), ...this.past.slice(-SHOWN).reverse().map((day) => ribbon(day, dayName(day.date, this.latest))));
  }
}

/** One day as a ribbon: for each hour how long somebody was seen how, and below it in which room mostly. */
function ribbon(day, name) {
  const svg = draw("svg", { viewBox: "0 0 240 34", class: "ribbon", role: "img", "aria-label": spoken(day, name) });
  for (let hour = 0; hour < 24; hour += 1) {
    svg.append(draw("rect", { x: hour * 10, y: 0, width: 9, height: 20, class: "hour" }));
    const seen = ORDER.reduce((sum, posture) => sum + (day.postures[posture]?.[hour] ?? 0), 0);
    const scale = 20 / Math.max(HOUR, seen);
    let below = 20;
    for (const posture of ORDER) {
      const height = (day.postures[posture]?.[hour] ?? 0) * scale;
      if (height < 0.2) continue;
      below -= height;
      svg.append(draw("rect", { x: hour * 10, y: below, width: 9, height, class: "part", "data-posture": posture }));
    }
    const where = roomOf(day, hour);
    if (where === null) continue;
    const rect = draw("rect", { x: hour * 10, y: 22, width: 9, height: 4, class: "where", "data-room": roomNames.indexOf(where) });
    rect.append(titled(`${hour}:00 ${where}`));
    svg.append(rect);
  }
  for (const hour of [0, 6, 12, 18]) {
    const text = draw("text", { x: hour * 10, y: 33.5, class: "tick" });
    text.textContent = `${hour}:00`;
    svg.append(text);
  }
  return make("figure", { class: "day-ribbon" }, make("figcaption", {}, name, rooms(day)), svg);
}

/** The rooms of a day, each in the colour of its ribbon. */
function rooms(day) {
  const names = Object.keys(day.rooms).sort((a, b) => roomNames.indexOf(a) - roomNames.indexOf(b));
  return make("span", { class: "day-rooms" }, ...names.map((room) => make("span", { class: "where-name", "data-room": roomNames.indexOf(room) }, room)));
}

function roomOf(day, hour) {
  const [room, seconds] = Object.entries(day.rooms).reduce((best, [name, table]) => (table[hour] > best[1] ? [name, table[hour]] : best), [null, 0]);
  return seconds >= 60 ? room : null;
}

function titled(text) {
  const title = draw("title");
  title.textContent = text;
  return title;
}

/** A ribbon in words, for whoever does not see it. */
function spoken(day, name) {
  const parts = TRENDS.filter(([key]) => day[key] !== null).map(([key, label, words]) => `${label} ${words(day[key])}`);
  return `${name}: ${parts.join(", ")}`;
}

function legend() {
  const items = ORDER.slice(0, 4).map((posture) => make("span", { class: "legend", "data-posture": posture }, POSTURES[posture] ?? posture));
  return make("p", { class: "legends" }, ...items);
}

/** How some figures went over the weeks: a dot for each day. */
function trends(days) {
  return TRENDS.map(([key, label, words]) => {
    const known = days.map((day, index) => [index, day[key]]).filter(([, value]) => value !== null);
    if (known.length < 2) return "";
    const values = known.map(([, value]) => value);
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const svg = draw("svg", { viewBox: "0 0 240 44", class: "trend", role: "img", "aria-label": told("{label}: from {low} to {high} in {number} days", { label, low: words(low), high: words(high), number: days.length }) });
    for (const [index, value] of known) {
      const y = 40 - (36 * (value - low)) / Math.max(1e-9, high - low);
      svg.append(draw("circle", { cx: 4 + (232 * index) / Math.max(1, days.length - 1), cy: high === low ? 22 : y, r: 1.8 }));
    }
    const range = make("span", { class: "range" }, low === high ? words(low) : told("{low} to {high}", { low: words(low), high: words(high) }));
    return make("figure", { class: "trend-figure" }, make("figcaption", {}, `${label} `, range), svg);
  }).filter(Boolean);
}

/** Minutes after midnight, or before it, as HH:MM. */
function clock(minutes) {
  const of = ((Math.round(minutes) % 1440) + 1440) % 1440;
  return `${String(Math.floor(of / 60)).padStart(2, "0")}:${String(of % 60).padStart(2, "0")}`;
}
