// Events of a test's own: the play of the demo once more, on a date that no other test uses.

import { WORDS } from './halls.mjs';
import { HOSHIMI, PLAY, open } from './organizer.mjs';

/** @typedef {import('./operator.mjs').Guest} Guest */

/**
 * Registers the play on a date and opens that event.
 * @param {Guest} guest
 * @param {string} date
 * @param {{ allocated?: boolean }} [how] Whether the sellers get the seats they have of the play.
 */
export async function copy(guest, date, { allocated = true } = {}) {
  const { page, lang } = guest;
  const words = WORDS[lang];
  await open(guest, HOSHIMI, `${PLAY}/dates`);
  await page.getByLabel(words.date(1), { exact: true }).fill(date);
  await page.getByRole('checkbox').setChecked(allocated);
  await page.getByRole('button', { name: words.copy }).click();
  await page.getByRole('heading', { level: 1, name: words.copied }).waitFor();
  await page.getByRole('row').nth(1).getByRole('link').click();
  await page.waitForURL(/\/organizer\/events\/\d+$/);
}

/** A year that belongs to one way of looking at the pages. */
export function year(/** @type {Guest} */ { lang, width }, /** @type {number} */ first) {
  return first + (lang === 'ja' ? 2 : 0) + (width === 390 ? 1 : 0);
}
