// The desk where seats are given to sellers: selecting, counting, moving, undoing. The picture draws; the platform decides.
//
// A move says whose the seats were when they were looked at. Where that is no longer true the platform moves none of them, and this page
// shows what has changed since.

import { NOBODY, draw, kind } from "./seat-marks.js";
import { SeatPicture } from "./seat-picture.js";

/** @typedef {{from: number | null, to: number | null, seats: [number, number][]}} Move */

const desk = /** @type {HTMLElement} */ (document.getElementById("desk"));
const say = desk.dataset;
const data = /** @type {string} */ (say.event);
const el = (id) => /** @type {any} */ (document.getElementById(id));
/** How far a finger or mouse may tremble and still point, CSS pixels. */
const TREMBLE = 5;

/** Asks the platform. @param {string} path @param {any} [body] @returns {Promise<any>} what it answered; throws words for people */
async function ask(path, body) {
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
function runsOf(seats) {
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
function seatsOf(runs) {
  return runs.flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, i) => first + i));
}

const fill = (text, values) => text.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);

class Desk {
  constructor(hall, allocation) {
    this.hall = hall;
    this.picture = new SeatPicture(el("picture"), hall, say.stage);
    this.picture.mark = (seat) => this.markOf(seat);
    this.by = "seller";
    this.anchor = -1;
    /** @type {Move[][]} */
    this.done = [];
    this.take(allocation);
    hall.blocks.forEach((block, index) => el("block").add(new Option(block.name, String(index))));
  }

  /** Takes over what the platform says. */
  take(allocation) {
    const seats = this.hall.x.length;
    this.owner = new Int32Array(seats);
    this.state = new Uint8Array(seats);
    let at = 0;
    for (const run of allocation.seats) {
      this.owner.fill(run.seller ?? 0, at, at + run.seats);
      this.state.fill(run.state === "free" ? 0 : run.state === "held" ? 1 : 2, at, at + run.seats);
      at += run.seats;
    }
    this.sellers = allocation.sellers;
    this.order = new Map(this.sellers.map((seller, index) => [seller.seller, index]));
    for (let seat = 0; seat < seats; seat++) if (this.state[seat]) this.picture.selected[seat] = 0;
    this.makeMarks();
    this.picture.changed();
    this.count();
  }

  /** All marks there are now, so that drawing a seat only looks one up. */
  makeMarks() {
    const kinds = this.by === "class" ? this.hall.classes.length : this.by === "seller" ? this.sellers.length : 1;
    this.marks = [];
    for (let n = 0; n <= kinds; n++) {
      const mark = this.by === "state" ? (n ? kind(0) : NOBODY) : n ? kind(n - 1) : NOBODY;
      this.marks.push([mark, { ...mark, dot: true }]);
    }
  }

  markOf(seat) {
    const owner = this.owner[seat];
    const n = this.by === "class" ? this.hall.class[seat] + 1 : !owner ? 0 : this.by === "seller" ? this.order.get(owner) + 1 : 1;
    return this.marks[n][this.state[seat] ? 1 : 0];
  }

  chosen() {
    const seats = [];
    this.picture.selected.forEach((one, seat) => one && seats.push(seat));
    return seats;
  }

  /** Selects seats that can be moved. @param {number[]} seats @param {"only"|"add"|"toggle"} how @returns {number} how many of them can */
  select(seats, how) {
    const { selected } = this.picture;
    if (how === "only") selected.fill(0);
    let movable = 0;
    for (const seat of seats) {
      if (this.state[seat]) continue;
      movable++;
      selected[seat] = how === "toggle" ? 1 - selected[seat] : 1;
    }
    this.picture.show();
    this.count();
    if (seats.length && !movable) this.tell(say.nothingSelectable);
    return movable;
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

  /** Everything that counts. */
  count() {
    const chosen = this.chosen();
    let [fixed, free] = [0, 0];
    const have = new Map();
    for (let seat = 0; seat < this.owner.length; seat++) {
      if (this.state[seat]) fixed++;
      else free++;
      have.set(this.owner[seat], (have.get(this.owner[seat]) ?? 0) + 1);
    }
    for (const id of ["chosen", "count-selected"]) el(id).textContent = chosen.length.toLocaleString();
    el("count-selectable").textContent = free.toLocaleString();
    el("count-fixed").textContent = fixed.toLocaleString();
    for (const card of desk.querySelectorAll(".seller")) {
      const seller = Number(/** @type {HTMLElement} */ (card).dataset.seller || 0);
      const seats = have.get(seller) ?? 0;
      /** @type {any} */ (card.querySelector(".have")).textContent = seats.toLocaleString();
      const aim = /** @type {HTMLInputElement | null} */ (card.querySelector(".aim"));
      const bar = /** @type {HTMLElement | null} */ (card.querySelector(".bar span"));
      if (bar && aim) {
        const full = Number(aim.value) || 0;
        /** @type {HTMLElement} */ (bar.parentElement).style.visibility = full ? "visible" : "hidden";
        bar.style.setProperty("inline-size", `${full ? Math.min(100, (100 * seats) / full) : 0}%`);
      }
      const pen = /** @type {HTMLCanvasElement} */ (card.querySelector("canvas")).getContext("2d");
      if (pen) {
        pen.clearRect(0, 0, 44, 44);
        draw(pen, seller ? kind(this.order.get(seller) ?? 0) : NOBODY, 22, 22, 16);
      }
    }
    this.about(chosen);
    this.key(chosen.length);
  }

  /** Whose the selected seats are, in words. */
  about(chosen) {
    const whose = new Map();
    for (const seat of chosen) whose.set(this.owner[seat], (whose.get(this.owner[seat]) ?? 0) + 1);
    const words = [...whose].map(([seller, seats]) => `${this.nameOf(seller)} ${seats.toLocaleString()}`);
    el("about").textContent = chosen.length === 1 ? this.words(chosen[0]) : words.join(" · ");
  }

  nameOf(seller) {
    return seller ? this.sellers[this.order.get(seller)].name : say.nobody;
  }

  words(seat) {
    const row = this.hall.rows[this.picture.rowOf[seat]];
    const place = fill(say.seatWords, { block: this.hall.blocks[row.block].name, row: row.label, number: this.hall.number[seat] });
    const state = this.state[seat] === 2 ? ` · ${say.sold}` : this.state[seat] ? ` · ${say.held}` : "";
    const mine = this.picture.selected[seat] ? ` · ${say.chosen}` : "";
    return `${place} · ${this.hall.classes[this.hall.class[seat]].name} · ${this.nameOf(this.owner[seat])}${state}${mine}`;
  }

  to() {
    const wished = /** @type {HTMLInputElement | null} */ (desk.querySelector('input[name="to"]:checked'));
    return wished && { seller: wished.value ? Number(wished.value) : null };
  }

  /** The large key says what it would do. */
  key(count) {
    const [to, go] = [this.to(), el("go")];
    go.disabled = !to || !count || this.busy;
    go.textContent = !to || !count ? say.chooseFirst : fill(to.seller ? say.give : say.takeBack, { n: count.toLocaleString(), who: this.nameOf(to.seller) });
    el("undo").disabled = !this.done.length || this.busy;
  }

  tell(text, bad = false) {
    el("told").textContent = text;
    el("told").className = bad ? "bad" : "";
  }

  /** Moves seats and looks again, whatever came of it. @param {Move[]} moves @returns {Promise<number>} how many moved */
  async move(moves) {
    this.busy = true;
    this.key(0);
    try {
      const told = await ask("allocation", { moves });
      return told.seats;
    } finally {
      this.busy = false;
      try {
        this.take(await ask("allocation"));
      } catch {
        this.count();
      }
    }
  }

  async go() {
    const to = this.to();
    if (!to) return;
    const from = new Map();
    for (const seat of this.chosen()) {
      const owner = this.owner[seat] || null;
      if (owner === to.seller) continue;
      if (!from.has(owner)) from.set(owner, []);
      from.get(owner).push(seat);
    }
    const moves = [...from].map(([owner, seats]) => ({ from: owner, to: to.seller, seats: runsOf(seats) }));
    if (!moves.length) return this.tell(fill(say.doneMoved, { n: 0 }));
    try {
      const moved = await this.move(moves);
      this.done.push(moves);
      this.picture.selected.fill(0);
      this.count();
      this.tell(fill(say.doneMoved, { n: moved.toLocaleString() }));
    } catch (trouble) {
      this.tell(trouble.message, true);
    }
  }

  async undo() {
    const moves = this.done[this.done.length - 1];
    if (!moves) return;
    try {
      const moved = await this.move(moves.map(({ from, to, seats }) => ({ from: to, to: from, seats })));
      this.done.pop();
      this.count();
      this.tell(fill(say.doneUndone, { n: moved.toLocaleString() }));
    } catch (trouble) {
      this.tell(trouble.message, true);
    }
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

/** Pointing, dragging, wheel and fingers. @param {Desk} desk */
function hand(desk) {
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

/** The same for those who do not see the picture or have no mouse: the focused row as a grid. @param {Desk} desk */
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

/** @param {Desk} desk */
function keyboard(desk) {
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
  document.addEventListener("keydown", (event) => {
    const types = event.target instanceof HTMLInputElement && event.target.type !== "radio";
    if (event.key === "z" && (event.ctrlKey || event.metaKey) && !types) {
      event.preventDefault();
      desk.undo();
    }
  });
}

/** @param {Desk} desk */
function keys(desk) {
  const { picture } = desk;
  const words = { grid: say.readGrid, printed: say.readPrinted, apart: say.apart };
  el("larger").addEventListener("click", () => picture.zoom(1.5));
  el("smaller").addEventListener("click", () => picture.zoom(1 / 1.5));
  el("whole").addEventListener("click", () => picture.whole());
  el("clear").addEventListener("click", () => desk.select([], "only"));
  el("go").addEventListener("click", () => desk.go());
  el("undo").addEventListener("click", () => desk.undo());
  el("typed").addEventListener("submit", (event) => {
    event.preventDefault();
    const wish = new URLSearchParams({ block: el("block").value, text: el("range").value });
    desk.find(`typed?${wish}`, words);
  });
  el("together").addEventListener("submit", (event) => {
    event.preventDefault();
    desk.find(`together?${new URLSearchParams({ count: el("count").value })}`, words);
  });
  for (const choice of document.querySelectorAll('input[name="colour"]')) {
    choice.addEventListener("change", () => {
      desk.by = /** @type {HTMLInputElement} */ (choice).value;
      desk.makeMarks();
      picture.changed();
    });
  }
  for (const card of document.querySelectorAll(".seller")) {
    card.querySelector('input[type="radio"]')?.addEventListener("change", () => desk.key(desk.chosen().length));
    const aim = /** @type {HTMLInputElement | null} */ (card.querySelector(".aim"));
    aim?.addEventListener("change", async () => {
      const target = aim.value === "" ? null : Number(aim.value);
      try {
        await ask("targets", { seller: Number(/** @type {HTMLElement} */ (card).dataset.seller), target });
      } catch (trouble) {
        desk.tell(trouble.message, true);
      }
      desk.count();
    });
  }
}

try {
  const [hall, allocation] = await Promise.all([ask("picture"), ask("allocation")]);
  const all = new Desk(hall, allocation);
  hand(all);
  keyboard(all);
  keys(all);
  desk.dataset.ready = "yes";
} catch (trouble) {
  el("told").textContent = trouble.message;
  el("told").className = "bad";
}
