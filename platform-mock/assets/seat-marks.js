// How seats look: one shape and colour for each kind, so that colour is never all there is. Marks are drawn once a size and copied.

/** @typedef {"circle"|"square"|"diamond"|"triangle"|"cross"|"down"} Shape */
/** @typedef {{shape: Shape, colour: string, hollow?: boolean, dot?: boolean, chosen?: boolean, small?: boolean}} Mark */

const INK = "#141c2e";
const CHOSEN = "#ffc21a";

/** Kinds by number: sellers and classes take them in turn. @type {{shape: Shape, colour: string}[]} */
const KINDS = [
  { shape: "circle", colour: "#1b2a6b" },
  { shape: "square", colour: "#0a7a5a" },
  { shape: "diamond", colour: "#b3259f" },
  { shape: "triangle", colour: "#7a4312" },
  { shape: "cross", colour: "#0f5f8a" },
  { shape: "down", colour: "#5a5f10" },
];

/** What is nobody's. @type {Mark} */
export const NOBODY = { shape: "circle", colour: "#75808f", hollow: true };

/** The mark of the n-th kind. @param {number} n @returns {Mark} */
export function kind(n) {
  return KINDS[n % KINDS.length];
}

/** @param {CanvasRenderingContext2D} pen @param {Shape} shape @param {number} x @param {number} y @param {number} r */
function outline(pen, shape, x, y, r) {
  pen.beginPath();
  if (shape === "circle") {
    pen.arc(x, y, r, 0, 2 * Math.PI);
  } else if (shape === "square") {
    pen.rect(x - 0.88 * r, y - 0.88 * r, 1.76 * r, 1.76 * r);
  } else if (shape === "diamond") {
    corners(pen, [x, y - r, x + r, y, x, y + r, x - r, y]);
  } else if (shape === "triangle") {
    corners(pen, [x, y - r, x + r, y + 0.85 * r, x - r, y + 0.85 * r]);
  } else if (shape === "down") {
    corners(pen, [x, y + r, x + r, y - 0.85 * r, x - r, y - 0.85 * r]);
  } else {
    const t = 0.36 * r;
    corners(pen, [x - t, y - r, x + t, y - r, x + t, y - t, x + r, y - t, x + r, y + t, x + t, y + t, x + t, y + r, x - t, y + r, x - t, y + t, x - r, y + t, x - r, y - t, x - t, y - t]);
  }
}

/** @param {CanvasRenderingContext2D} pen @param {number[]} at */
function corners(pen, at) {
  pen.moveTo(at[0], at[1]);
  for (let i = 2; i < at.length; i += 2) pen.lineTo(at[i], at[i + 1]);
  pen.closePath();
}

/** Draws a mark. @param {CanvasRenderingContext2D} pen @param {Mark} mark @param {number} x @param {number} y @param {number} size half its size */
export function draw(pen, mark, x, y, size) {
  const r = mark.small ? 0.5 * size : size;
  const line = Math.max(1, r * 0.18);
  if (mark.chosen) {
    outline(pen, "circle", x, y, r * 1.08);
    pen.fillStyle = CHOSEN;
    pen.fill();
    pen.lineWidth = Math.max(1.5, r * 0.26);
    pen.strokeStyle = INK;
    pen.stroke();
    outline(pen, "circle", x, y, r * 0.32);
    pen.fillStyle = INK;
    pen.fill();
    return;
  }
  outline(pen, mark.shape, x, y, mark.hollow ? r - line / 2 : r);
  if (mark.hollow) {
    pen.fillStyle = "#fff";
    pen.fill();
    pen.lineWidth = line;
    pen.strokeStyle = mark.colour;
    pen.stroke();
  } else {
    pen.fillStyle = mark.colour;
    pen.fill();
  }
  if (mark.dot) {
    outline(pen, "circle", x, y + (mark.shape === "triangle" ? 0.25 * r : 0), r * 0.36);
    pen.fillStyle = mark.hollow ? mark.colour : "#fff";
    pen.fill();
  }
}

/** Marks drawn once for a size, to be copied thousands of times. */
export class Stamps {
  /** @param {number} r half the size in device pixels */
  constructor(r) {
    this.r = r;
    this.side = Math.ceil(2.6 * r) + 2;
    /** @type {Map<string, HTMLCanvasElement>} */
    this.made = new Map();
  }

  /** @param {Mark} mark @returns {HTMLCanvasElement} */
  of(mark) {
    const name = `${mark.shape}${mark.colour}${mark.hollow ? "h" : ""}${mark.dot ? "d" : ""}${mark.chosen ? "c" : ""}${mark.small ? "s" : ""}`;
    let stamp = this.made.get(name);
    if (!stamp) {
      stamp = document.createElement("canvas");
      stamp.width = stamp.height = this.side;
      const pen = /** @type {CanvasRenderingContext2D} */ (stamp.getContext("2d"));
      draw(pen, mark, this.side / 2, this.side / 2, this.r);
      this.made.set(name, stamp);
    }
    return stamp;
  }
}
