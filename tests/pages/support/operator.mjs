// What the operator's pages call things, and how somebody logs in there.

/** @typedef {import('./visitor.mjs').Visitor & { platform: import('./platform.mjs').Platform }} Guest */

/** Names a person looks for. */
export const WORDS = {
  en: {
    number: 'Number or name',
    password: 'Password',
    logIn: 'Log in',
    logOut: 'Log out',
    wrongLogin: 'Number or password is wrong',
    find: 'Find',
    nothingFound: 'Nothing was found',
    openHandovers: 'Open handovers',
    foundHandovers: 'Handovers found',
    handover: 'Handover',
    reissue: 'Re-issue',
    oneTicket: 'One ticket',
    look: 'Look at the consequences',
    consequences: 'What will happen',
    reason: 'Reason',
    destroyed: 'The terminal is destroyed or written off',
    inWords: 'In your words',
    issueAnew: 'Issue anew',
    issuedAnew: 'Issued anew',
    notDone: 'This was not done',
    noProof: 'No proof came',
    enrolmentCode: 'Enrolment code',
    shutOut: 'Shut out',
    shutOutWhy: 'Why may somebody else have its key?',
    notResent: 'Not yet',
    neverRestored: 'This database was never restored',
    use: 'Use',
    seller: 'Seller',
    name: 'Name',
    of: 'Code of the store',
    makeAccount: 'Make the account',
    freshSecret: 'Password or PIN',
    newPassword: 'New password',
    cards: 'Cards',
    audit: 'Who did what',
  },
  ja: {
    number: '番号または名前',
    password: 'パスワード',
    logIn: 'ログイン',
    logOut: 'ログアウト',
    wrongLogin: '番号またはパスワードが違います',
    find: 'さがす',
    nothingFound: '見つかりませんでした',
    openHandovers: '終わっていない受け渡し',
    foundHandovers: '見つかった受け渡し',
    handover: '受け渡し',
    reissue: '再発行',
    oneTicket: 'きっぷ1枚',
    look: '結果を見る',
    consequences: '再発行すると',
    reason: '理由',
    destroyed: '端末が壊れた・除却された',
    inWords: '説明(記録に残ります)',
    issueAnew: '再発行する',
    issuedAnew: '再発行しました',
    notDone: 'できませんでした',
    noProof: '証明が届いていません',
    enrolmentCode: '登録コード',
    shutOut: '接続を禁止する',
    shutOutWhy: 'なぜ鍵が他人に渡ったおそれがありますか',
    notResent: 'まだ',
    neverRestored: 'このデータは復元されていません',
    use: '種類',
    seller: '販売者',
    name: '名前',
    of: '店舗・主催者',
    makeAccount: '作成する',
    freshSecret: 'パスワード(PIN)です',
    newPassword: 'パスワードを作り直す',
    cards: 'カード',
    audit: '操作の記録',
  },
};

/**
 * Fills the login form that is open, and sends it.
 * @param {import('./visitor.mjs').Visitor} visitor
 * @param {string} number
 * @param {string} password
 */
export async function tryLogin({ page, lang }, number, password) {
  const words = WORDS[lang];
  await page.getByLabel(words.number).fill(number);
  await page.getByLabel(words.password).fill(password);
  await page.getByRole('button', { name: words.logIn }).click();
}

/**
 * Logs in through the form, and stands at the page with this path.
 * @param {Guest} guest
 * @param {string} path
 */
export async function logIn(guest, path) {
  const { page, lang, platform } = guest;
  await page.goto(`/operator/login?to=${encodeURIComponent(path)}`);
  await tryLogin(guest, platform.operator.number, platform.operator.password);
  await page.waitForURL((url) => url.pathname === path);
  await page.getByRole('button', { name: WORDS[lang].logOut }).waitFor();
}

/** Cookies of who has logged in, by platform. */
const logins = new WeakMap();

/**
 * Stands at a page, logged in. Only the first of a file uses the form: making sure of a password takes its time, on purpose.
 * @param {Guest} guest
 * @param {string} path May have a query.
 */
export async function open(guest, path) {
  const { page, lang, platform } = guest;
  const cookies = logins.get(platform);
  if (cookies) {
    await page.context().addCookies(cookies);
  } else {
    await logIn(guest, '/operator/handovers');
    logins.set(platform, await page.context().cookies());
  }
  await page.goto(path);
  await page.getByRole('button', { name: WORDS[lang].logOut }).waitFor();
}
