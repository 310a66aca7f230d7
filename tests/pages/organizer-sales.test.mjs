// How sales stand: an event's seats as they are sold, followed by the page itself, and turnover by day and month.

import assert from 'node:assert/strict';

import { HARBOUR, HOSHIMI, MATCH, PLAY, open } from './support/organizer.mjs';
import { sell } from './support/sales.mjs';
import { everyWay, once, stage } from './support/stage.mjs';

const stand = stage();
const WORDS = {
  en: { status: 'Sales status', report: 'Daily and monthly report', byDay: 'By day', byLine: 'By event, seller and seat type', earlier: 'Earlier', nothing: 'Nothing was sold or paid back in this time.', month: 'The whole month' },
  ja: { status: '販売状況', report: '日報・月報', byDay: '日別', byLine: '公演・販売者・席種別', earlier: '前へ', nothing: 'この期間の販売・払い戻しはありません。', month: 'この月全体' },
};

/** @param {import('playwright-core').Page} page */
const drawn = async (page) => {
  await page.locator('#status[data-ready="yes"] #picture[data-whole="yes"]').waitFor();
  await frames(page);
};
/** What was drawn is seen. @param {import('playwright-core').Page} page */
const frames = (page) => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
/** The figure that counts sold seats. @param {import('playwright-core').Page} page */
const sold = async (page) => Number((await page.locator('ul.figures li').nth(1).locator('strong').innerText()).replace(/\D/g, ''));

everyWay(stand, 'the sales status of a theatre', async (guest) => {
  const { page, lang } = guest;
  await open(guest, HOSHIMI, PLAY);
  await page.getByRole('link', { name: new RegExp(WORDS[lang].status) }).click();
  await page.getByRole('heading', { level: 1, name: WORDS[lang].status }).waitFor();
  await drawn(page);
  await guest.good('organizer-sales-theatre');
});

everyWay(stand, 'the sales status of a stadium, and the report', async (guest) => {
  const { page, lang, platform } = guest;
  await sell(platform, 3);
  await open(guest, HARBOUR, `${MATCH}/sales`);
  await drawn(page);
  await guest.good('organizer-sales-stadium');
  await page.goto('/organizer/report');
  const words = WORDS[lang];
  await page.getByRole('region', { name: words.byDay }).waitFor();
  await guest.good('organizer-report-month');
  await page.getByRole('region', { name: words.byDay }).getByRole('link').first().click();
  await page.getByRole('link', { name: words.month }).waitFor();
  await guest.good('organizer-report-day');
  await page.goto('/organizer/report?period=2001-02');
  await page.getByText(words.nothing).waitFor();
  await guest.good('organizer-report-empty');
});

once(stand, 'a sale shows on the page without a hand', async (guest) => {
  const { page, platform } = guest;
  await open(guest, HARBOUR, `${MATCH}/sales`);
  await drawn(page);
  const before = await sold(page);
  await sell(platform, 2);
  await page.waitForFunction((wanted) => {
    const figure = document.querySelectorAll('ul.figures li strong')[1];
    return Number(figure?.textContent?.replace(/\D/g, '')) === wanted;
  }, before + 2);
  // The tables went along, and agree.
  const rows = await page.locator('#tables table').first().locator('tbody tr').evaluateAll((all) => all.map((row) => Number(row.children[2].textContent?.replace(/\D/g, ''))));
  assert.equal(rows.reduce((sum, seats) => sum + seats, 0), before + 2);
});

once(stand, 'the hall is on paper as it is on the screen', async (guest) => {
  const { page } = guest;
  await open(guest, HOSHIMI, `${PLAY}/sales`);
  await drawn(page);
  /** How many pixels are not white. */
  const ink = () => page.locator('#picture').evaluate((canvas) => {
    const { width, height } = /** @type {HTMLCanvasElement} */ (canvas);
    const pen = /** @type {HTMLCanvasElement} */ (canvas).getContext('2d');
    const bytes = pen?.getImageData(0, 0, width, height).data ?? [];
    let inked = 0;
    for (let at = 0; at < bytes.length; at += 4) if (bytes[at + 3] && bytes[at] < 200) inked++;
    return inked;
  });
  const onScreen = await ink();
  assert.ok(onScreen > 1000, `${onScreen} pixels`);
  await page.emulateMedia({ media: 'print' });
  await page.setViewportSize({ width: 720, height: 1000 });
  await frames(page);
  assert.equal(await ink(), onScreen);
});

once(stand, 'what was sold is in the report of its month, and in its file', async (guest) => {
  const { page, platform } = guest;
  await open(guest, HARBOUR, '/organizer/report');
  const tickets = async () => Number(await page.locator('ul.figures strong').first().innerText().catch(() => '0'));
  const before = (await page.locator('ul.figures').count()) ? await tickets() : 0;
  await sell(platform, 2);
  await page.reload();
  assert.equal(await tickets(), before + 2);
  const file = await (await page.request.get(new URL('/organizer/report.csv', page.url()).href)).text();
  const [head, ...lines] = file.trim().split('\r\n');
  assert.equal(head, 'event,name,seller,class,sold,revenue,returned,paid_back,currency');
  assert.ok(lines.length > 0 && lines.every((line) => line.startsWith('2,')), file);
});

once(stand, 'what is no month is said', async (guest) => {
  const { page } = guest;
  guest.expect(400);
  await open(guest, HARBOUR, '/organizer');
  await page.goto('/organizer/report?period=2026-13');
  await page.getByText('2026-13').waitFor();
});
