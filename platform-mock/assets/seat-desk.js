// What every desk with a seat picture has: asking the platform, selecting by mouse, finger, keyboard and typing, and the focused row for readers.
//
// A page has the elements of templates/organizer/hall.html, the form for typed ranges, and its words as data of the element `desk`.

import { SeatPicture } from "./seat-picture.js";

export const desk = /** @type {HTMLElement} */ (document.getElementById("desk"));
export const say = desk.dataset;
const data = /** @type {string} */ (say.event);
export const el = (id) => /** @type {any} */ (document.getElementById(id));
/** How far a finger or mouse may tremble and still point, CSS pixels. */
const TREMBLE = 5;

/** Asks the platform. @param {string} path @param {any} [body] @returns {Promise<any>} what it answered; throws words for people */
export async function ask(path, body) {
  let answer;
  try {
    answer = await fetch(`${data}/${path}`, body === undefined ? {} : {
      method: "POST",
      headers: { "Content-Type": "application/json", "Idempotency-Key": crypto.randomUUID() },
      body: JSON.stringify(body),
    });
  } catch {
    throw new Error(say.offline);
  }
  if (answer.status === 401) throw new Error(say.loggedOut);
  if (answer.status === 204) return null;
  const text = await answer.text();
  let told;
  try {
    told = JSON.parse(text);
  } catch {
    throw new Error(say.failed);
  }
  if (!answer.ok) throw new Error([say.failed, told.detail, told.hint].filter(Boolean).join(" "));
  return told;
}

/** Runs of ascending numbers. @param {number[]} seats @returns {[number, number][]} */
export function runsOf(seats) {
  /** @type {[number, number][]} */
  const runs = [];
  for (const seat of seats) {
    const last = runs[runs.length - 1];
    if (last && last[1] + 1 === seat) last[1] = seat;
    else runs.push([seat, seat]);
  }
  return runs;
}

/** @param {[number, number][]} runs @returns {number[]} */
export function seatsOf(runs) {
  return runs.flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, i) => first + i));
}

export const fill = (text, values) => text.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);

/** Seats, a selection, and what is said of it. What is not to be selected, and what a seat is called, each page says for itself. */
export class SeatDesk {
  /** @param {import("./seat-picture.js").Hall} hall */
  constructor(hall) {
    this.hall = hall;
    this.picture = new SeatPicture(el("picture"), hall, say.stage);
    this.picture.mark = (seat) => this.markOf(seat);
    this.anchor = -1;
    hall.blocks.forEach((block, index) => el("block").add(new Option(block.name, String(index))));
  }

  /** How a seat looks. @param {number} _seat @returns {import("./seat-marks.js").Mark} */
  markOf(_seat) {
    throw new Error("each page has its own marks");
  }

  /** Whether a seat cannot be selected. @param {number} _seat @returns {boolean} */
  fixed(_seat) {
    return false;
  }

  /** Shows what is selected. */
  count() {}

  /** What stands behind a seat's place and class. @param {number} _seat @returns {string} */
  about(_seat) {
    return "";
  }

  /** @param {number} seat */
  words(seat) {
    const row = this.hall.rows[this.picture.rowOf[seat]];
    const place = fill(say.seatWords, { block: this.hall.blocks[row.block].name, row: row.label, number: this.hall.number[seat] });
    const mine = this.picture.selected[seat] ? ` · ${say.chosen}` : "";
    return `${place} · ${this.hall.classes[this.hall.class[seat]].name} · ${this.about(seat)}${mine}`;
  }

  chosen() {
    const seats = [];
    this.picture.selected.forEach((one, seat) => one && seats.push(seat));
    return seats;
  }

  /** Selects seats that can be chosen. @param {number[]} seats @param {"only"|"add"|"toggle"} how @returns {number} how many of them can be */
  select(seats, how) {
    const { selected } = this.picture;
    if (how === "only") selected.fill(0);
    let can = 0;
    for (const seat of seats) {
      if (this.fixed(seat)) continue;
      can++;
      selected[seat] = how === "toggle" ? 1 - selected[seat] : 1;
    }
    this.picture.show();
    this.count();
    if (seats.length && !can) this.tell(say.nothingSelectable);
    return can;
  }

  /** From the anchor to a seat: along the row, or all in between. */
  reach(seat) {
    if (this.anchor < 0) return [seat];
    const { rowOf } = this.picture;
    if (rowOf[this.anchor] === rowOf[seat]) {
      const [from, to] = [Math.min(this.anchor, seat), Math.max(this.anchor, seat)];
      return seatsOf([[from, to]]);
    }
    const { x, y } = this.hall;
    this.picture.band = { x0: x[this.anchor], y0: y[this.anchor], x1: x[seat], y1: y[seat] };
    const seats = this.picture.within();
    this.picture.band = null;
    return seats;
  }

  tell(text, bad = false) {
    el("told").textContent = text;
    el("told").className = bad ? "bad" : "";
  }

  /** Selects what the platform finds. */
  async find(path, words) {
    try {
      const found = await ask(path);
      const seats = seatsOf(found.seats);
      this.tell(words[found.read] ?? "");
      if (this.select(seats, "only")) this.picture.reveal(seats[0]);
    } catch (trouble) {
      this.tell(trouble.message, true);
    }
  }
}

/** Pointing, dragging, wheel and fingers. @param {SeatDesk} desk */
export function hand(desk) {
  const canvas = el("picture");
  const { picture } = desk;
  const fingers = new Map();
  /** @type {{x: number, y: number, pans: boolean, far: boolean} | null} */
  let press = null;
  const at = (event) => {
    const box = canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    const [x, y] = at(event);
    fingers.set(event.pointerId, [x, y]);
    press = { x, y, pans: event.pointerType === "touch" || event.button === 1 || event.altKey, far: false };
    event.preventDefault();
    el("grid").focus({ preventScroll: true });
  });
  canvas.addEventListener("pointermove", (event) => {
    const [x, y] = at(event);
    if (!press) {
      const seat = picture.seatAt(x, y);
      canvas.title = seat < 0 ? "" : desk.words(seat);
      return;
    }
    const before = fingers.get(event.pointerId);
    fingers.set(event.pointerId, [x, y]);
    if (fingers.size > 1 && before) {
      const other = [...fingers].find(([id]) => id !== event.pointerId)?.[1] ?? [x, y];
      const grown = Math.hypot(x - other[0], y - other[1]) / (Math.hypot(before[0] - other[0], before[1] - other[1]) || 1);
      press.far = true;
      return picture.zoom(grown, (x + other[0]) / 2, (y + other[1]) / 2);
    }
    press.far ||= Math.hypot(x - press.x, y - press.y) > TREMBLE;
    if (!press.far) return;
    if (press.pans && before) return picture.pan(x - before[0], y - before[1]);
    const [[x0, y0], [x1, y1]] = [picture.place(press.x, press.y), picture.place(x, y)];
    picture.band = { x0, y0, x1, y1 };
    picture.show();
  });
  const lift = (event) => {
    fingers.delete(event.pointerId);
    if (!press || fingers.size) return;
    const { far, pans } = press;
    press = null;
    const more = event.ctrlKey || event.metaKey;
    if (picture.band) {
      const seats = picture.within();
      picture.band = null;
      desk.select(seats, more ? "add" : "only");
    } else if (!far && event.type === "pointerup") {
      const seat = picture.seatAt(...at(event));
      if (seat < 0) return;
      picture.focus = seat;
      if (event.shiftKey) desk.select(desk.reach(seat), more ? "add" : "only");
      else desk.select([seat], more || pans ? "toggle" : "only");
      if (!event.shiftKey) desk.anchor = seat;
      reader(desk);
    }
  };
  canvas.addEventListener("pointerup", lift);
  canvas.addEventListener("pointercancel", lift);
  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    picture.zoom(Math.exp(-event.deltaY / 400), ...at(event));
  }, { passive: false });
}

/** The same for those who do not see the picture or have no mouse: the focused row as a grid. @param {SeatDesk} desk */
function reader(desk) {
  const { picture, hall } = desk;
  const grid = el("grid");
  if (picture.focus < 0) return;
  const row = hall.rows[picture.rowOf[picture.focus]];
  const line = document.createElement("div");
  line.setAttribute("role", "row");
  for (let seat = row.first; seat < row.first + row.seats; seat++) {
    const cell = document.createElement("div");
    cell.id = `seat-${seat}`;
    cell.setAttribute("role", "gridcell");
    cell.setAttribute("aria-selected", String(Boolean(picture.selected[seat])));
    cell.textContent = desk.words(seat);
    line.append(cell);
  }
  grid.replaceChildren(line);
  grid.setAttribute("aria-activedescendant", `seat-${picture.focus}`);
}

/** @param {SeatDesk} desk */
export function keyboard(desk) {
  const { picture } = desk;
  const grid = el("grid");
  const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  grid.addEventListener("focus", () => {
    if (picture.focus < 0 && desk.hall.x.length) picture.focus = 0;
    picture.show();
    reader(desk);
  });
  grid.addEventListener("blur", () => picture.show());
  grid.addEventListener("keydown", (event) => {
    const arrow = arrows[event.key];
    const row = desk.hall.rows[picture.rowOf[Math.max(0, picture.focus)]];
    if (arrow || event.key === "Home" || event.key === "End") {
      if (event.shiftKey && desk.anchor < 0) desk.anchor = picture.focus;
      picture.focus = arrow ? picture.next(picture.focus, ...arrow) : event.key === "Home" ? row.first : row.first + row.seats - 1;
      if (event.shiftKey) desk.select(desk.reach(picture.focus), "only");
      else desk.anchor = picture.focus;
      picture.reveal(picture.focus);
    } else if (event.key === " ") {
      desk.select([picture.focus], "toggle");
      desk.anchor = picture.focus;
    } else if (event.key === "Enter") {
      desk.select([picture.focus], "only");
      desk.anchor = picture.focus;
    } else if (event.key === "Escape") {
      desk.select([], "only");
    } else if (event.key === "a" && (event.ctrlKey || event.metaKey)) {
      desk.select(Array.from(desk.hall.x.keys()), "only");
    } else if (event.key === "+" || event.key === "-") {
      picture.zoom(event.key === "+" ? 1.25 : 0.8);
    } else {
      return;
    }
    event.preventDefault();
    picture.show();
    reader(desk);
  });
}

/** The keys that every such page has. @param {SeatDesk} desk */
export function tools(desk) {
  const { picture } = desk;
  el("larger").addEventListener("click", () => picture.zoom(1.5));
  el("smaller").addEventListener("click", () => picture.zoom(1 / 1.5));
  el("whole").addEventListener("click", () => picture.whole());
  el("clear").addEventListener("click", () => desk.select([], "only"));
  el("typed").addEventListener("submit", (event) => {
    event.preventDefault();
    const wish = new URLSearchParams({ block: el("block").value, text: el("range").value });
    desk.find(`typed?${wish}`, { grid: say.readGrid, printed: say.readPrinted });
  });
}

/** Starts a page; what goes wrong is said in it. @param {() => Promise<void>} start */
export async function begin(start) {
  try {
    await start();
    desk.dataset.ready = "yes";
  } catch (trouble) {
    el("told").textContent = trouble.message;
    el("told").className = "bad";
  }
}
