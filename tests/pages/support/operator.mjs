// What the operator's pages call things, and how somebody logs in there.

/** @typedef {import('./visitor.mjs').Visitor} Visitor */

/** Names a person looks for. */
export const WORDS = {
  en: { number: 'Number or name', password: 'Password', logIn: 'Log in', logOut: 'Log out', wrongLogin: 'Number or password is wrong', handovers: 'Open handovers' },
  ja: { number: '番号または名前', password: 'パスワード', logIn: 'ログイン', logOut: 'ログアウト', wrongLogin: '番号またはパスワードが違います', handovers: '終わっていない受け渡し' },
};

/**
 * Fills the login form that is open, and sends it.
 * @param {Visitor} visitor
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
 * @param {Visitor & { platform: import('./platform.mjs').Platform }} visitor
 * @param {string} [path]
 */
export async function logIn(visitor, path = '/operator/handovers') {
  const { page, lang, platform } = visitor;
  await page.goto(`/operator/login?to=${encodeURIComponent(path)}`);
  await tryLogin(visitor, platform.operator.number, platform.operator.password);
  await page.waitForURL((url) => url.pathname === path);
  await page.getByRole('button', { name: WORDS[lang].logOut }).waitFor();
}
