// How an event's sales stand: the hall by what became of every seat, followed while somebody looks.

import { NOBODY, draw } from "./seat-marks.js";
import { SeatPicture } from "./seat-picture.js";

/** How long between two looks, milliseconds. */
const BETWEEN_LOOKS = 4000;
const status = /** @type {HTMLElement} */ (document.getElementById("status"));
const el = (id) => /** @type {any} */ (document.getElementById(id));

/** What sold seats look like on paper too: filled ones are gone, hollow ones are to be had. @type {Record<string, import("./seat-marks.js").Mark>} */
const MARKS = {
  sold: { shape: "square", colour: "#1b2a6b" },
  held: { shape: "diamond", colour: "#b3259f", dot: true },
  free: { shape: "circle", colour: "#0a7a5a", hollow: true, dot: true },
  nobody: NOBODY,
};

/** @param {string} path */
async function look(path) {
  const answer = await fetch(path);
  if (!answer.ok) throw new Error(`${answer.status}`);
  return answer.text();
}

/** @param {{seats: {seats: number, seller: number | null, state: string}[]}} allocation @param {number} seats */
function marksOf(allocation, seats) {
  const marks = new Array(seats).fill(MARKS.nobody);
  let at = 0;
  for (const run of allocation.seats) {
    const state = run.state === "free" && run.seller === null ? "nobody" : run.state;
    marks.fill(MARKS[state], at, at + run.seats);
    at += run.seats;
  }
  return marks;
}

/** Figures and tables as the platform words them now. */
async function refresh() {
  const now = new DOMParser().parseFromString(await look(location.pathname), "text/html");
  for (const id of ["sums", "tables"]) {
    const fresh = now.getElementById(id);
    if (fresh) el(id).replaceChildren(...fresh.childNodes);
  }
}

async function start() {
  for (const canvas of document.querySelectorAll("canvas.mark-of")) {
    const pen = /** @type {HTMLCanvasElement} */ (canvas).getContext("2d");
    const state = /** @type {HTMLElement} */ (canvas).dataset.state ?? "nobody";
    if (pen) draw(pen, MARKS[state], 22, 22, 16);
  }
  const hall = JSON.parse(await look(`${status.dataset.event}/picture`));
  const picture = new SeatPicture(el("picture"), hall, status.dataset.stage ?? "");
  let known = "";
  const follow = async () => {
    try {
      const text = await look(`${status.dataset.event}/allocation`);
      if (text !== known) {
        const first = !known;
        const marks = marksOf(JSON.parse(text), hall.x.length);
        picture.mark = (seat) => marks[seat];
        picture.changed();
        if (!first) await refresh();
        known = text;
      }
      el("stale").hidden = true;
      status.dataset.ready = "yes";
    } catch {
      el("stale").hidden = false;
    }
  };
  await follow();
  const again = async () => {
    if (document.visibilityState === "visible") await follow();
    setTimeout(again, BETWEEN_LOOKS);
  };
  setTimeout(again, BETWEEN_LOOKS);
  moveBy(picture);
}

/** @param {SeatPicture} picture */
function moveBy(picture) {
  const canvas = /** @type {HTMLCanvasElement} */ (el("picture"));
  el("whole").onclick = () => picture.whole();
  el("larger").onclick = () => picture.zoom(1.5);
  el("smaller").onclick = () => picture.zoom(1 / 1.5);
  canvas.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    picture.zoom(Math.exp(-event.deltaY / 300), event.offsetX, event.offsetY);
  }, { passive: false });
  canvas.addEventListener("pointerdown", (event) => canvas.setPointerCapture(event.pointerId));
  canvas.addEventListener("pointermove", (event) => {
    if (canvas.hasPointerCapture(event.pointerId)) picture.pan(event.movementX, event.movementY);
  });
}

el("print").onclick = () => window.print();
start().catch(() => { el("stale").hidden = false; });
