// A seller's seats on the picture: which are unsold, and offering them back. Other seats are there to find one's way, and nobody's in particular.
//
// An offer takes its seats out of sale at once, all or none. Where one was sold since this page looked, the platform offers none, and this page
// shows what has changed.

import { SeatDesk, ask, begin, desk, el, fill, hand, keyboard, runsOf, say, tools } from "./seat-desk.js";
import { draw, kind } from "./seat-marks.js";

/** @typedef {import("./seat-marks.js").Mark} Mark */

const FREE = "free";
const OTHER = "other";

/** How each state looks. @type {Record<string, Mark>} */
const MARKS = {
  free: kind(0),
  held: { ...kind(0), dot: true },
  sold: { ...kind(1), dot: true },
  offered: { ...kind(3), hollow: true, dot: true },
  other: { shape: "circle", colour: "#a3adb9", small: true },
};

/** @type {Record<string, string | undefined>} */
const WORDS = { free: say.stateFree, held: say.stateHeld, sold: say.stateSold, offered: say.stateOffered, other: say.stateOther };

class Counter extends SeatDesk {
  constructor(hall, stock) {
    super(hall);
    this.take(stock);
  }

  /** Takes over what the platform says. */
  take(stock) {
    /** @type {string[]} */
    this.state = stock.seats.flatMap((run) => Array(run.seats).fill(run.state));
    this.state.forEach((state, seat) => state !== FREE && (this.picture.selected[seat] = 0));
    this.picture.changed();
    this.count();
  }

  markOf(seat) {
    return MARKS[this.state[seat]];
  }

  fixed(seat) {
    return this.state[seat] !== FREE;
  }

  about(seat) {
    return WORDS[this.state[seat]] ?? "";
  }

  count() {
    const chosen = this.chosen();
    /** @type {Record<string, number>} */
    const have = { free: 0, held: 0, sold: 0, offered: 0, other: 0 };
    for (const state of this.state) have[state]++;
    for (const id of ["chosen", "count-selected"]) el(id).textContent = chosen.length.toLocaleString();
    el("count-selectable").textContent = have.free.toLocaleString();
    el("count-fixed").textContent = (have.held + have.sold + have.offered).toLocaleString();
    for (const line of desk.querySelectorAll("[data-state]")) {
      const state = /** @type {HTMLElement} */ (line).dataset.state ?? OTHER;
      /** @type {any} */ (line.querySelector(".have")).textContent = have[state].toLocaleString();
      const pen = /** @type {HTMLCanvasElement} */ (line.querySelector("canvas")).getContext("2d");
      if (pen) {
        pen.clearRect(0, 0, 44, 44);
        draw(pen, MARKS[state], 22, 22, 16);
      }
    }
    el("about").textContent = chosen.length === 1 ? this.words(chosen[0]) : this.byClass(chosen);
    this.key(chosen.length);
  }

  /** How many of each class, in words. */
  byClass(chosen) {
    const { classes } = this.hall;
    const counts = classes.map(() => 0);
    for (const seat of chosen) counts[this.hall.class[seat]]++;
    return classes.map(({ name }, index) => (counts[index] ? `${name} ${counts[index].toLocaleString()}` : "")).filter(Boolean).join(" · ");
  }

  /** The large key says what it would do. */
  key(count) {
    const go = el("go");
    go.disabled = !count || this.busy;
    go.textContent = count ? fill(say.offer, { n: count.toLocaleString() }) : say.offerFirst;
  }

  async offer() {
    const seats = runsOf(this.chosen());
    this.busy = true;
    this.key(0);
    try {
      const told = await ask("returns", { which: { named: { seats } }, note: el("note").value });
      el("note").value = "";
      this.tell(fill(say.offeredDone, { n: told.count.toLocaleString() }));
    } catch (trouble) {
      this.tell(trouble.message, true);
    } finally {
      this.busy = false;
      try {
        this.take(await ask("stock"));
      } catch {
        this.count();
      }
    }
  }
}

begin(async () => {
  const [hall, stock] = await Promise.all([ask("picture"), ask("stock")]);
  const counter = new Counter(hall, stock);
  hand(counter);
  keyboard(counter);
  tools(counter);
  el("go").addEventListener("click", () => counter.offer());
});
