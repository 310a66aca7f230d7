// What the organizers' pages call things, and how somebody gets to the desk where seats are given to sellers.

import { tryLogin } from './operator.mjs';

/** The theatre's organizer in the demo, and the event. */
export const HOSHIMI = 'hoshimi-1';
export const PLAY = '/organizer/events/1';
/** The stadium's. */
export const HARBOUR = 'harbour-1';
export const MATCH = '/organizer/events/2';

/** Names a person looks for. */
export const WORDS = {
  en: {
    logOut: 'Log out',
    events: 'Events',
    allocate: 'Allocate seats',
    range: 'Range',
    select: 'Select',
    together: 'Side by side',
    choose: 'Find',
    picture: 'Seat picture',
    give: (/** @type {number} */ n, /** @type {string} */ who) => `Give ${n} seats to ${who}`,
    takeBack: (/** @type {number} */ n) => `Take ${n} seats back`,
    nobody: 'With nobody',
    moved: (/** @type {number} */ n) => `${n} seats moved.`,
    undone: 'Undone',
    undo: 'Undo',
    fill: (/** @type {number} */ n) => `Fill to the aims (${n} seats)`,
    fillNone: 'Fill to the aims',
    changed: 'Somebody else moved seats; this is how it is now.',
    notDone: 'This was not done.',
    sheet: 'Allocation sheet',
    moves: 'Every move of seats',
    state: 'State',
  },
  ja: {
    logOut: 'ログアウト',
    events: '公演',
    allocate: '席を割り当てる',
    range: '範囲',
    select: '選ぶ',
    together: '続き席',
    choose: '自動で選ぶ',
    picture: '座席図',
    give: (/** @type {number} */ n, /** @type {string} */ who) => `${who}に${n}席`,
    takeBack: (/** @type {number} */ n) => `${n}席を未割り当てに戻す`,
    nobody: '未割り当て',
    moved: (/** @type {number} */ n) => `${n}席を移しました。`,
    undone: '元に戻しました',
    undo: '元に戻す',
    fill: (/** @type {number} */ n) => `目標まで割り当てる(${n}席)`,
    fillNone: '目標まで割り当てる',
    changed: 'ほかの人が席を動かしました。いまの状態です。',
    notDone: 'できませんでした。',
    sheet: '割り当て表',
    moves: '席の移動の記録',
    state: '状態',
  },
};

/** Cookies of who has logged in, by platform and number. @type {WeakMap<object, Map<string, any[]>>} */
const logins = new WeakMap();

/**
 * Stands at a page, logged in. Only the first of a file uses the form.
 * @param {import('./operator.mjs').Guest} guest
 * @param {string} number
 * @param {string} path
 */
export async function open(guest, number, path) {
  const { page, lang, platform } = guest;
  const known = logins.get(platform) ?? new Map();
  logins.set(platform, known);
  if (known.has(number)) {
    await page.context().addCookies(known.get(number));
    await page.goto(path);
  } else {
    await page.goto(`/organizer/login?to=${encodeURIComponent(path)}`);
    await tryLogin(guest, number, platform.password('organizers', number));
    await page.waitForURL((url) => url.pathname === path);
    known.set(number, await page.context().cookies());
  }
  await page.getByRole('button', { name: WORDS[lang].logOut }).waitFor();
}

/**
 * The desk with its picture drawn.
 * @param {import('./operator.mjs').Guest} guest
 * @param {string} number
 * @param {string} event
 */
export async function desk(guest, number, event) {
  await open(guest, number, `${event}/allocation`);
  await guest.page.locator('#desk[data-ready="yes"]').waitFor();
}

/** How many seats are selected. @param {import('playwright-core').Page} page */
export async function chosen(page) {
  return Number((await page.locator('#chosen').innerText()).replace(/\D/g, ''));
}
