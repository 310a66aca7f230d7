// What the sellers' pages call things, and how somebody gets to a seller's seats on the picture.

import { tryLogin } from './operator.mjs';

/** People of the demo's two sellers. */
export const HOSHIMI_TICKETS = 'hoshimi-tickets-1';
export const FAN_CLUB = 'northern-stars-1';

/** Names a person looks for. */
export const WORDS = {
  en: {
    logOut: 'Log out',
    events: 'Events',
    returns: 'Returns',
    columns: 'Columns',
    picture: 'Seats on the picture',
    list: 'Seats as a list',
    range: 'Range',
    select: 'Select',
    note: 'Note for the organizer',
    offer: (/** @type {number} */ n) => `Offer ${n} seats back`,
    offered: (/** @type {number} */ n) => `${n} seats are offered back.`,
    offerType: 'Offer all unsold',
    withdraw: 'Withdraw',
    withdrawn: (/** @type {number} */ n) => `Withdrawn: ${n} seats are on sale again.`,
    notDone: 'This was not done',
    compare: 'Compare a file',
    compareGo: 'Compare',
    file: 'File',
    differs: 'What differs',
    agrees: 'say the same about all',
    marked: 'Marked to be offered back',
    offerMarked: (/** @type {number} */ n) => `Offer these ${n} seats back`,
    saveColumns: 'Save the columns',
    saved: 'Saved.',
    members: 'Members',
    number: 'Member number',
    card: 'Membership card',
    limit: 'May owe at most',
    add: 'Add the member',
    block: 'Block',
    blocked: 'Blocked',
    take: (/** @type {number} */ n) => `Take ${n} seats back`,
    handOnTo: 'Or hand them straight on to',
    handOn: (/** @type {number} */ n) => `Hand ${n} seats on`,
    callIn: 'Call unsold seats in',
    callInFrom: (/** @type {string} */ who) => `Call in from ${who}`,
    calledIn: 'came back',
    calledInByOrganizer: 'Called in by the organizer',
  },
  ja: {
    logOut: 'ログアウト',
    events: '公演',
    returns: '返却',
    columns: '列の設定',
    picture: '座席図で見る',
    list: '席の一覧',
    range: '範囲',
    select: '選ぶ',
    note: '主催者へのメモ',
    offer: (/** @type {number} */ n) => `${n}席の返却を申し出る`,
    offered: (/** @type {number} */ n) => `${n}席の返却を申し出ました。`,
    offerType: '席をすべて申し出る',
    withdraw: '取り下げる',
    withdrawn: (/** @type {number} */ n) => `取り下げました。${n}席は販売できます。`,
    notDone: 'できませんでした',
    compare: 'ファイルと照合',
    compareGo: '照合する',
    file: 'ファイル',
    differs: '照合の結果',
    agrees: 'すべて一致しています',
    marked: '返却の印がある席',
    offerMarked: (/** @type {number} */ n) => `この${n}席の返却を申し出る`,
    saveColumns: '列を保存する',
    saved: '保存しました。',
    members: '会員',
    number: '会員番号',
    card: '会員証',
    limit: '限度額(通貨の最小単位)',
    add: '登録する',
    block: '停止する',
    blocked: '停止中',
    take: (/** @type {number} */ n) => `${n}席を引き取る`,
    handOnTo: '引き取って、そのまま渡す先',
    handOn: (/** @type {number} */ n) => `${n}席を渡す`,
    callIn: '売れていない席を引き上げる',
    callInFrom: (/** @type {string} */ who) => `${who}から引き上げる`,
    calledIn: '引き上げました',
    calledInByOrganizer: '主催者が引き上げ',
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
    // Logging in with another's cookie would end the session it is kept of.
    await page.context().clearCookies({ name: 'kippu_seller' });
    await page.goto(`/seller/login?to=${encodeURIComponent(path)}`);
    await tryLogin(guest, number, platform.password('sellers', number));
    await page.waitForURL((url) => url.pathname === path);
    known.set(number, await page.context().cookies());
  }
  await page.getByRole('button', { name: WORDS[lang].logOut }).waitFor();
}

/**
 * A seller's seats of an event with their picture drawn.
 * @param {import('./operator.mjs').Guest} guest
 * @param {string} number
 * @param {number} event
 */
export async function seats(guest, number, event) {
  await open(guest, number, `/seller/events/${event}/seats`);
  await guest.page.locator('#desk[data-ready="yes"]').waitFor();
}

/**
 * Types a range, and waits until it is selected.
 * @param {import('./visitor.mjs').Visitor} visitor
 * @param {string} range
 * @returns {Promise<number>} how many seats of it are unsold
 */
export async function type({ page, lang }, range) {
  await page.getByLabel(WORDS[lang].range, { exact: true }).fill(range);
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.getElementById('chosen')?.textContent !== '0');
  return Number((await page.locator('#chosen').innerText()).replace(/\D/g, ''));
}
