// Building elements without ever parsing text as markup: names and reasons come from outside.

import { LANGUAGE, told } from "./told.js";

export const byId = (id) => document.getElementById(id);

/** Make an HTML element; `attributes` with null or false are left out, on* are listeners. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== null && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== ""));
  return element;
}

const SVG = "http://www.w3.org/2000/svg";

/** Make an SVG element. */
export function draw(tag, attributes = {}) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

/** Set the text only where it differs, so that a screen reader is not disturbed. */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Do `build` only when `value` differs from the last time that it was called for `element`. */
const seen = new WeakMap();
export function whenChanged(element, value, build) {
  const key = JSON.stringify(value);
  if (seen.get(element) === key) return;
  seen.set(element, key);
  build();
}

/** The time of day, and the day, of a wall time as the household writes it: its own zone, not the reader's. */
export const timeOf = (wall) => wall.slice(11, 16);
export const dayOf = (wall) => wall.slice(0, 10);

/** A day as people say it: Today, Yesterday, Saturday 31 May. */
export function dayName(day, today = "") {
  const date = new Date(`${day}T12:00:00Z`);
  const days = Math.round((new Date(`${today}T12:00:00Z`) - date) / 86_400_000);
  if (days === 0) return told("Today");
  if (days === 1) return told("Yesterday");
  return date.toLocaleDateString(LANGUAGE === "en" ? "en-GB" : LANGUAGE, { weekday: "long", day: "numeric", month: "long", timeZone: "UTC" });
}
