// The sellers' pages: own seats on the picture and as a list, offering seats back, and what the organizer does about it.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

import { HOSHIMI, open as openOrganizer } from './support/organizer.mjs';
import { FAN_CLUB, HOSHIMI_TICKETS, WORDS, open, seats, type } from './support/seller.mjs';
import { everyWay, once, stage } from './support/stage.mjs';

const stand = stage();
const PLAY = 1;
const MATCH = 2;

everyWay(stand, 'events, an event and its list', async (guest) => {
  const { page, lang, good } = guest;
  await open(guest, HOSHIMI_TICKETS, '/seller');
  await page.getByRole('heading', { level: 1, name: WORDS[lang].events }).waitFor();
  await good('seller-events');
  await page.getByRole('link', { name: '銀河鉄道の夜' }).click();
  await page.getByRole('link', { name: WORDS[lang].picture }).waitFor();
  await good('seller-event');
  await page.getByRole('link', { name: WORDS[lang].list }).click();
  await page.getByRole('heading', { level: 1, name: WORDS[lang].list }).waitFor();
  await good('seller-list');
});

everyWay(stand, 'seats on the picture', async (guest) => {
  await seats(guest, HOSHIMI_TICKETS, PLAY);
  await type(guest, 'E');
  await guest.good('seller-seats');
});

everyWay(stand, 'a stadium on the picture', async (guest) => {
  await seats(guest, HOSHIMI_TICKETS, MATCH);
  await guest.good('seller-seats-stadium');
});

everyWay(stand, 'a stadium as a list', async (guest) => {
  const { page, lang } = guest;
  await open(guest, HOSHIMI_TICKETS, `/seller/events/${MATCH}/list`);
  await page.getByRole('heading', { level: 1, name: WORDS[lang].list }).waitFor();
  await guest.good('seller-list-stadium');
});

everyWay(stand, 'seats are offered back and withdrawn', async (guest) => {
  const { page, lang, good } = guest;
  const words = WORDS[lang];
  await open(guest, HOSHIMI_TICKETS, '/seller/returns');
  await good('seller-returns-before');
  await seats(guest, HOSHIMI_TICKETS, PLAY);
  const chosen = await type(guest, 'H');
  await page.getByLabel(words.note).fill('北側の売れ行きが遅いため');
  await page.getByRole('button', { name: words.offer(chosen) }).click();
  await page.getByText(words.offered(chosen)).waitFor();
  await good('seller-offered');
  await page.getByRole('link', { name: words.returns, exact: true }).first().click();
  await page.getByRole('heading', { level: 1, name: words.returns }).waitFor();
  await good('seller-returns');
  // The organizer sees it, and may answer.
  await openOrganizer(guest, HOSHIMI, '/organizer/returns');
  await page.getByRole('button', { name: words.take(chosen) }).waitFor();
  await good('organizer-returns');
  await page.goto('/seller/returns');
  await page.locator('summary', { hasText: words.withdraw }).click();
  await page.getByRole('button', { name: words.withdraw }).click();
  await page.getByText(words.withdrawn(chosen)).waitFor();
  await openOrganizer(guest, HOSHIMI, '/organizer/returns');
  await good('organizer-returns-history');
});

everyWay(stand, 'calling in is looked at', async (guest) => {
  const { page, lang, good } = guest;
  await openOrganizer(guest, HOSHIMI, `/organizer/events/${PLAY}`);
  await page.getByRole('link', { name: WORDS[lang].callIn }).click();
  await page.getByRole('heading', { level: 1, name: WORDS[lang].callIn }).waitFor();
  await page.locator('summary').first().click();
  await good('organizer-call-in');
});

everyWay(stand, 'columns, and a file that is compared', async (guest) => {
  const { page, lang, good } = guest;
  const words = WORDS[lang];
  await open(guest, HOSHIMI_TICKETS, '/seller/columns');
  await page.getByRole('button', { name: words.saveColumns }).click();
  await page.getByText(words.saved).waitFor();
  await good('seller-columns');
  await page.goto(`/seller/events/${PLAY}`);
  const [download] = await Promise.all([page.waitForEvent('download'), page.locator('a[href$="stock.csv"]').click()]);
  const text = readFileSync(await download.path(), 'utf8');
  await page.getByRole('link', { name: words.compare }).click();
  await page.getByRole('heading', { level: 1, name: words.compare }).waitFor();
  await good('seller-compare');
  const compare = async (/** @type {string} */ file) => {
    await page.getByLabel(words.file).setInputFiles({ name: 'stock.csv', mimeType: 'text/csv', buffer: Buffer.from(file) });
    await page.getByRole('button', { name: words.compareGo, exact: true }).click();
    await page.getByRole('heading', { level: 2, name: words.differs }).waitFor();
  };
  await compare(text);
  await page.getByText(words.agrees).waitFor();
  await good('seller-compare-same');
  const lines = text.trimEnd().split('\r\n');
  const marked = lines.map((line, at) => (at > 20 && at < 25 ? line.replace('"free"', '"return"') : at === 30 ? line.replace('"free"', '"sold"') : line));
  await compare([...marked.slice(0, -3), lines[1], '"1","","","","0","nowhere","","Z","99","","","",""'].join('\r\n'));
  await page.getByRole('heading', { level: 2, name: words.marked }).waitFor();
  await good('seller-compare-differs');
});

everyWay(stand, 'members', async (guest) => {
  const { page, lang, width, good } = guest;
  const words = WORDS[lang];
  await open(guest, FAN_CLUB, '/seller/members');
  await good('seller-members-before');
  const number = `N-${lang}-${width}`;
  await page.getByLabel(words.number).fill(number);
  await page.getByLabel(words.card).fill(`04${Buffer.from(number).toString('hex').toUpperCase().padEnd(12, '0').slice(-12)}`);
  await page.getByLabel(words.limit).fill('20000');
  await page.getByRole('button', { name: words.add }).click();
  const row = page.getByRole('row', { name: number });
  await row.getByRole('button', { name: words.block }).click();
  await row.getByText(words.blocked).waitFor();
  await good('seller-members');
});

once(stand, 'a page that is not of one’s own says nothing', async (guest) => {
  const { page } = guest;
  await open(guest, FAN_CLUB, '/seller');
  guest.expect(404);
  await page.goto('/seller/events/902');
  await page.getByText(WORDS.en.notDone).waitFor();
  await guest.good('seller-not-there');
});

once(stand, 'offered seats are handed on, and sold seats stay', async (guest) => {
  const { page, lang } = guest;
  const words = WORDS[lang];
  // Two look at the same seats; one is faster.
  await seats(guest, HOSHIMI_TICKETS, PLAY);
  const chosen = await type(guest, 'F');
  const other = await page.context().newPage();
  await other.goto(`/seller/events/${PLAY}/seats`);
  await other.locator('#desk[data-ready="yes"]').waitFor();
  await type({ ...guest, page: other }, 'F');
  await other.getByRole('button', { name: words.offer(chosen) }).click();
  await other.getByText(words.offered(chosen)).waitFor();
  guest.expect(409);
  await page.getByRole('button', { name: words.offer(chosen) }).click();
  await page.getByText(words.notDone).waitFor();
  // The organizer hands them straight on.
  await openOrganizer(guest, HOSHIMI, '/organizer/returns');
  await page.getByLabel(words.handOnTo).selectOption({ label: 'Northern Stars Fan Club' });
  await page.getByRole('button', { name: words.handOn(chosen) }).click();
  await page.getByText('Northern Stars Fan Club').first().waitFor();
  await seats(guest, FAN_CLUB, PLAY);
  assert.equal(await type(guest, 'F'), chosen);
});

once(stand, 'all of a seat type is offered, and the rest is called in', async (guest) => {
  const { page, lang } = guest;
  const words = WORDS[lang];
  await open(guest, FAN_CLUB, `/seller/events/${PLAY}`);
  await page.locator('summary').first().click();
  await page.getByRole('button', { name: words.offerType }).first().click();
  await page.getByText('offered back. Nobody sells them').waitFor();
  await openOrganizer(guest, HOSHIMI, `/organizer/events/${PLAY}/call-in`);
  const card = page.getByRole('region', { name: 'ほしみチケット' });
  await card.locator('summary').click();
  await card.getByRole('button', { name: words.callInFrom('ほしみチケット') }).click();
  await page.getByRole('status').getByText(words.calledIn).waitFor();
  await open(guest, HOSHIMI_TICKETS, '/seller/returns');
  await page.getByText(words.calledInByOrganizer).first().waitFor();
});
