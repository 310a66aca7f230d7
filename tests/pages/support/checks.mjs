// What every page has to stand: nobody shut out by it, and no scrolling sideways.

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { axeSource } from './packages.mjs';

/** @typedef {import('playwright-core').Page} Page */

/** WCAG 2.2, levels A and AA, is these together. */
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/**
 * Fails with a list of what shuts somebody out of the page as it is now.
 * @param {Page} page
 */
export async function axe(page) {
  // Not as a script of the page: its content security policy would rightly refuse that.
  await page.evaluate(axeSource);
  const found = await page.evaluate(
    // @ts-expect-error axe is there now.
    (rules) => window.axe.run(document, { runOnly: { type: 'tag', values: rules }, resultTypes: ['violations', 'incomplete'] }),
    RULES,
  );
  const told = [...found.violations, ...found.incomplete.map(invisible)].filter((rule) => rule.nodes.length > 0).map(
    (rule) =>
      `${rule.id} (${rule.impact}): ${rule.help}\n` +
      rule.nodes.map((/** @type {any} */ node) => `    ${node.target.join(' ')}: ${node.html.slice(0, 160)}\n      ${node.failureSummary.replaceAll('\n', '\n      ')}`).join('\n'),
  );
  assert.equal(told.length, 0, `axe found ${told.length} at ${page.url()}:\n${told.join('\n')}`);
}

/** Text in the colour of its ground, which axe only wonders about: no page here hides text that way. */
function invisible(/** @type {any} */ rule) {
  const same = (/** @type {any} */ node) => node.any.some((/** @type {any} */ check) => check.data?.messageKey === 'equalRatio');
  return { ...rule, nodes: rule.id === 'color-contrast' ? rule.nodes.filter(same) : [] };
}

/**
 * The page is no wider than its window: what is, like a table, scrolls in a box of its own.
 * @param {Page} page
 */
export async function fits(page) {
  const { width, window: room, out } = await page.evaluate(() => {
    const root = document.documentElement;
    const far = /** @type {string[]} */ ([]);
    const boxed = (/** @type {Element} */ element) => {
      for (let above = element.parentElement; above; above = above.parentElement) if (getComputedStyle(above).overflowX !== 'visible') return true;
      return false;
    };
    for (const element of document.body.querySelectorAll('*')) {
      const right = element.getBoundingClientRect().right;
      if (right > screen.width && right > root.clientWidth + 0.5 && !boxed(element)) far.push(`${element.outerHTML.slice(0, 100)} ends at ${Math.round(right)}`);
    }
    return { width: root.scrollWidth, window: Math.min(screen.width, root.clientWidth), out: far.slice(0, 5) };
  });
  assert.ok(width <= room, `the page is ${width} wide in a window of ${room}: ${page.url()}\n${out.join('\n')}`);
}

/**
 * A picture of the whole page, where script/pages-test was asked for pictures.
 * @param {Page} page
 * @param {string} name
 */
export async function shot(page, name) {
  const folder = process.env.KIPPU_SHOTS;
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}
