// How fast the desk follows the hand with a stadium of 39,417 seats: from an input to the frame that shows it, and tasks that block the page.
//
//   script/measure-desk

import { startBrowser } from '../tests/pages/support/browser.mjs';
import { HARBOUR, MATCH, desk } from '../tests/pages/support/organizer.mjs';
import { startPlatform } from '../tests/pages/support/platform.mjs';
import { visit } from '../tests/pages/support/visitor.mjs';

const STEPS = 120;

const platform = await startPlatform();
const browser = await startBrowser();
const visitor = await visit(browser, platform.url, 'en', { width: 1280, height: 900 });
const { page } = visitor;
await page.addInitScript(() => {
  const told = /** @type {any} */ (window);
  told.late = [];
  told.long = [];
  new PerformanceObserver((list) => list.getEntries().forEach((entry) => told.long.push(entry.duration))).observe({ type: 'longtask' });
  for (const kind of ['pointermove', 'wheel', 'pointerup']) {
    addEventListener(kind, (event) => {
      // The picture asks for its frame in the same turn and before this does, so the frame after it has shown the input.
      queueMicrotask(() => requestAnimationFrame(() => requestAnimationFrame((at) => told.late.push(at - event.timeStamp))));
    }, { passive: true });
  }
});
await desk({ ...visitor, platform }, HARBOUR, MATCH);
const box = /** @type {{x: number, y: number, width: number, height: number}} */ (await page.locator('#picture').boundingBox());
const at = (/** @type {number} */ part) => [box.x + box.width * part, box.y + box.height * part];

/** Runs a gesture and says what it came to. */
async function measure(/** @type {string} */ name, /** @type {() => Promise<void>} */ gesture) {
  await page.evaluate(() => Object.assign(window, { late: [], long: [] }));
  await gesture();
  const { late, long } = await page.evaluate(() => {
    const told = /** @type {any} */ (window);
    return { late: told.late, long: told.long };
  });
  late.sort((/** @type {number} */ a, /** @type {number} */ b) => a - b);
  const part = (/** @type {number} */ share) => late[Math.min(late.length - 1, Math.floor(late.length * share))]?.toFixed(1);
  const worst = long.length ? `, the longest ${Math.max(...long).toFixed(0)} ms` : '';
  console.log(`${name}: ${late.length} inputs, to the frame after p50 ${part(0.5)} ms, p95 ${part(0.95)} ms; tasks over 50 ms: ${long.length}${worst}`);
}

await measure('drag a selection over the hall', async () => {
  await page.mouse.move(...at(0.02));
  await page.mouse.down();
  await page.mouse.move(...at(0.98), { steps: STEPS });
  await page.mouse.up();
});
console.log(`selected: ${await page.locator('#chosen').innerText()}`);
await measure('enlarge', async () => {
  for (let step = 0; step < STEPS / 4; step++) await page.mouse.wheel(0, -40);
});
await measure('pan with everything selected', async () => {
  await page.keyboard.down('Alt');
  await page.mouse.down();
  await page.mouse.move(...at(0.3), { steps: STEPS });
  await page.mouse.up();
  await page.keyboard.up('Alt');
});
await visitor.leave();
await browser.close();
await platform.stop();
