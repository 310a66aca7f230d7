// Registering events: the form with everything that can be wrong in it, and the same event on other dates.

import assert from 'node:assert/strict';

import { WORDS, file, imported } from './support/halls.mjs';
import { HARBOUR, HOSHIMI, PLAY, open } from './support/organizer.mjs';
import { everyWay, once, stage } from './support/stage.mjs';

const stand = stage();
const HALL = file('Kammer.csv', 'block,row,seat,class\nParkett,A,1-4,S\nParkett,B,1-4,A\n');
// A Monday long after every test, and the night in which Berlin's clocks are set forward.
const EVENING = '2031-03-31T19:00';
const NO_SUCH_TIME = '2031-03-30T02:30';

/** @typedef {import('./support/operator.mjs').Guest} Guest */

/** Stands at the form for a new event in a hall in Berlin. */
async function form(/** @type {Guest} */ guest, /** @type {string} */ venue) {
  await open(guest, HARBOUR, '/organizer/halls');
  await imported(guest, HALL, venue, 'Europe/Berlin');
  await guest.page.getByRole('link', { name: WORDS[guest.lang].newHere }).click();
  await guest.page.getByRole('button', { name: WORDS[guest.lang].register }).waitFor();
}

async function fill(/** @type {Guest} */ { page, lang }, /** @type {Record<string, string>} */ fields) {
  const words = /** @type {any} */ (WORDS[lang]);
  for (const [name, text] of Object.entries(fields)) {
    const label = name.startsWith('price') ? words.price(name.slice(5)) : words[name];
    await page.getByLabel(label, { exact: true }).fill(text);
  }
}

const GOOD = { name: '<b>Konzert</b> "für alle" & dich', performers: 'Trio', doors: '2031-03-31T18:00', starts: EVENING, priceS: '55', priceA: '42,50', currency: 'EUR', tax: '7' };

everyWay(stand, 'a new event', async (guest) => {
  const { page, lang, width, good } = guest;
  const words = WORDS[lang];
  guest.expect(422);
  await open(guest, HARBOUR, '/organizer');
  await page.getByRole('link', { name: words.newEvent }).click();
  await page.getByRole('heading', { level: 1, name: words.newEvent }).waitFor();
  await good('organizer-choose-hall');
  await form(guest, `Kammer ${lang} ${width}`);
  await good('organizer-new-event');
  // Everything wrong at once: all of it is said, and nothing typed is lost.
  await fill(guest, { ...GOOD, performers: '', starts: NO_SUCH_TIME, priceS: '55.005', limit: '0' });
  await page.getByRole('button', { name: words.register }).click();
  await page.getByText(words.notRegistered).waitFor();
  await page.getByText(words.skipped).waitFor();
  await page.getByText(words.decimals).waitFor();
  assert.equal(await page.locator('.field.bad').count(), 4);
  assert.equal(await page.getByLabel(words.name, { exact: true }).inputValue(), GOOD.name);
  assert.equal(await page.getByLabel(words.price('S'), { exact: true }).inputValue(), '55.005');
  await good('organizer-new-event-wrong');
  await fill(guest, { ...GOOD, limit: '6' });
  await page.getByRole('button', { name: words.register }).click();
  await page.getByRole('heading', { level: 1, name: GOOD.name }).waitFor();
  assert.match(await page.getByRole('main').innerText(), /42\.50 EUR/);
  await page.getByText(words.beginSeats).waitFor();
  await good('organizer-event-new');
});

once(stand, 'a sample is filled in', async (guest) => {
  const { page, lang } = guest;
  await form(guest, 'Kammer sample');
  await page.getByRole('link', { name: WORDS[lang].fillSample }).click();
  assert.equal(await page.getByLabel(WORDS[lang].performers, { exact: true }).inputValue(), 'The sample players');
});

once(stand, 'a form sent twice registers one event', async (guest) => {
  const { page } = guest;
  await form(guest, 'Kammer twice');
  await fill(guest, { ...GOOD, name: 'Only once' });
  const fields = await page.locator('form.entries').evaluate((form) => Object.fromEntries(new FormData(/** @type {HTMLFormElement} */ (form))));
  const send = (/** @type {object} */ changed) => page.context().request.post('/organizer/events', { form: { ...fields, ...changed }, maxRedirects: 0 });
  const [first, again] = [await send({}), await send({})];
  assert.match(first.headers().location, /^\/organizer\/events\/\d+$/);
  assert.equal(again.headers().location, first.headers().location);
  // Changed and sent again, it is another wish: that is asked first.
  const other = await send({ name: 'Something else' });
  const text = await other.text();
  assert.ok(other.status() === 422 && text.includes('sent before') && text.includes('Something else'), text);
});

everyWay(stand, 'the same event on other dates', async (guest) => {
  const { page, lang, width, good } = guest;
  const words = WORDS[lang];
  guest.expect(422);
  await open(guest, HOSHIMI, PLAY);
  await page.getByRole('link', { name: words.dates }).click();
  await page.getByRole('heading', { level: 1 }).waitFor();
  const year = { en: { 1280: 2032, 390: 2033 }, ja: { 1280: 2034, 390: 2035 } }[lang][/** @type {1280 | 390} */ (width)];
  await page.getByLabel(words.date(1), { exact: true }).fill(`${year}-05-01T19:00`);
  await page.getByLabel(words.date(2), { exact: true }).fill(`${year}-05-01T19:00`);
  await page.getByRole('button', { name: words.copy }).click();
  await page.getByText(words.same).waitFor();
  await good('organizer-dates-wrong');
  await page.getByRole('button', { name: words.more }).click();
  assert.equal(await page.locator('input[type="datetime-local"]').count(), 12);
  assert.equal(await page.getByLabel(words.date(1), { exact: true }).inputValue(), `${year}-05-01T19:00`);
  await page.getByLabel(words.date(2), { exact: true }).fill(`${year}-05-02T14:00`);
  await page.getByLabel(words.date(9), { exact: true }).fill(`${year}-05-03T14:00`);
  await good('organizer-dates');
  await page.getByRole('button', { name: words.copy }).click();
  await page.getByRole('heading', { level: 1, name: words.copied }).waitFor();
  assert.equal(await page.getByRole('row').count(), 4);
  await good('organizer-dates-done');
});
