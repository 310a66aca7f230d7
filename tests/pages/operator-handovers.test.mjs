// The operator's pages about tickets on their way: handovers, proofs, issuing anew.

import assert from 'node:assert/strict';

import { WORDS, open } from './support/operator.mjs';
import { newCard, reportSale, sell, takeOff } from './support/sales.mjs';
import { everyWay, stage } from './support/stage.mjs';

/** One that nobody has heard of since its tickets were granted, one that nobody knows the end of, one that is on its way to another card. */
let silent, unsure, onTheWay;

const stand = stage({
  async furnish(platform) {
    silent = await sell(platform, 4);
    unsure = await sell(platform, 2);
    await reportSale(platform, unsure, 'unknown');
    const done = await sell(platform, 3);
    await reportSale(platform, done, 'done');
    onTheWay = await takeOff(platform, done);
  },
});

everyWay(stand, 'handovers that are open', async (guest) => {
  const { page, lang, good } = guest;
  await open(guest, '/operator/handovers');
  await page.getByRole('heading', { level: 1, name: WORDS[lang].openHandovers }).waitFor();
  for (const handover of [silent.handover, unsure.handover, onTheWay]) await page.locator(`a[href$="/${handover}"]`).waitFor();
  await good('handovers');
});

everyWay(stand, 'a ticket is found by its number', async (guest) => {
  const { page, lang, good } = guest;
  await open(guest, '/operator/handovers');
  await page.getByRole('textbox').fill(String(silent.order.tickets[0]));
  await page.getByRole('button', { name: WORDS[lang].find }).click();
  await page.getByRole('heading', { level: 1, name: WORDS[lang].foundHandovers }).waitFor();
  await page.getByRole('main').getByRole('link', { name: WORDS[lang].reissue }).waitFor();
  await good('handovers-found');
});

everyWay(stand, 'a card nobody knows is not found', async (guest) => {
  const { page, lang, good } = guest;
  await open(guest, `/operator/handovers?find=${newCard()}`);
  await page.getByText(WORDS[lang].nothingFound).waitFor();
  await good('handovers-none');
});

everyWay(stand, "a handover's story", async (guest) => {
  const { page, lang, good } = guest;
  await open(guest, '/operator/handovers');
  await page.locator(`a[href$="/${unsure.handover}"]`).click();
  await page.getByRole('heading', { level: 1, name: WORDS[lang].handover }).waitFor();
  await page.getByText(unsure.handover, { exact: true }).waitFor();
  await good('story');
});

everyWay(stand, 'a handover nobody knows', async (guest) => {
  const { page, lang, good } = guest;
  await open(guest, '/operator/handovers');
  guest.expect(404);
  await page.goto(`/operator/handovers/${'0'.repeat(32)}`);
  await page.getByRole('alert').getByText(WORDS[lang].notDone).waitFor();
  await good('trouble');
});

everyWay(stand, 'reports without a proof', async (guest) => {
  const { page, lang, good } = guest;
  await open(guest, '/operator/unproved');
  await page.getByText(WORDS[lang].noProof).first().waitFor();
  await good('unproved');
});

everyWay(stand, 'the forms to issue anew', async (guest) => {
  const { page, lang, good } = guest;
  await open(guest, '/operator/reissue');
  assert.equal(await page.getByRole('button', { name: WORDS[lang].look }).count(), 3);
  await good('reissue');
});

everyWay(stand, 'issuing anew', async (guest) => {
  const { page, lang, platform, good } = guest;
  const words = WORDS[lang];
  // What is issued anew is another sale's from then on: each way has its own.
  const sale = await sell(platform, 2);
  await reportSale(platform, sale, 'unknown');
  await open(guest, '/operator/reissue');
  await page.getByLabel(words.oneTicket).fill(String(sale.order.tickets[0]));
  await page.getByRole('main').locator('form', { has: page.getByLabel(words.oneTicket) }).getByRole('button', { name: words.look }).click();
  await page.getByRole('heading', { level: 2, name: words.consequences }).waitFor();
  await good('reissue-look');

  await page.getByLabel(words.reason).selectOption({ label: words.destroyed });
  await page.getByLabel(words.inWords).fill('水に落ちた / fell into water');
  await page.getByRole('button', { name: words.issueAnew }).click();
  await page.getByRole('status').getByText(words.issuedAnew).waitFor();
  await good('reissued');
});
