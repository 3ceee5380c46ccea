// The twenty seconds before and after, as stick figures: play, pause, and go to any moment.

import { byId, dayName, dayOf, make, timeOf } from "./dom.js";
import { POSTURES, Stage, titles } from "./figure.js";
import { toast } from "./press.js";
import { number, told } from "./told.js";

const GAP_SECONDS = 1.5; // after so long without a frame, nobody is drawn any more
const START_BEFORE = 6; // begin a little before it happened: the fall is what one wants to see

const stage = new Stage();
let frames = [];
let moment = 0;
let playing = false;
let before = 0;

/** Fetch what was seen around the incident and show it. */
export async function openReplay(incident) {
  let scene;
  try {
    const response = await fetch(`/api/incidents/${encodeURIComponent(incident.id)}/scene`);
    if (!response.ok) {
      toast(response.status === 404 ? told("Nothing was recorded around this incident.") : told("The recording cannot be read just now."), true);
      return;
    }
    scene = await response.json();
  } catch {
    toast(told("The box did not answer."), true);
    return;
  }
  if (scene.frames.length === 0) {
    toast(told("Nobody was in sight around this incident."), true);
    return;
  }
  show(incident, scene);
}

function show(incident, scene) {
  frames = scene.frames;
  byId("replay-title").textContent = incident.what;
  byId("replay-when").textContent = `${incident.where || scene.room} · ${dayName(dayOf(incident.opened), dayOf(byId("time").dateTime))}, ${timeOf(incident.opened)}`;
  stage.furnish(scene.aspect, scene.places);
  stage.approachAll(frames.flatMap((frame) => frame.persons));
  byId("replay-stage").replaceChildren(stage.svg);
  const scrub = byId("scrub");
  scrub.min = first();
  scrub.max = last();
  paintStrip();
  byId("replay").showModal();
  seek(Math.max(first(), -START_BEFORE));
  play();
}

const first = () => frames[0].t;
const last = () => frames[frames.length - 1].t;

/** The latest frame at or before t, by bisection. */
function frameAt(t) {
  let low = 0;
  let high = frames.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (frames[middle].t <= t) low = middle;
    else high = middle - 1;
  }
  return frames[low];
}

function seek(t) {
  moment = Math.min(last(), Math.max(first(), t));
  const frame = frameAt(moment);
  const persons = moment - frame.t > GAP_SECONDS ? [] : frame.persons;
  stage.show(persons, true);
  const scrub = byId("scrub");
  scrub.value = moment;
  const words = `${said(moment)} · ${doing(persons)}`;
  scrub.setAttribute("aria-valuetext", words);
  byId("moment").textContent = words;
}

function said(t) {
  const seconds = number(Math.abs(t), 1);
  if (Math.abs(t) < 0.05) return told("Now it happened");
  return t < 0 ? told("{seconds} s before", { seconds }) : told("{seconds} s after", { seconds });
}

function doing(persons) {
  const names = titles(persons);
  const held = persons.map((person, index) => `${names[index]} ${POSTURES[person.posture] ?? person.posture}`);
  return held.join(told(", ")) || told("Nobody in sight");
}

function play() {
  if (moment >= last() - 0.05) seek(first());
  playing = true;
  before = performance.now();
  byId("play").textContent = told("Pause");
  requestAnimationFrame(step);
}

function pause() {
  playing = false;
  byId("play").textContent = told("Play");
}

function step(now) {
  if (!playing) return;
  const speed = byId("slow").getAttribute("aria-pressed") === "true" ? 0.5 : 1;
  seek(moment + ((now - before) / 1000) * speed);
  before = now;
  if (moment >= last()) pause();
  else requestAnimationFrame(step);
}

/** Colour the line by posture, so that the fall is found at a glance; the moment of the incident is marked. */
function paintStrip() {
  const span = Math.max(0.1, last() - first());
  const parts = [];
  for (const frame of frames) {
    const posture = worst(frame.persons);
    const previous = parts[parts.length - 1];
    if (previous?.posture === posture) previous.until = frame.t;
    else parts.push({ posture, from: frame.t, until: frame.t });
  }
  const bars = parts.map((part, index) => bar(part, parts[index + 1]?.from ?? part.until, span));
  const mark = make("span", { class: "mark-zero" });
  mark.style.left = `${(-first() / span) * 100}%`;
  byId("strip").replaceChildren(...bars, ...(first() < 0 && last() > 0 ? [mark] : []));
}

function bar(part, until, span) {
  const element = make("span", { class: "bar", "data-posture": part.posture });
  element.style.left = `${((part.from - first()) / span) * 100}%`;
  element.style.width = `${((until - part.from) / span) * 100}%`;
  return element;
}

const WORST = ["lying", "bent", "seated", "unknown", "upright"];
const worst = (persons) => WORST.find((posture) => persons.some((person) => person.posture === posture)) ?? "nobody";

/** Connect the controls, once. */
export function prepareReplay() {
  byId("play").addEventListener("click", () => (playing ? pause() : play()));
  byId("again").addEventListener("click", () => {
    seek(first());
    play();
  });
  byId("slow").addEventListener("click", (event) => {
    const on = event.currentTarget.getAttribute("aria-pressed") === "true";
    event.currentTarget.setAttribute("aria-pressed", String(!on));
  });
  byId("scrub").addEventListener("input", (event) => {
    pause();
    seek(Number(event.currentTarget.value));
  });
  byId("replay-close").addEventListener("click", () => byId("replay").close());
  byId("replay").addEventListener("close", pause);
}
