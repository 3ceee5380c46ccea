// The outline of one place while it is drawn: corners set by a tap, dragged, or moved with the arrow keys; and undone.

import { draw, say } from "./dom.js";
import { told } from "./told.js";

const HEIGHT = 1_000; // units of a view, as in figure.js
const FINE = 1_000; // corners are kept to a thousandth of the picture
const MOST = 32; // corners, as many as the box takes
const LEAST = 3;
const REACH = 22; // CSS pixels from a corner within which a finger means it
const STILL = 4; // CSS pixels that a finger may tremble before it drags
const STEP = 0.01; // of the picture, by an arrow key
const FAR = 0.05; // and with Shift
const SQUARE = [[0.35, 0.45], [0.65, 0.45], [0.65, 0.75], [0.35, 0.75]];
const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export class Outline {
  /** `said` is an element that tells a screen reader what was done; `changed` is called after each change. */
  constructor(said, changed) {
    this.said = said;
    this.changed = changed;
    this.svg = draw("svg", { class: "outline", role: "application", "aria-label": told("Outline of the place"), preserveAspectRatio: "xMidYMid meet" });
    this.shape = draw("polygon", { class: "drawn-shape" });
    this.handles = draw("g");
    this.svg.append(this.shape, this.handles);
    this.svg.addEventListener("pointerdown", (event) => this.press(event));
    this.svg.addEventListener("pointermove", (event) => this.drag(event));
    for (const end of ["pointerup", "pointercancel"]) this.svg.addEventListener(end, (event) => this.release(event));
    this.svg.addEventListener("keydown", (event) => this.type(event));
    new ResizeObserver(() => this.paint()).observe(this.svg);
    this.begin(4 / 3, []);
  }

  /** Begin with these corners, in fractions of width and height, of a view with that width / height. */
  begin(aspect, corners) {
    this.aspect = aspect;
    this.corners = corners.map(([x, y]) => [x, y]);
    this.past = [];
    this.chosen = null;
    this.held = null;
    this.svg.setAttribute("viewBox", `0 0 ${HEIGHT * aspect} ${HEIGHT}`);
    this.paint();
  }

  get isEnough() {
    return this.corners.length >= LEAST;
  }

  get isChanged() {
    return this.past.length > 0;
  }

  /** Take back the last change. */
  undo() {
    if (!this.past.length) return;
    this.corners = this.past.pop();
    this.chosen = null;
    this.paint();
    this.tell(told("Taken back."));
  }

  /** Add a corner without a pointer: in the middle of the longest side, or a whole square where there is nothing yet. */
  add() {
    if (!this.isEnough) {
      this.change(SQUARE.map((corner) => [...corner]), 0, told("A square in the middle. Move its corners with the arrow keys."));
      return;
    }
    const lengths = this.corners.map((corner, index) => this.away(corner, this.after(index)));
    const longest = lengths.indexOf(Math.max(...lengths));
    const [a, b] = [this.corners[longest], this.after(longest)];
    this.insert([(a[0] + b[0]) / 2, (a[1] + b[1]) / 2], longest + 1);
  }

  /** Take away the chosen corner, or the last one. */
  remove() {
    if (!this.corners.length) return;
    const index = this.chosen ?? this.corners.length - 1;
    const left = this.corners.filter((_, each) => each !== index);
    this.change(left, left.length ? Math.min(index, left.length - 1) : null, told("Corner {number} removed.", { number: index + 1 }));
  }

  insert(corner, index) {
    if (this.corners.length >= MOST) {
      this.tell(`${MOST} corners are enough.`);
      return;
    }
    this.change([...this.corners.slice(0, index), rounded(corner), ...this.corners.slice(index)], index, told("Corner {number} added.", { number: index + 1 }));
  }

  /** Make these the corners, choose one of them, and say so. */
  change(corners, chosen, text) {
    this.past.push(this.corners);
    this.corners = corners;
    this.chosen = chosen;
    this.paint();
    this.tell(text);
  }

  tell(text) {
    say(this.said, text);
    this.changed();
  }

  press(event) {
    if (event.button !== 0) return;
    event.preventDefault();
    const at = this.at(event);
    const near = this.nearest(at);
    this.svg.setPointerCapture(event.pointerId);
    if (near === null) {
      this.insert(at, this.gap(at));
      this.held = { index: this.chosen, before: null, x: event.clientX, y: event.clientY, moved: false };
    } else {
      this.chosen = near;
      this.held = { index: near, before: this.corners, x: event.clientX, y: event.clientY, moved: false };
      this.paint();
    }
    this.focus();
  }

  drag(event) {
    const held = this.held;
    if (!held || held.index === null) return;
    held.moved ||= Math.hypot(event.clientX - held.x, event.clientY - held.y) > STILL;
    if (!held.moved) return;
    this.corners = this.moved(held.index, this.at(event));
    this.paint();
  }

  release() {
    const held = this.held;
    this.held = null;
    if (!held || held.index === null || !held.moved) return;
    if (held.before) this.past.push(held.before);
    this.tell(this.where(held.index));
  }

  type(event) {
    const index = [...this.handles.children].indexOf(event.target);
    if ((event.ctrlKey || event.metaKey) && event.key === "z") {
      event.preventDefault();
      this.undo();
      return;
    }
    if (index < 0) return;
    this.chosen = index;
    if (event.key === "Delete" || event.key === "Backspace") {
      event.preventDefault();
      this.remove();
    } else if (KEYS[event.key]) {
      event.preventDefault();
      const [right, down] = KEYS[event.key].map((way) => way * (event.shiftKey ? FAR : STEP));
      const [x, y] = this.corners[index];
      this.change(this.moved(index, [x + right, y + down]), index, "");
      this.tell(this.where(index));
    }
  }

  moved(index, corner) {
    return this.corners.map((each, other) => (other === index ? rounded(corner) : each));
  }

  where(index) {
    const [x, y] = this.corners[index].map((each) => (100 * each).toFixed(0));
    return told("Corner {number} of {all}: {x} % from the left, {y} % from above.", { number: index + 1, all: this.corners.length, x, y });
  }

  after(index) {
    return this.corners[(index + 1) % this.corners.length];
  }

  away(a, b) {
    return Math.hypot((a[0] - b[0]) * this.aspect, a[1] - b[1]);
  }

  /** Where a new corner makes the outline the least longer: whoever taps around a bed need not begin anywhere. */
  gap(corner) {
    if (!this.isEnough) return this.corners.length;
    const longer = this.corners.map((each, index) => this.away(each, corner) + this.away(corner, this.after(index)) - this.away(each, this.after(index)));
    return longer.indexOf(Math.min(...longer)) + 1;
  }

  /** The corner under a finger, or null. */
  nearest(at) {
    const far = this.corners.map((corner) => this.away(corner, at) * HEIGHT * this.scale());
    const near = far.indexOf(Math.min(...far));
    return near >= 0 && far[near] <= REACH ? near : null;
  }

  /** CSS pixels to a unit of the view. */
  scale() {
    return this.svg.getScreenCTM()?.a || 1;
  }

  at(event) {
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(this.svg.getScreenCTM().inverse());
    return [point.x / (HEIGHT * this.aspect), point.y / HEIGHT];
  }

  focus() {
    if (this.chosen !== null) this.handles.children[this.chosen]?.focus({ preventScroll: true });
  }

  paint() {
    const points = this.corners.map(([x, y]) => [x * this.aspect * HEIGHT, y * HEIGHT]);
    this.shape.setAttribute("points", points.map((each) => each.join(",")).join(" "));
    const focused = this.handles.contains(document.activeElement);
    while (this.handles.children.length > points.length) this.handles.lastChild.remove();
    while (this.handles.children.length < points.length) this.handles.append(handle());
    const unit = 1 / this.scale();
    points.forEach(([x, y], index) => {
      const each = this.handles.children[index];
      each.setAttribute("transform", `translate(${x} ${y}) scale(${unit})`);
      each.setAttribute("aria-label", this.where(index));
      each.classList.toggle("chosen", index === this.chosen);
    });
    if (focused) this.focus();
  }
}

function handle() {
  const group = draw("g", { class: "corner", tabindex: "0", role: "button" });
  group.append(draw("circle", { class: "touch", r: REACH }), draw("circle", { class: "knob", r: 9 }));
  return group;
}

const rounded = (corner) => corner.map((each) => Math.min(1, Math.max(0, Math.round(each * FINE) / FINE)));
