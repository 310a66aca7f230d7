// The seat picture: a hall on a canvas, moved, enlarged, and pointed at. It knows seats, marks and a selection, and nothing of sellers.
//
// Seats are drawn for some milliseconds a frame onto a layer of their own; until a new layer is whole the old one is shown, shifted and scaled, so
// that a stadium follows the hand at every frame.

import { Stamps } from "./seat-marks.js";

/** @typedef {import("./seat-marks.js").Mark} Mark */
/**
 * @typedef {{plan_tag: string, width: number, height: number, classes: {name: string, price: number}[],
 *   blocks: {code: string, name: string, floor: number}[], rows: {block: number, label: string, first: number, seats: number}[],
 *   x: number[], y: number[], class: number[], number: string[],
 *   areas: {kind: string, outline: number[], text: string, text_at: number[]}[]}} Hall
 */

/** How long a layer is drawn on in one frame, milliseconds; the clock is looked at after so many seats. */
const A_FRAME = 8;
const BETWEEN_LOOKS = 500;
/** Without a movement for so long, milliseconds, the hand rests and a sharp layer is worth drawing. */
const REST = 90;
const MARGIN = 24;
/** Seats further away than this many times the usual distance are not what somebody points at. */
const REACH = 0.75;
const FONT = '"BIZ UDPGothic", "Overpass", sans-serif';

export class SeatPicture {
  /** @param {HTMLCanvasElement} canvas @param {Hall} hall @param {string} stage the word on a stage without one */
  constructor(canvas, hall, stage) {
    this.canvas = canvas;
    this.hall = hall;
    this.stage = stage;
    this.pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    this.selected = new Uint8Array(hall.x.length);
    /** @type {(seat: number) => Mark} */
    this.mark = () => ({ shape: "circle", colour: "#465063" });
    this.focus = -1;
    /** @type {{x0: number, y0: number, x1: number, y1: number} | null} in plan units */
    this.band = null;
    this.rowOf = new Uint32Array(hall.x.length);
    hall.rows.forEach((row, index) => this.rowOf.fill(index, row.first, row.first + row.seats));
    this.pitch = usualDistance(hall);
    this.buildIndex();
    this.view = { scale: 1, x: 0, y: 0 };
    /** @type {{canvas: HTMLCanvasElement, view: {scale: number, x: number, y: number}} | null} */
    this.layer = null;
    this.job = 0;
    this.asked = false;
    new ResizeObserver(() => this.resize()).observe(canvas);
    this.resize();
  }

  /** Seats by squares of the floor, for finding what is under a pointer. */
  buildIndex() {
    const side = 4 * this.pitch;
    this.side = side;
    this.across = Math.max(1, Math.ceil(this.hall.width / side) + 1);
    /** @type {Map<number, number[]>} */
    this.squares = new Map();
    for (let seat = 0; seat < this.hall.x.length; seat++) {
      const square = Math.floor(this.hall.x[seat] / side) + this.across * Math.floor(this.hall.y[seat] / side);
      const there = this.squares.get(square);
      if (there) there.push(seat);
      else this.squares.set(square, [seat]);
    }
  }

  resize() {
    // Paper takes what is on the screen: a new layer would not be whole in time.
    if (matchMedia("print").matches) return;
    const ratio = window.devicePixelRatio || 1;
    const box = this.canvas.getBoundingClientRect();
    this.ratio = ratio;
    this.canvas.width = Math.max(1, Math.round(box.width * ratio));
    this.canvas.height = Math.max(1, Math.round(box.height * ratio));
    this.whole();
  }

  /** Shows the whole hall. */
  whole() {
    const { width, height } = this.hall;
    const room = 2 * MARGIN * this.ratio;
    const scale = Math.min((this.canvas.width - room) / width, (this.canvas.height - room) / height);
    this.least = Math.max(scale, 0.001);
    this.view = {
      scale: this.least,
      x: (this.canvas.width - width * this.least) / 2,
      y: (this.canvas.height - height * this.least) / 2,
    };
    this.changed();
  }

  /** @param {number} factor @param {number} [x] @param {number} [y] the point that stays, in CSS pixels */
  zoom(factor, x = this.canvas.clientWidth / 2, y = this.canvas.clientHeight / 2) {
    const most = (60 * this.ratio) / this.pitch;
    const scale = Math.min(Math.max(this.view.scale * factor, this.least * 0.8), Math.max(most, this.least));
    const [px, py] = [x * this.ratio, y * this.ratio];
    const grown = scale / this.view.scale;
    this.view = { scale, x: px - (px - this.view.x) * grown, y: py - (py - this.view.y) * grown };
    this.moved();
  }

  /** @param {number} dx @param {number} dy CSS pixels */
  pan(dx, dy) {
    this.view = { ...this.view, x: this.view.x + dx * this.ratio, y: this.view.y + dy * this.ratio };
    this.moved();
  }

  /** Brings a seat into view. @param {number} seat */
  reveal(seat) {
    const x = this.hall.x[seat] * this.view.scale + this.view.x;
    const y = this.hall.y[seat] * this.view.scale + this.view.y;
    const edge = 40 * this.ratio;
    const beyond = (at, size) => (at < edge ? edge - at : at > size - edge ? size - edge - at : 0);
    const [dx, dy] = [beyond(x, this.canvas.width), beyond(y, this.canvas.height)];
    if (dx || dy) this.pan(dx / this.ratio, dy / this.ratio);
  }

  /** A point of the canvas in plan units. @param {number} x @param {number} y CSS pixels @returns {[number, number]} */
  place(x, y) {
    return [(x * this.ratio - this.view.x) / this.view.scale, (y * this.ratio - this.view.y) / this.view.scale];
  }

  /** The seat under a point; -1 for none. @param {number} x @param {number} y CSS pixels */
  seatAt(x, y) {
    const [px, py] = this.place(x, y);
    let [best, nearest] = [-1, REACH * this.pitch];
    for (let dx = -1; dx <= 1; dx++) {
      for (let dy = -1; dy <= 1; dy++) {
        const square = Math.floor(px / this.side) + dx + this.across * (Math.floor(py / this.side) + dy);
        for (const seat of this.squares.get(square) ?? []) {
          const far = Math.hypot(this.hall.x[seat] - px, this.hall.y[seat] - py);
          if (far < nearest) [best, nearest] = [seat, far];
        }
      }
    }
    return best;
  }

  /** Seats within the band. @returns {number[]} */
  within() {
    if (!this.band) return [];
    const { x0, y0, x1, y1 } = this.band;
    const [left, right, top, bottom] = [Math.min(x0, x1), Math.max(x0, x1), Math.min(y0, y1), Math.max(y0, y1)];
    const found = [];
    for (let seat = 0; seat < this.hall.x.length; seat++) {
      const [x, y] = [this.hall.x[seat], this.hall.y[seat]];
      if (x >= left && x <= right && y >= top && y <= bottom) found.push(seat);
    }
    return found;
  }

  /** The next seat from one in a direction. @param {number} seat @param {number} dx @param {number} dy one of them is 0 @returns {number} */
  next(seat, dx, dy) {
    const { x, y } = this.hall;
    const row = this.hall.rows[this.rowOf[seat]];
    if (dx) {
      const along = x[row.first + row.seats - 1] >= x[row.first] ? dx : -dx;
      const neighbour = seat + along;
      if (neighbour >= row.first && neighbour < row.first + row.seats) return neighbour;
    }
    let [best, least] = [seat, Infinity];
    for (let other = 0; other < x.length; other++) {
      const [ahead, aside] = dx ? [(x[other] - x[seat]) * dx, y[other] - y[seat]] : [(y[other] - y[seat]) * dy, x[other] - x[seat]];
      if (ahead < 0.3 * this.pitch) continue;
      const cost = ahead + 3 * Math.abs(aside);
      if (cost < least) [best, least] = [other, cost];
    }
    return best;
  }

  /** The view follows the hand: the layer there is is shown at once, a sharp one when the hand rests. */
  moved() {
    this.job++;
    clearTimeout(this.rest);
    this.rest = setTimeout(() => this.changed(), REST);
    this.show();
  }

  /** Marks or view have changed: a new layer is begun. */
  changed() {
    clearTimeout(this.rest);
    this.canvas.dataset.whole = "no";
    this.job++;
    const job = this.job;
    const layer = document.createElement("canvas");
    layer.width = this.canvas.width;
    layer.height = this.canvas.height;
    const pen = /** @type {CanvasRenderingContext2D} */ (layer.getContext("2d"));
    const view = { ...this.view };
    this.drawAreas(pen, view);
    const stamps = new Stamps(this.radius(view));
    const part = (from) => {
      if (job !== this.job) return;
      const begun = performance.now();
      let to = from;
      while (to < this.hall.x.length && performance.now() - begun < A_FRAME) {
        const next = Math.min(to + BETWEEN_LOOKS, this.hall.x.length);
        this.drawSeats(pen, view, stamps, to, next);
        to = next;
      }
      if (to < this.hall.x.length) {
        requestAnimationFrame(() => part(to));
      } else {
        this.drawLabels(pen, view);
        this.layer = { canvas: layer, view };
        this.canvas.dataset.whole = "yes";
        this.show();
      }
    };
    part(0);
    this.show();
  }

  /** @param {{scale: number}} view @returns {number} half a seat's size in device pixels */
  radius(view) {
    return Math.max(0.9, 0.4 * this.pitch * view.scale);
  }

  drawAreas(pen, view) {
    for (const area of this.hall.areas) {
      const at = area.outline;
      if (at.length >= 6) {
        pen.beginPath();
        pen.moveTo(at[0] * view.scale + view.x, at[1] * view.scale + view.y);
        for (let i = 2; i < at.length; i += 2) pen.lineTo(at[i] * view.scale + view.x, at[i + 1] * view.scale + view.y);
        pen.closePath();
        pen.fillStyle = area.kind === "stage" ? "#141c2e" : area.kind === "pitch" ? "#cfe5d2" : "#e1e5ea";
        pen.fill();
      }
      const text = area.text || (area.kind === "stage" ? this.stage : "");
      const size = area.text_at[2] * view.scale;
      if (text && size > 6) {
        pen.font = `700 ${Math.min(size, 48)}px ${FONT}`;
        pen.textAlign = "center";
        pen.textBaseline = "middle";
        pen.fillStyle = area.kind === "stage" ? "#fff" : "#465063";
        pen.fillText(text, area.text_at[0] * view.scale + view.x, area.text_at[1] * view.scale + view.y);
      }
    }
  }

  drawSeats(pen, view, stamps, from, to) {
    const half = stamps.side / 2;
    const [width, height] = [this.canvas.width, this.canvas.height];
    for (let seat = from; seat < to; seat++) {
      const x = this.hall.x[seat] * view.scale + view.x - half;
      const y = this.hall.y[seat] * view.scale + view.y - half;
      if (x > -2 * half && y > -2 * half && x < width && y < height) pen.drawImage(stamps.of(this.mark(seat)), x, y);
    }
  }

  /** Row labels beside the first seat, and numbers on seats that are large enough. */
  drawLabels(pen, view) {
    const step = this.pitch * view.scale;
    const size = Math.min(step * 0.62, 15 * this.ratio);
    if (size < 7 * this.ratio) return;
    pen.font = `700 ${size}px ${FONT}`;
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.fillStyle = "#465063";
    for (const row of this.hall.rows) {
      const last = row.first + row.seats - 1;
      const [a, b] = [row.first, row.seats > 1 ? row.first + 1 : last];
      const [dx, dy] = [this.hall.x[a] - this.hall.x[b], this.hall.y[a] - this.hall.y[b]];
      const far = Math.hypot(dx, dy) || 1;
      const x = this.hall.x[a] + (far > 1 ? (dx / far) * this.pitch : -this.pitch);
      const y = this.hall.y[a] + (far > 1 ? (dy / far) * this.pitch : 0);
      const [left, top] = [x * view.scale + view.x, y * view.scale + view.y];
      // Letters are the dearest of all that is drawn: none where nobody sees them.
      if (left > -size && top > -size && left < this.canvas.width + size && top < this.canvas.height + size) pen.fillText(row.label, left, top);
    }
  }

  /** Paints what there is at the next frame. */
  show() {
    if (this.asked) return;
    this.asked = true;
    requestAnimationFrame(() => {
      this.asked = false;
      this.paint();
    });
  }

  paint() {
    const { pen, view } = this;
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.clearRect(0, 0, this.canvas.width, this.canvas.height);
    if (this.layer) {
      const grown = view.scale / this.layer.view.scale;
      const [x, y] = [view.x - this.layer.view.x * grown, view.y - this.layer.view.y * grown];
      pen.drawImage(this.layer.canvas, x, y, this.canvas.width * grown, this.canvas.height * grown);
    }
    this.paintSelection();
    if (this.band) {
      const { x0, y0, x1, y1 } = this.band;
      pen.lineWidth = 2 * this.ratio;
      pen.setLineDash([6 * this.ratio, 4 * this.ratio]);
      pen.strokeStyle = "#141c2e";
      pen.strokeRect(x0 * view.scale + view.x, y0 * view.scale + view.y, (x1 - x0) * view.scale, (y1 - y0) * view.scale);
      pen.setLineDash([]);
    }
    if (this.focus >= 0) {
      const [x, y] = [this.hall.x[this.focus] * view.scale + view.x, this.hall.y[this.focus] * view.scale + view.y];
      const r = Math.max(this.radius(view) + 4 * this.ratio, 7 * this.ratio);
      for (const [colour, wide] of [["#141c2e", 5], ["#ffc21a", 2.5]]) {
        pen.beginPath();
        pen.arc(x, y, r, 0, 2 * Math.PI);
        pen.lineWidth = wide * this.ratio;
        pen.strokeStyle = colour;
        pen.stroke();
      }
    }
  }

  paintSelection() {
    const r = this.radius(this.view);
    if (!this.chosen || this.chosen.r !== r) this.chosen = new Stamps(r);
    const stamp = this.chosen.of({ shape: "circle", colour: "#ffc21a", chosen: true });
    const half = this.chosen.side / 2;
    for (let seat = 0; seat < this.selected.length; seat++) {
      if (!this.selected[seat]) continue;
      const x = this.hall.x[seat] * this.view.scale + this.view.x - half;
      const y = this.hall.y[seat] * this.view.scale + this.view.y - half;
      if (x > -2 * half && y > -2 * half && x < this.canvas.width && y < this.canvas.height) this.pen.drawImage(stamp, x, y);
    }
  }
}

/** The usual distance between neighbours. @param {Hall} hall @returns {number} */
function usualDistance(hall) {
  const gaps = [];
  for (const row of hall.rows) {
    for (let seat = row.first + 1; seat < row.first + row.seats; seat++) {
      gaps.push(Math.hypot(hall.x[seat] - hall.x[seat - 1], hall.y[seat] - hall.y[seat - 1]));
    }
  }
  gaps.sort((a, b) => a - b);
  return gaps[Math.floor(gaps.length / 2)] || 20;
}
