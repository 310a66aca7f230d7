// The first use: from logging in to all seats of a first event with their sellers, in few actions.

import assert from 'node:assert/strict';

import { WORDS, theatre } from './support/halls.mjs';
import { WORDS as DESK, chosen } from './support/organizer.mjs';
import { WORDS as LOGIN } from './support/operator.mjs';
import { everyWay, stage } from './support/stage.mjs';

const stand = stage();
/** Has nothing yet in the demo. */
const MINATO = 'minato-1';
const SELLERS = ['ほしみチケット', 'Northern Stars Fan Club'];
const ACTIONS_MAX = 40;

everyWay(stand, 'the first use', async (guest) => {
  const { page, lang, width, platform, good } = guest;
  const [words, desk, login] = [WORDS[lang], DESK[lang], LOGIN[lang]];
  // A click, a typed field and a chosen file are an action each.
  let actions = 0;
  const did = async (/** @type {Promise<unknown>} */ action) => {
    actions += 1;
    await action;
  };
  const link = (/** @type {string} */ name) => did(page.getByRole('link', { name, exact: true }).first().click());
  const press = (/** @type {string} */ name) => did(page.getByRole('button', { name, exact: true }).click());
  const type = (/** @type {string} */ label, /** @type {string} */ text) => did(page.getByLabel(label, { exact: true }).fill(text));

  guest.expect(401);
  await page.goto('/organizer');
  await type(login.number, MINATO);
  await type(login.password, platform.password('organizers', MINATO));
  await press(login.logIn);
  if (await page.getByText(words.beginEvent).isVisible()) await good('organizer-first-events');

  // A venue from a file.
  await link(words.halls);
  await link(words.import);
  await did(page.getByLabel(words.choose).setInputFiles(await theatre(guest)));
  await press(words.look);
  const venue = `みなと劇場 ${lang} ${width}`;
  await type(words.venue, venue);
  await press(words.keep);

  // An event with seat types and prices.
  await link(words.newHere);
  await type(words.name, 'はじめての公演');
  await type(words.performers, '劇団みなと');
  await type(words.doors, '2031-05-01T18:30');
  await type(words.starts, '2031-05-01T19:00');
  for (const [type_, price] of [['S', '8,800'], ['A', '6600'], ['B', '３８００']]) await type(words.price(type_), price);
  await press(words.register);
  await page.getByText(words.beginSeats).waitFor();

  // All 603 seats to two sellers.
  await link(desk.allocate);
  await page.locator('#desk[data-ready="yes"]').waitFor();
  await did(page.getByRole('grid', { name: desk.picture }).press('Control+a'));
  const all = await chosen(page);
  assert.equal(all, 603);
  await did(page.getByLabel(SELLERS[0], { exact: true }).check());
  await press(desk.give(all, SELLERS[0]));
  await page.getByText(desk.moved(all), { exact: true }).waitFor();
  await type(desk.range, 'A');
  await press(desk.select);
  await page.waitForFunction(() => document.getElementById('chosen')?.textContent !== '0');
  const some = await chosen(page);
  await did(page.getByLabel(SELLERS[1], { exact: true }).check());
  await press(desk.give(some, SELLERS[1]));
  await page.getByText(desk.moved(some), { exact: true }).waitFor();

  await page.goto(page.url().replace('/allocation', ''));
  const told = await page.getByRole('main').innerText();
  assert.match(told, /603/);
  assert.equal(await page.getByText(words.beginSeats).count(), 0, 'all seats are with sellers');
  assert.ok(actions <= ACTIONS_MAX, `${actions} actions`);
});
