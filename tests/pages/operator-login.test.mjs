// The door of the operator's pages.

import assert from 'node:assert/strict';

import { WORDS, logIn, tryLogin } from './support/operator.mjs';
import { everyWay, stage } from './support/stage.mjs';

const stand = stage();

everyWay(stand, 'the login form', async ({ page, lang, good }) => {
  await page.goto('/operator/login');
  assert.equal(await page.getByRole('heading', { level: 1 }).innerText(), WORDS[lang].logIn);
  assert.equal(await page.locator('html').getAttribute('lang'), lang);
  await good('login');
});

everyWay(stand, 'a wrong password is refused', async (visitor) => {
  const { page, lang } = visitor;
  visitor.expect(401);
  await page.goto('/operator/login');
  // Nobody's number: whoever has one would have to wait after five wrong passwords.
  await tryLogin(visitor, `nobody-${lang}-${visitor.width}`, 'wrong');
  await page.getByRole('alert').getByText(WORDS[lang].wrongLogin).waitFor();
  await visitor.good('login-refused');
});

everyWay(stand, 'logging in and out', async (visitor) => {
  const { page, lang } = visitor;
  await logIn(visitor, '/operator/terminals');
  await page.getByRole('button', { name: WORDS[lang].logOut }).click();
  await page.waitForURL('**/operator/login');
  visitor.expect(401);
  await page.goto('/operator/terminals');
  await page.getByRole('button', { name: WORDS[lang].logIn }).waitFor();
});
