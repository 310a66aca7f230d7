// The desk where seats are given to sellers: selecting, counting, moving, undoing. The picture draws; the platform decides.
//
// A move says whose the seats were when they were looked at. Where that is no longer true the platform moves none of them, and this page
// shows what has changed since.

import { SeatDesk, ask, begin, desk, el, fill, hand, keyboard, runsOf, say, tools } from "./seat-desk.js";
import { NOBODY, draw, kind } from "./seat-marks.js";

/** How long between two looks at what others do, milliseconds. */
const BETWEEN_LOOKS = 5000;

/** @typedef {{from: number | null, to: number | null, seats: [number, number][]}} Move */

class Desk extends SeatDesk {
  constructor(hall, allocation) {
    super(hall);
    this.by = "seller";
    /** @type {Move[][]} */
    this.done = [];
    /** Aims that are on their way. */
    this.saved = Promise.resolve();
    this.take(allocation);
  }

  /** Takes over what the platform says. */
  take(allocation) {
    this.known = JSON.stringify(allocation);
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
    for (const card of desk.querySelectorAll(".seller")) {
      const aim = /** @type {HTMLInputElement | null} */ (card.querySelector(".aim"));
      const seller = this.sellers[this.order.get(Number(/** @type {HTMLElement} */ (card).dataset.seller)) ?? -1];
      if (aim && aim !== document.activeElement) aim.value = seller?.target ?? "";
    }
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

  /** Everything that counts. */
  count() {
    const chosen = this.chosen();
    let [fixed, free] = [0, 0];
    const have = new Map();
    let [nobodys, lacking] = [0, 0];
    for (let seat = 0; seat < this.owner.length; seat++) {
      if (this.state[seat]) fixed++;
      else free++;
      if (!this.owner[seat]) nobodys++;
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
        lacking += Math.max(0, full - seats);
        /** @type {HTMLElement} */ (bar.parentElement).style.visibility = full ? "visible" : "hidden";
        bar.style.setProperty("inline-size", `${full ? Math.min(100, (100 * seats) / full) : 0}%`);
      }
      const pen = /** @type {HTMLCanvasElement} */ (card.querySelector("canvas")).getContext("2d");
      if (pen) {
        pen.clearRect(0, 0, 44, 44);
        draw(pen, seller ? kind(this.order.get(seller) ?? 0) : NOBODY, 22, 22, 16);
      }
    }
    this.fillable = Math.min(nobodys, lacking);
    this.whose(chosen);
    this.key(chosen.length);
  }

  /** Whose the selected seats are, in words. */
  whose(chosen) {
    const whose = new Map();
    for (const seat of chosen) whose.set(this.owner[seat], (whose.get(this.owner[seat]) ?? 0) + 1);
    const words = [...whose].map(([seller, seats]) => `${this.nameOf(seller)} ${seats.toLocaleString()}`);
    el("about").textContent = chosen.length === 1 ? this.words(chosen[0]) : words.join(" · ");
  }

  nameOf(seller) {
    return seller ? this.sellers[this.order.get(seller)].name : say.nobody;
  }

  fixed(seat) {
    return this.state[seat] > 0;
  }

  about(seat) {
    const state = this.state[seat] === 2 ? ` · ${say.sold}` : this.state[seat] ? ` · ${say.held}` : "";
    return `${this.nameOf(this.owner[seat])}${state}`;
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
    el("fill").disabled = !this.fillable || this.busy;
    el("fill").textContent = this.fillable ? fill(say.fill, { n: this.fillable.toLocaleString() }) : say.fillNone;
  }

  /** Moves seats. @param {Move[]} moves @returns {Promise<number>} how many moved */
  async move(moves) {
    return (await this.change(() => ask("allocation", { moves }))).seats;
  }

  /** Changes something and looks again, whatever came of it. @param {() => Promise<any>} work @returns {Promise<any>} */
  async change(work) {
    this.busy = true;
    this.key(0);
    try {
      await this.saved;
      return await work();
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

  /** Shares out what is nobody's by the aims. */
  async fill() {
    try {
      const told = await this.change(() => ask("fill", {}));
      this.done.push(told.moves);
      this.count();
      this.tell(fill(say.doneMoved, { n: told.seats.toLocaleString() }));
    } catch (trouble) {
      this.tell(trouble.message, true);
    }
  }

  /** Looks whether somebody else moved seats; a line that is down is told where somebody acts. */
  async look() {
    if (this.busy || this.picture.band || document.visibilityState !== "visible") return;
    await this.saved;
    const allocation = await ask("allocation").catch(() => null);
    if (!allocation || this.busy || JSON.stringify(allocation) === this.known) return;
    const before = this.owner;
    this.take(allocation);
    if (this.owner.some((owner, seat) => owner !== before[seat])) this.tell(say.changed);
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
}

/** Undoing by keyboard, but not while somebody types. @param {Desk} desk */
function undoKey(desk) {
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
  el("go").addEventListener("click", () => desk.go());
  el("undo").addEventListener("click", () => desk.undo());
  el("fill").addEventListener("click", () => desk.fill());
  el("together").addEventListener("submit", (event) => {
    event.preventDefault();
    desk.find(`together?${new URLSearchParams({ count: el("count").value })}`, { apart: say.apart });
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
    // The key that fills says at every digit what it would do; it must not be dead when it is pressed right after typing.
    aim?.addEventListener("input", () => desk.count());
    aim?.addEventListener("change", async () => {
      const target = aim.value === "" ? null : Number(aim.value);
      const asked = ask("targets", { seller: Number(/** @type {HTMLElement} */ (card).dataset.seller), target });
      desk.saved = Promise.allSettled([desk.saved, asked]).then(() => undefined);
      desk.count();
      try {
        await asked;
      } catch (trouble) {
        desk.tell(trouble.message, true);
      }
    });
  }
}

begin(async () => {
  const [hall, allocation] = await Promise.all([ask("picture"), ask("allocation")]);
  const all = new Desk(hall, allocation);
  hand(all);
  keyboard(all);
  tools(all);
  undoKey(all);
  keys(all);
  const again = async () => {
    await all.look();
    setTimeout(again, BETWEEN_LOOKS);
  };
  setTimeout(again, BETWEEN_LOOKS);
});
