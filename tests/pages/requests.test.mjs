// Seats that sellers ask for: each side comes back with other numbers until one accepts, and then the seats are the seller's.

import assert from 'node:assert/strict';

import { copy, year } from './support/copies.mjs';
import { HOSHIMI, open as openOrganizer } from './support/organizer.mjs';
import { HOSHIMI_TICKETS, open as openSeller } from './support/seller.mjs';
import { everyWay, once, stage } from './support/stage.mjs';

const stand = stage();

const WORDS = {
  en: {
    offer: 'Offer seats', send: 'Send the offer', open: 'Let sellers ask', close: 'No longer let sellers ask', ask: 'Ask for seats', request: 'Send the request',
    note: 'Note', counter: 'Answer with other numbers', counterGo: 'Send these numbers', sent: 'Sent. The other side is to answer.', agree: /^Agree: take/,
    agreed: (/** @type {number} */ n) => `Agreed: ${n} seats are yours now.`, few: /Fewer seats are with nobody/, to: 'To', decline: 'Decline',
    over: 'This request is over. No seats moved.', requests: 'Requests', withdraw: 'Withdraw', different: /something is different since you looked/,
  },
  ja: {
    offer: '席を提案する', send: '提案を送る', open: '依頼を受け付ける', close: '依頼の受け付けをやめる', ask: '席を依頼する', request: '依頼を送る',
    note: 'メモ', counter: '席数を変えて返事をする', counterGo: 'この席数で返事をする', sent: '送りました。相手の返事を待っています。', agree: /^承諾する:/,
    agreed: (/** @type {number} */ n) => `承諾しました。${n}席が割り当てられました。`, few: /未割り当ての席が足りません/, to: '提案先', decline: '断る',
    over: 'この依頼は終わりました。席は動いていません。', requests: '席の依頼', withdraw: '取り下げる', different: /表示後に状況が変わりました/,
  },
};

/** @typedef {import('./support/operator.mjs').Guest} Guest */

/** The panel of the event of this test. */
const panel = (/** @type {Guest} */ { page }, /** @type {string} */ date) => page.locator('section.panel', { hasText: date });

/** Types how many seats of each type. */
async function counts(/** @type {import('playwright-core').Locator} */ where, /** @type {string[]} */ seats) {
  const fields = await where.locator('input[type=number]').all();
  for (const [at, text] of seats.entries()) await fields[at].fill(text);
}

everyWay(stand, 'seats are asked for, countered and agreed on', async (guest) => {
  const { page, lang, good } = guest;
  const words = WORDS[lang];
  const date = `${year(guest, 2071)}-06-01`;
  guest.expect(422);
  await copy(guest, `${date}T19:00`, { allocated: false });
  await page.getByRole('link', { name: words.offer }).click();
  await good('organizer-offer');
  await page.getByRole('button', { name: words.send }).click();
  assert.equal(await page.locator('.field.bad').count(), 2);
  await good('organizer-offer-wrong');
  await page.getByRole('button', { name: words.open, exact: true }).click();
  await page.getByRole('button', { name: words.close }).waitFor();

  await openSeller(guest, HOSHIMI_TICKETS, '/seller/requests');
  await good('seller-requests-before');
  await panel(guest, date).getByRole('link', { name: words.ask }).click();
  await counts(page.getByRole('main'), ['1.5']);
  await page.getByRole('button', { name: words.request }).click();
  assert.equal(await page.locator('.field.bad').count(), 1);
  await counts(page.getByRole('main'), ['6', '500']);
  await page.getByLabel(words.note, { exact: true }).fill('Letztes Jahr waren nach zwei Tagen alle Plätze verkauft. 昨年は二日で完売しました。');
  await good('seller-ask');
  await page.getByRole('button', { name: words.request }).click();
  await page.getByText(words.sent).waitFor();
  await good('seller-requests-waiting');

  // More than the hall has of that type: the organizer is told before it tries.
  await openOrganizer(guest, HOSHIMI, '/organizer/requests');
  const asked = panel(guest, date);
  await asked.getByText(words.few).waitFor();
  await asked.locator('summary', { hasText: words.counter }).click();
  await counts(asked, ['6', '4']);
  await asked.getByLabel(words.note, { exact: true }).fill('<b>4 A</b>');
  await good('organizer-requests');
  await asked.getByRole('button', { name: words.counterGo }).click();
  await page.getByText(words.sent).waitFor();

  await openSeller(guest, HOSHIMI_TICKETS, '/seller/requests');
  await panel(guest, date).getByText('<b>4 A</b>').waitFor();
  await good('seller-requests');
  await panel(guest, date).getByRole('button', { name: words.agree }).click();
  await page.getByText(words.agreed(10)).waitFor();
  await good('seller-requests-agreed');
  await page.goto('/seller');
  const row = page.getByRole('row').filter({ hasText: date });
  assert.match(await row.innerText(), /\t10\t/);
});

everyWay(stand, 'an offer that is declined moves nothing', async (guest) => {
  const { page, lang, good } = guest;
  const words = WORDS[lang];
  const date = `${year(guest, 2081)}-06-01`;
  await copy(guest, `${date}T19:00`, { allocated: false });
  await page.getByRole('link', { name: words.offer }).click();
  await page.getByLabel(words.to, { exact: true }).selectOption({ index: 1 });
  await counts(page.getByRole('main'), ['2']);
  await page.getByRole('button', { name: words.send }).click();
  await page.getByText(words.sent).waitFor();
  await panel(guest, date).locator('summary', { hasText: words.decline }).click();
  await panel(guest, date).getByRole('button', { name: words.decline }).click();
  await page.getByText(words.over).waitFor();
  await good('organizer-requests-history');
});

once(stand, 'two who answer one request', async (guest) => {
  const { page, lang } = guest;
  const words = WORDS[lang];
  const date = '2091-06-01';
  guest.expect(422);
  await copy(guest, `${date}T19:00`, { allocated: false });
  await page.getByRole('link', { name: words.offer }).click();
  await page.getByLabel(words.to, { exact: true }).selectOption({ index: 1 });
  await counts(page.getByRole('main'), ['2']);
  await page.getByRole('button', { name: words.send }).click();
  await page.getByText(words.sent).waitFor();
  const other = await page.context().newPage();
  await other.goto('/organizer/requests');
  const ends = async (/** @type {import('playwright-core').Page} */ at) => {
    const where = at.locator('section.panel', { hasText: date });
    await where.locator('summary', { hasText: words.decline }).click();
    await where.getByRole('button', { name: words.decline }).click();
  };
  await ends(page);
  await page.getByText(words.over).waitFor();
  await ends(other);
  await other.getByText(words.different).waitFor();
  assert.equal(await other.locator('section.panel', { hasText: date }).count(), 0);
});
