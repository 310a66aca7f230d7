// The organizers' pages, and the desk where seats are given to sellers: by mouse, by keyboard, by typing, against somebody else.

import assert from 'node:assert/strict';

import { HARBOUR, HOSHIMI, MATCH, PLAY, WORDS, chosen, desk, open } from './support/organizer.mjs';
import { everyWay, once, stage } from './support/stage.mjs';

const stand = stage();
const SELLER = 'ほしみチケット';

everyWay(stand, 'events, sales, sheet and moves', async (guest) => {
  const { page, lang, good } = guest;
  await open(guest, HOSHIMI, '/organizer');
  assert.equal(await page.getByRole('heading', { level: 1 }).innerText(), WORDS[lang].events);
  await good('organizer-events');
  await page.getByRole('link', { name: '銀河鉄道の夜' }).click();
  await page.getByRole('link', { name: WORDS[lang].moves }).waitFor();
  await good('organizer-event');
  await page.getByRole('link', { name: WORDS[lang].sheet }).click();
  await page.getByRole('heading', { level: 1, name: WORDS[lang].sheet }).waitFor();
  await good('organizer-sheet');
  await page.goto(`${PLAY}/moves`);
  await page.getByRole('heading', { level: 1, name: WORDS[lang].moves }).waitFor();
  await good('organizer-moves');
});

everyWay(stand, 'the desk', async (guest) => {
  const { page, lang, good } = guest;
  await desk(guest, HOSHIMI, PLAY);
  await page.getByLabel(WORDS[lang].range, { exact: true }).fill('N2:P24');
  await page.getByRole('button', { name: WORDS[lang].select, exact: true }).click();
  await page.waitForFunction(() => document.getElementById('chosen')?.textContent !== '0');
  await page.getByLabel('Northern Stars Fan Club', { exact: true }).check();
  await page.getByLabel(WORDS[lang].state, { exact: true }).check({ force: true });
  await good('organizer-desk');
});

everyWay(stand, 'a stadium on the desk', async (guest) => {
  await desk(guest, HARBOUR, MATCH);
  await guest.good('organizer-desk-stadium');
});

once(stand, 'typed seats go to a seller, and come back', async (guest) => {
  const { page, lang } = guest;
  await desk(guest, HOSHIMI, PLAY);
  const words = WORDS[lang];
  // Row A of the stalls is nobody's in the demo.
  await page.getByLabel(words.range, { exact: true }).fill('A');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.getElementById('chosen')?.textContent !== '0');
  const seats = await chosen(page);
  await page.getByLabel(SELLER, { exact: true }).check();
  await page.getByRole('button', { name: words.give(seats, SELLER) }).click();
  await page.getByText(words.moved(seats), { exact: true }).waitFor();
  assert.equal(await chosen(page), 0);
  await page.getByRole('button', { name: words.undo }).click();
  await page.getByText(words.undone).waitFor();
});

once(stand, 'seats are dragged over, and clicked one by one', async (guest) => {
  const { page } = guest;
  await desk(guest, HOSHIMI, PLAY);
  const box = await page.locator('#picture').boundingBox();
  assert.ok(box);
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.mouse.move(x - 80, y - 40);
  await page.mouse.down();
  await page.mouse.move(x + 80, y + 40, { steps: 5 });
  await page.mouse.up();
  const dragged = await chosen(page);
  assert.ok(dragged > 10, `${dragged} seats`);
  // A plain click selects that seat alone; what it was, the page says in words.
  const first = await page.evaluate(() => document.getElementById('grid')?.childElementCount);
  assert.equal(first, 1, 'the focused row is there for readers');
});

once(stand, 'the keyboard alone is enough', async (guest) => {
  const { page, lang } = guest;
  await desk(guest, HOSHIMI, PLAY);
  await page.getByRole('grid', { name: WORDS[lang].picture }).focus();
  await page.keyboard.press(' ');
  assert.equal(await chosen(page), 1);
  await page.keyboard.press('Home');
  await page.keyboard.press('Shift+ArrowRight');
  await page.keyboard.press('Shift+ArrowRight');
  assert.equal(await chosen(page), 3);
  assert.equal(await page.getByRole('gridcell', { selected: true }).count(), 3);
  await page.keyboard.press('Escape');
  assert.equal(await chosen(page), 0);
});

once(stand, 'seats side by side are found', async (guest) => {
  const { page, lang } = guest;
  await desk(guest, HARBOUR, MATCH);
  await page.getByLabel(WORDS[lang].together, { exact: true }).fill('12');
  await page.getByRole('button', { name: WORDS[lang].choose, exact: true }).click();
  await page.waitForFunction(() => document.getElementById('chosen')?.textContent === '12');
});

once(stand, 'what somebody else moved in between is not overwritten', async (guest) => {
  const { page, lang, platform } = guest;
  const words = WORDS[lang];
  await desk(guest, HOSHIMI, PLAY);
  await page.getByLabel(words.range, { exact: true }).fill('B');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.getElementById('chosen')?.textContent !== '0');
  const seats = await chosen(page);
  // This desk has not looked since: it is shown what was, until it moves something itself.
  const seen = await (await page.request.get(new URL(`${PLAY}/data/allocation`, page.url()).href)).body();
  let moved = false;
  await page.route('**/data/allocation', async (route) => {
    moved ||= route.request().method() === 'POST';
    await (moved ? route.continue() : route.fulfill({ body: seen, contentType: 'application/json' }));
  });
  // Somebody else at another desk takes them away.
  const other = await page.context().newPage();
  await other.goto(`${PLAY}/allocation`);
  await other.locator('#desk[data-ready="yes"]').waitFor();
  await other.getByLabel(words.range, { exact: true }).fill('B');
  await other.keyboard.press('Enter');
  await other.waitForFunction(() => document.getElementById('chosen')?.textContent !== '0');
  await other.getByLabel(words.nobody).check();
  await other.getByRole('button', { name: words.takeBack(seats) }).click();
  await other.getByText(words.moved(seats), { exact: true }).waitFor();
  guest.expect(409);
  await page.getByLabel('Northern Stars Fan Club', { exact: true }).check();
  await page.getByRole('button', { name: words.give(seats, 'Northern Stars Fan Club') }).click();
  await page.getByText(words.notDone).waitFor();
  // It shows what is now: the same wish again is done.
  await page.getByRole('button', { name: words.give(seats, 'Northern Stars Fan Club') }).click();
  await page.getByText(words.moved(seats), { exact: true }).waitFor();
  assert.ok(platform.url);
});

once(stand, 'what is nobody\'s is shared out by the aims', async (guest) => {
  const { page, lang } = guest;
  const words = WORDS[lang];
  await desk(guest, HOSHIMI, PLAY);
  const club = page.locator('.seller', { hasText: 'Northern Stars Fan Club' });
  const have = Number(await club.locator('.have').innerText());
  await club.getByRole('spinbutton').fill(String(have + 10));
  await page.getByRole('button', { name: words.fill(10) }).click();
  await page.getByText(words.moved(10), { exact: true }).waitFor();
  assert.equal(Number(await club.locator('.have').innerText()), have + 10);
  await page.getByRole('button', { name: words.undo }).click();
  await page.getByText(words.undone).waitFor();
  assert.equal(Number(await club.locator('.have').innerText()), have);
  await club.getByRole('spinbutton').fill('');
  await page.getByRole('button', { name: words.fillNone, exact: true }).waitFor();
});

once(stand, 'the desk follows what somebody else moves', async (guest) => {
  const { page, lang } = guest;
  const words = WORDS[lang];
  await desk(guest, HOSHIMI, PLAY);
  const other = await page.context().newPage();
  await other.goto(`${PLAY}/allocation`);
  await other.locator('#desk[data-ready="yes"]').waitFor();
  await other.getByLabel(words.range, { exact: true }).fill('A');
  await other.keyboard.press('Enter');
  await other.waitForFunction(() => document.getElementById('chosen')?.textContent !== '0');
  const seats = await chosen(other);
  await other.getByLabel(SELLER, { exact: true }).check();
  await other.getByRole('button', { name: words.give(seats, SELLER) }).click();
  await other.getByText(words.moved(seats), { exact: true }).waitFor();
  // A page in the background does not look.
  await page.bringToFront();
  await page.getByText(words.changed).waitFor();
  await other.bringToFront();
  await other.getByRole('button', { name: words.undo }).click();
  await other.getByText(words.undone).waitFor();
});
