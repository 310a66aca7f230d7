// An allocation made elsewhere: its file is compared, and taken over in one step.

import assert from 'node:assert/strict';

import { copy, year } from './support/copies.mjs';
import { everyWay, stage } from './support/stage.mjs';

const stand = stage();

const WORDS = {
  en: {
    file: 'Allocation from a file', compare: 'Compare', choose: 'File', download: 'The allocation as it is now (CSV)', agrees: 'The file says what is so. Nothing is to be done.',
    go: (/** @type {number} */ n) => `Move ${n} seats`, done: (/** @type {number} */ n) => `${n} seats moved.`, twice: 'Stay: the file gives them to more than one',
    line: 'line 5', changed: /Nothing moved: seats were moved/,
  },
  ja: {
    file: 'ファイルから割り当て', compare: '比較する', choose: 'ファイル', download: 'いまの割り当て(CSV)', agrees: 'ファイルと一致しています。',
    go: (/** @type {number} */ n) => `${n}席を動かす`, done: (/** @type {number} */ n) => `${n}席を動かしました。`, twice: '動きません(ファイルの中で食い違い)',
    line: '5行目', changed: /比較したあとで席が動いたか/,
  },
};

/** Compares a file. */
async function compare(/** @type {import('playwright-core').Page} */ page, /** @type {typeof WORDS.en} */ words, /** @type {string} */ text) {
  await page.locator('#file').setInputFiles({ name: 'allocation.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });
  await page.getByRole('button', { name: words.compare, exact: true }).click();
}

everyWay(stand, 'an allocation made elsewhere is taken over', async (guest) => {
  const { page, lang, good } = guest;
  const words = WORDS[lang];
  await copy(guest, `${year(guest, 2101)}-06-01T19:00`);
  await page.getByRole('link', { name: words.file }).click();
  await good('organizer-allocation-file');
  const waiting = page.waitForEvent('download');
  await page.getByRole('link', { name: words.download }).click();
  const chunks = [];
  for await (const chunk of await (await waiting).createReadStream()) chunks.push(chunk);
  const now = Buffer.concat(chunks).toString('utf8');
  await compare(page, words, now);
  await page.getByText(words.agrees).waitFor();

  // Three seats of the first seller go to the other; one more is in the file twice, and one line is about no seat.
  const [head, ...lines] = now.trim().split('\r\n');
  const own = lines.filter((line) => line.endsWith('"HSM"')).slice(0, 4);
  const others = own.map((line) => line.replace('"HSM"', '"FAN"'));
  const file = [head, ...others.slice(0, 3), '"nowhere","1","Z","999","FAN"', others[3], own[3]].join('\n');
  await compare(page, words, file);
  await page.getByRole('row').filter({ hasText: words.twice }).waitFor();
  await page.getByRole('cell', { name: words.line }).waitFor();
  await good('organizer-allocation-file-differs');

  // Somebody else who compared the same is faster.
  const other = await page.context().newPage();
  await other.goto(page.url());
  await compare(other, words, file);
  await other.getByRole('button', { name: words.go(3) }).click();
  await other.getByRole('status').getByText(words.done(3)).waitFor();
  await other.close();
  guest.expect(409);
  await page.getByRole('button', { name: words.go(3) }).click();
  await page.getByRole('alert').getByText(words.changed).waitFor();
  await compare(page, words, file);
  await page.getByRole('row').filter({ hasText: words.twice }).waitFor();
  assert.equal(await page.getByRole('button', { name: words.go(3) }).count(), 0);
});
