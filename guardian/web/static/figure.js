// Stick figures: 17 keypoints and the limbs between them, in a view of one room. The topology comes from the box.

import { draw } from "./dom.js";
import { told } from "./told.js";

const HEIGHT = 1_000; // units of a view: thousandths of a frame height, as the box sends them
const SEEN = 200; // least score, in thousandths, of a keypoint that is drawn
const CALM_MS = 90; // how fast a drawn body follows the last message
const AROUND = 1.9; // how much larger than the bodies a close-up is
const CLOSEST = 480; // the least height of a close-up
const LOOSE = 1.5; // a close-up so much larger than need be comes nearer
const still = matchMedia("(prefers-reduced-motion: reduce)");

let skeleton = null;

/** Take the topology, the first thing that the box says. The head is drawn as a circle, without its own limbs. */
export function takeSkeleton({ limbs, head, torso }) {
  const isHead = new Set(head);
  skeleton = { head, torso, limbs: limbs.filter(([a, b]) => !(isHead.has(a) && isHead.has(b))) };
}

/** One body in a view. */
class Figure {
  constructor() {
    this.group = draw("g", { class: "person" });
    this.torso = draw("polygon", { class: "torso" });
    this.neck = draw("line", { class: "limb" });
    this.limbs = skeleton.limbs.map(() => draw("line", { class: "limb" }));
    this.head = draw("circle", { class: "head" });
    this.label = draw("text", { class: "label", "text-anchor": "middle" });
    this.group.append(this.torso, this.neck, ...this.limbs, this.head, this.label);
    this.target = null;
    this.shown = null;
  }

  aim(person, name) {
    this.group.dataset.posture = person.posture;
    this.group.dataset.track = person.track;
    this.label.textContent = name;
    this.target = person.keypoints;
    if (!this.shown || still.matches) this.shown = Float64Array.from(this.target);
  }

  /** Come nearer to where the body was last seen; tells whether it is still on its way. */
  approach(share) {
    let gap = 0;
    for (let i = 0; i < this.target.length; i += 1) {
      const away = this.target[i] - this.shown[i];
      this.shown[i] += away * share;
      gap = Math.max(gap, Math.abs(away));
    }
    this.paint();
    return gap > 1;
  }

  paint() {
    const points = pointsOf(this.shown);
    const seen = points.filter((each) => each.score >= SEEN);
    if (seen.length === 0) {
      this.group.setAttribute("visibility", "hidden");
      return;
    }
    this.group.setAttribute("visibility", "visible");
    const box = extent(seen);
    const size = Math.hypot(box.right - box.left, box.bottom - box.top);
    this.group.style.strokeWidth = Math.max(9, size * 0.045);
    skeleton.limbs.forEach(([a, b], index) => join(this.limbs[index], points[a], points[b]));
    this.paintTorso(points);
    const radius = this.paintHead(points, size);
    this.label.setAttribute("x", (box.left + box.right) / 2);
    this.label.setAttribute("y", Math.max(52, box.top - radius - 26));
  }

  paintTorso(points) {
    const [leftShoulder, rightShoulder, leftHip, rightHip] = skeleton.torso.map((each) => points[each]);
    const around = [leftShoulder, rightShoulder, rightHip, leftHip];
    show(this.torso, around.every((each) => each.score >= SEEN));
    this.torso.setAttribute("points", around.map((each) => `${each.x.toFixed(1)},${each.y.toFixed(1)}`).join(" "));
  }

  paintHead(points, size) {
    const head = middle(points, skeleton.head);
    const shoulders = middle(points, skeleton.torso.slice(0, 2));
    show(this.head, head !== null);
    show(this.neck, head !== null && shoulders !== null);
    if (head === null) return 0;
    const reach = shoulders ? Math.hypot(head.x - shoulders.x, head.y - shoulders.y) : size * 0.15;
    const radius = Math.min(Math.max(reach * 0.55, size * 0.05), size * 0.1);
    this.head.setAttribute("cx", head.x);
    this.head.setAttribute("cy", head.y);
    this.head.setAttribute("r", radius);
    if (shoulders) place(this.neck, head, shoulders);
    return radius;
  }
}

/** A view of one room: its places, and the bodies in it. One that `follows` comes near to the bodies. */
export class Stage {
  constructor(follows = false) {
    this.follows = follows;
    this.svg = draw("svg", { class: "view", "aria-hidden": "true", preserveAspectRatio: "xMidYMid meet" });
    this.places = draw("g", { class: "places" });
    this.bodies = draw("g", { class: "bodies" });
    this.svg.append(this.places, this.bodies);
    this.figures = new Map();
    this.moving = false;
    this.aspect = 4 / 3;
    this.near = this.whole();
    this.aimed = this.near;
  }

  /** Give the view its shape; `polygon`s are in fractions of width and height. */
  furnish(aspect, places) {
    this.aspect = aspect;
    this.near = this.aimed = this.whole();
    this.paintView();
    this.places.replaceChildren(...dotted(aspect), ...places.flatMap((each) => outline(each, aspect)));
  }

  /** Come near to all of these, at once. */
  approachAll(persons) {
    this.near = this.aimed = closer(persons, this.whole(), null, 1.3);
    this.paintView();
  }

  /** Show these persons, and let go of those who are no longer there. With `now`, without any motion between. */
  show(persons, now = false) {
    const here = new Set(persons.map((person) => person.track));
    for (const [track, figure] of this.figures) {
      if (here.has(track)) continue;
      figure.group.remove();
      this.figures.delete(track);
    }
    const names = titles(persons);
    persons.forEach((person, index) => this.figureOf(person.track).aim(person, names[index]));
    if (this.follows) this.aimed = closer(persons, this.whole(), this.aimed);
    if (now || still.matches) this.step(1);
    else this.start();
  }

  figureOf(track) {
    if (!this.figures.has(track)) {
      const figure = new Figure();
      this.figures.set(track, figure);
      this.bodies.append(figure.group);
    }
    return this.figures.get(track);
  }

  step(share) {
    const moving = [...this.figures.values()].map((figure) => figure.approach(share)).some(Boolean);
    return this.approachView(share) || moving;
  }

  whole() {
    return { x: 0, y: 0, width: HEIGHT * this.aspect, height: HEIGHT };
  }

  approachView(share) {
    const gap = Math.max(...Object.keys(this.near).map((side) => Math.abs(this.aimed[side] - this.near[side])));
    if (gap === 0) return false;
    const part = gap < 1 ? 1 : share * (share < 1 ? 0.4 : 1);
    this.near = Object.fromEntries(Object.entries(this.near).map(([side, was]) => [side, was + (this.aimed[side] - was) * part]));
    this.paintView();
    return part < 1;
  }

  paintView() {
    const { x, y, width, height } = this.near;
    this.svg.setAttribute("viewBox", [x, y, width, height].map((each) => each.toFixed(1)).join(" "));
  }

  start() {
    if (this.moving) return;
    this.moving = true;
    let before = performance.now();
    const frame = (now) => {
      const share = 1 - Math.exp(-(now - before) / CALM_MS);
      before = now;
      this.moving = this.step(share);
      if (this.moving) requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  }
}

/** What people are called: by name, or as somebody; with the number of the track where there are several of those. */
export function titles(persons) {
  const several = persons.filter((person) => person.name === null).length > 1;
  return persons.map((person) => person.name ?? (several ? told("Somebody ({number})", { number: person.track }) : told("Somebody")));
}

/** What the postures are called. */
export const POSTURES = {
  upright: told("standing"),
  bent: told("bent over"),
  seated: told("sitting"),
  lying: told("lying down"),
  unknown: told("in sight"),
};

/** The part of the whole view that shows these bodies well, `around` times their size; `before` as long as it still does. */
function closer(persons, whole, before, around = AROUND) {
  const seen = persons.flatMap((person) => pointsOf(person.keypoints)).filter((point) => point.score >= SEEN);
  if (seen.length === 0) return whole;
  const box = extent(seen);
  const aspect = whole.width / whole.height;
  const needed = Math.max(box.bottom - box.top, (box.right - box.left) / aspect) * around;
  const height = Math.min(whole.height, Math.max(CLOSEST, needed));
  if (before !== null && before.height < height * LOOSE && inside(box, before)) return before;
  const width = height * aspect;
  return {
    x: Math.min(Math.max(0, (box.left + box.right - width) / 2), whole.width - width),
    y: Math.min(Math.max(0, (box.top + box.bottom - height) / 2), whole.height - height),
    width,
    height,
  };
}

function inside(box, view) {
  const margin = view.height * 0.08;
  return (
    box.left > view.x + margin && box.right < view.x + view.width - margin &&
    box.top > view.y + margin && box.bottom < view.y + view.height - margin
  );
}

function pointsOf(keypoints) {
  return Array.from({ length: keypoints.length / 3 }, (_, each) => ({ y: keypoints[3 * each], x: keypoints[3 * each + 1], score: keypoints[3 * each + 2] }));
}

/** The middle of those keypoints that are seen, or null. */
function middle(points, keypoints) {
  const seen = keypoints.map((each) => points[each]).filter((each) => each.score >= SEEN);
  if (seen.length === 0) return null;
  const sum = seen.reduce((a, b) => ({ x: a.x + b.x, y: a.y + b.y }));
  return { x: sum.x / seen.length, y: sum.y / seen.length };
}

function join(line, a, b) {
  const seen = Math.min(a.score, b.score);
  show(line, seen >= SEEN);
  line.style.opacity = Math.min(1, 0.45 + seen / 900);
  place(line, a, b);
}

function place(line, a, b) {
  line.setAttribute("x1", a.x.toFixed(1));
  line.setAttribute("y1", a.y.toFixed(1));
  line.setAttribute("x2", b.x.toFixed(1));
  line.setAttribute("y2", b.y.toFixed(1));
}

function show(element, visible) {
  element.setAttribute("display", visible ? "inline" : "none");
}

function extent(points) {
  const xs = points.map((each) => each.x);
  const ys = points.map((each) => each.y);
  return { left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys) };
}

function outline(place, aspect) {
  const corners = place.polygon.map(([x, y]) => [x * aspect * HEIGHT, y * HEIGHT]);
  const shape = draw("polygon", { class: `place ${place.kind}${place.proposed ? " proposed" : ""}`, points: corners.map((each) => each.join(",")).join(" ") });
  if (place.kind === "floor") return [shape];
  const name = draw("text", {
    class: "place-name",
    "text-anchor": "middle",
    x: corners.reduce((sum, [x]) => sum + x, 0) / corners.length,
    y: corners.reduce((sum, [, y]) => sum + y, 0) / corners.length + 12,
  });
  name.textContent = place.proposed ? `${place.name}?` : place.name;
  return [shape, name];
}

/** Faint dots, so that an empty room still looks like a view and not like a broken page. */
function dotted(aspect) {
  const dots = [];
  for (let y = 100; y < HEIGHT; y += 100) {
    for (let x = 100; x < HEIGHT * aspect - 20; x += 100) dots.push(draw("circle", { class: "dot", cx: x, cy: y, r: 3 }));
  }
  return dots;
}
