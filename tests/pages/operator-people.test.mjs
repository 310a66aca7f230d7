// The operator's pages about people: their accounts, and what they did.

import assert from 'node:assert/strict';

import { WORDS, open } from './support/operator.mjs';
import { everyWay, stage } from './support/stage.mjs';

const stand = stage();

everyWay(stand, 'accounts', async (guest) => {
  const { page, platform, good } = guest;
  await open(guest, '/operator/accounts');
  await page.getByRole('cell', { name: platform.operator.number }).waitFor();
  await good('accounts');
});

everyWay(stand, 'a new account', async (guest) => {
  const { page, lang, width, good } = guest;
  const words = WORDS[lang];
  const number = `seller-${lang}-${width}`;
  await open(guest, '/operator/accounts');
  await page.getByLabel(words.use, { exact: true }).selectOption({ label: words.seller });
  await page.getByLabel(words.number).last().fill(number);
  await page.getByLabel(words.name, { exact: true }).fill('山田 花子');
  await page.getByLabel(words.of).fill('HSM');
  await page.getByRole('button', { name: words.makeAccount }).click();
  const told = page.getByRole('status');
  await told.getByText(words.freshSecret).waitFor();
  await good('accounts-fresh');
  assert.match(await told.innerText(), new RegExp(number));
});

everyWay(stand, 'what a new password means', async (guest) => {
  const { page, lang, good } = guest;
  await open(guest, '/operator/accounts');
  const row = page.getByRole('row').filter({ hasText: 'García' });
  await row.locator('summary').filter({ hasText: WORDS[lang].newPassword }).click();
  await row.getByRole('button', { name: WORDS[lang].newPassword }).waitFor();
  await good('accounts-opened');
});

everyWay(stand, 'who did what', async (guest) => {
  const { page, lang, platform, good } = guest;
  await open(guest, '/operator/audit');
  await page.getByRole('heading', { level: 1, name: WORDS[lang].audit }).waitFor();
  await page.getByRole('cell', { name: platform.operator.number }).first().waitFor();
  await good('audit');
});
