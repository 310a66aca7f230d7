// Halls: their list, the sample, and plans from files, good and bad.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { WORDS, bring, file, imported, theatre } from './support/halls.mjs';
import { HARBOUR, open } from './support/organizer.mjs';
import { everyWay, once, stage } from './support/stage.mjs';

const stand = stage();
const IMPORT = '/organizer/halls/import';
const SMALL = 'block,row,seat,class\nstalls,A,1-4,S\nstalls,B,1-4,A\n';

everyWay(stand, 'halls', async (guest) => {
  const { page, lang, good } = guest;
  await open(guest, HARBOUR, '/organizer/halls');
  await page.getByRole('heading', { level: 1, name: WORDS[lang].halls }).waitFor();
  await page.getByRole('link', { name: 'Metalist Stadium' }).waitFor();
  await good('organizer-halls');
  await page.getByRole('link', { name: '星見ホール' }).click();
  await page.getByRole('heading', { level: 1, name: '星見ホール' }).waitFor();
  await page.getByRole('img').waitFor();
  await good('organizer-hall');
});

everyWay(stand, 'a stadium of 39,417 seats as a picture', async (guest) => {
  const { page, good } = guest;
  await open(guest, HARBOUR, '/organizer/halls');
  await page.getByRole('link', { name: 'Metalist Stadium' }).click();
  await page.getByRole('heading', { level: 1, name: 'Metalist Stadium' }).waitFor();
  await good('organizer-hall-stadium');
});

everyWay(stand, 'a hall from a file is looked at, then kept', async (guest) => {
  const { page, lang, width, good } = guest;
  const words = WORDS[lang];
  await open(guest, HARBOUR, IMPORT);
  await good('organizer-import');
  await bring(guest, await theatre(guest));
  await page.getByRole('heading', { level: 1, name: words.found }).waitFor();
  await good('organizer-look');
  const venue = `みなと劇場 ${lang} ${width}`;
  await page.getByLabel(words.venue, { exact: true }).fill(venue);
  await page.getByRole('button', { name: words.keep }).click();
  await page.getByRole('heading', { level: 1, name: venue }).waitFor();
  // The page's own files are read again as the same hall.
  const [saved] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'pretix JSON' }).click()]);
  assert.match(saved.suggestedFilename(), /^hall-\d+\.json$/);
});

everyWay(stand, 'files that are no plan are refused with what is wrong', async (guest) => {
  const { page, lang, good } = guest;
  const words = WORDS[lang];
  guest.expect(422);
  await open(guest, HARBOUR, IMPORT);
  const whole = (await theatre(guest)).buffer;
  for (const [wrong, says] of /** @type {[any, RegExp][]} */ ([
    [file('cut.json', whole.subarray(0, whole.length / 2)), lang === 'en' ? /cut off/ : /途切れて/],
    [file('page.json', '<!doctype html><p>404'), /HTML/],
    [file('plan.csv', 'PK\x03\x04...'), /zip/],
    [file('empty.csv', ''), lang === 'en' ? /empty/ : /空です/],
    [file('twice.csv', 'block,row,seat,seat_guid\na,A,1,x\na,A,2,x\na,A,1-,y\n'), lang === 'en' ? /Line 2/ : /2行目/],
  ])) {
    await bring(guest, wrong);
    const told = page.getByRole('alert');
    await told.getByText(words.notTaken).waitFor();
    await told.getByText(wrong.name).waitFor();
    assert.match(await page.getByRole('main').innerText(), says);
  }
  await good('organizer-import-refused');
  // A plan with the wrong ending is a plan all the same.
  await bring(guest, file('plan.csv', whole));
  await page.getByRole('heading', { level: 1, name: words.found }).waitFor();
});

once(stand, 'nothing is stored before it is kept, and nothing typed is lost', async (guest) => {
  const { page, lang } = guest;
  const words = WORDS[lang];
  guest.expect(422);
  await open(guest, HARBOUR, IMPORT);
  await bring(guest, file('small.csv', SMALL));
  await page.goto('/organizer/halls');
  assert.equal(await page.getByText('small').count(), 0);
  await imported(guest, file('small.csv', SMALL), 'Kleine Bühne');
  // Another plan of the same name at the same venue.
  await page.goto(IMPORT);
  await bring(guest, file('small.csv', SMALL.replaceAll('1-4', '1-9')));
  await page.getByLabel(words.venue, { exact: true }).fill('Kleine Bühne');
  await page.getByRole('button', { name: words.keep }).click();
  await page.getByText(words.taken).waitFor();
  assert.equal(await page.getByLabel(words.venue, { exact: true }).inputValue(), 'Kleine Bühne');
  await page.getByLabel(words.layoutName).fill('<b>nine</b> & co');
  await page.getByRole('button', { name: words.keep }).click();
  await page.getByText('<b>nine</b> & co').waitFor();
});

once(stand, 'a file too large is refused in words', async (guest) => {
  const { page } = guest;
  guest.expect(413);
  await open(guest, HARBOUR, IMPORT);
  const folder = mkdtempSync(join(tmpdir(), 'kippu-huge-'));
  try {
    writeFileSync(join(folder, 'huge.csv'), Buffer.alloc(36 * 1024 * 1024, 'x'));
    await bring(guest, join(folder, 'huge.csv'));
    await page.getByText('larger than').waitFor();
  } finally {
    rmSync(folder, { recursive: true });
  }
});

once(stand, 'the sample hall is one click away, and there once', async (guest) => {
  const { page, lang } = guest;
  const words = WORDS[lang];
  for (let time = 0; time < 2; time++) {
    await open(guest, HARBOUR, '/organizer/halls');
    await page.getByRole('button', { name: words.sample }).click();
    await page.getByRole('heading', { level: 1, name: words.sampleVenue }).waitFor();
  }
  await page.goto('/organizer/halls');
  assert.equal(await page.getByRole('heading', { name: words.sampleVenue }).count(), 1);
});
