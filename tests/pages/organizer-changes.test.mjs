// An event is changed, looked at first, and another one cancelled: each on a copy of its own, so that no other test misses its event.

import assert from 'node:assert/strict';

import { copy, year } from './support/copies.mjs';
import { HARBOUR, MATCH, open } from './support/organizer.mjs';
import { reportSale, sell } from './support/sales.mjs';
import { everyWay, once, stage } from './support/stage.mjs';

const stand = stage({
  // Whom a change meets: somebody with tickets on a card, and somebody who waits for the writing.
  furnish: async (platform) => {
    await sell(platform, 3);
    await reportSale(platform, await sell(platform, 2), 'done');
  },
});

const WORDS = {
  en: {
    change: 'Change or cancel', name: 'Name of the event', starts: 'Starts', doors: 'Doors open', look: 'See what this means',
    go: 'Change the event now', back: 'Back to the form', right: 'Is this right?', same: 'Nothing is different.', changes: 'What was changed',
    instead: 'Cancel it instead', cancel: 'Cancel the event for good', why: 'Why it is cancelled', sure: /I have read/, cancelled: 'Cancelled',
    older: /Somebody else changed/, nobody: /Nobody has a ticket/,
  },
  ja: {
    change: '内容を変える・中止する', name: '公演名', starts: '開演', doors: '開場', look: '影響を確かめる',
    go: 'この内容に変える', back: '入力に戻る', right: 'この内容でよろしいですか', same: '変わったところがありません。', changes: '変更の記録',
    instead: '公演を中止する', cancel: '公演を中止する(取り消し不可)', why: '中止の理由', sure: /内容を確かめました/, cancelled: '中止',
    older: /ほかの人がこの公演を変更/, nobody: /まだだれも/,
  },
};

everyWay(stand, 'whom a change of an event meets', async (guest) => {
  const { page, lang, good } = guest;
  const words = WORDS[lang];
  // The one that is on sale, with its tickets: looked at, and left as it is.
  await open(guest, HARBOUR, MATCH);
  await page.getByRole('link', { name: words.change }).click();
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.getByLabel(words.name, { exact: true }).fill('夜の星座 Night of the Constellations, eine sehr lange Überschrift am Abend');
  await page.getByRole('button', { name: words.look }).click();
  await page.getByRole('heading', { level: 1, name: words.right }).waitFor();
  assert.match((await page.getByRole('main').innerText()).replaceAll(/\s+/g, ' '), lang === 'ja' ? /5 枚が購入済み 2 枚がカード/ : /5 tickets are paid 2 of them on cards/);
  await good('organizer-change-look');
  await page.getByRole('button', { name: words.back }).click();
  await page.getByRole('button', { name: words.look }).waitFor();
  assert.match(await page.getByLabel(words.name, { exact: true }).inputValue(), /Überschrift/);
});

everyWay(stand, 'an event is changed', async (guest) => {
  const { page, lang, good } = guest;
  const words = WORDS[lang];
  guest.expect(422);
  await copy(guest, `${year(guest, 2041)}-05-01T19:00`);
  await page.getByRole('link', { name: words.change }).click();
  await page.getByText(words.nobody).waitFor();
  await page.getByRole('button', { name: words.look }).click();
  await page.getByText(words.same).waitFor();
  await good('organizer-change-same');
  await page.getByLabel(words.name, { exact: true }).fill('<b>Moved</b>');
  await page.getByLabel(words.starts, { exact: true }).fill(`${year(guest, 2041)}-05-02T20:00`);
  await page.getByRole('button', { name: words.look }).click();
  await page.getByRole('button', { name: words.go }).click();
  await page.getByRole('heading', { level: 1, name: words.changes }).waitFor();
  const text = await page.getByRole('main').innerText();
  assert.ok(text.includes('<b>Moved</b>') && text.includes('-05-02 20:00'), text);
  // The head of the page, and doors and end of sales with the start.
  assert.equal(text.match(/-05-02/g)?.length, 4, text);
  await good('organizer-changes');
});

everyWay(stand, 'an event is cancelled', async (guest) => {
  const { page, lang, good } = guest;
  const words = WORDS[lang];
  guest.expect(422);
  await copy(guest, `${year(guest, 2051)}-05-01T19:00`);
  await page.getByRole('link', { name: words.change }).click();
  await page.getByRole('link', { name: words.instead }).click();
  await page.getByRole('button', { name: words.cancel }).click();
  assert.equal(await page.locator('.field.bad').count(), 2);
  await good('organizer-cancel-wrong');
  await page.getByLabel(words.why, { exact: true }).fill('Storm over the bay');
  await page.getByLabel(words.sure).check();
  await page.getByRole('button', { name: words.cancel }).click();
  await page.getByRole('heading', { level: 1, name: words.changes }).waitFor();
  await page.getByText('Storm over the bay').waitFor();
  await good('organizer-cancelled');
  await page.getByRole('main').getByRole('link').first().click();
  assert.equal(await page.getByRole('link', { name: words.change }).count(), 0);
  await good('organizer-event-cancelled');
});

once(stand, 'who looks at an event that was changed since', async (guest) => {
  const { page, lang } = guest;
  const words = WORDS[lang];
  guest.expect(422);
  await copy(guest, '2062-05-01T19:00');
  await page.getByRole('link', { name: words.change }).click();
  const other = await page.context().newPage();
  await other.goto(page.url());
  await page.getByLabel(words.name, { exact: true }).fill('Mine');
  await page.getByRole('button', { name: words.look }).click();
  await page.getByRole('button', { name: words.go }).click();
  await page.getByText('Mine').first().waitFor();
  // Only the start is touched here: what is shown must not be a way back from the other's name.
  await other.getByLabel(words.starts, { exact: true }).fill('2062-05-02T19:00');
  await other.getByRole('button', { name: words.look }).click();
  await other.getByText(words.older).waitFor();
  assert.equal(await other.getByLabel(words.name, { exact: true }).inputValue(), 'Mine');
});

once(stand, 'two who change an event at once', async (guest) => {
  const { page, lang } = guest;
  const words = WORDS[lang];
  guest.expect(422);
  await copy(guest, '2061-05-01T19:00');
  await page.getByRole('link', { name: words.change }).click();
  const other = await page.context().newPage();
  await other.goto(page.url());
  for (const [one, name] of /** @type {[import('playwright-core').Page, string][]} */ ([[page, 'Mine'], [other, 'Theirs']])) {
    await one.getByLabel(words.name, { exact: true }).fill(name);
    await one.getByRole('button', { name: words.look }).click();
  }
  await page.getByRole('button', { name: words.go }).click();
  await page.getByText('Mine').first().waitFor();
  await other.getByRole('button', { name: words.go }).click();
  await other.getByText(words.older).waitFor();
  assert.equal(await other.getByLabel(words.name, { exact: true }).inputValue(), 'Mine');
});
