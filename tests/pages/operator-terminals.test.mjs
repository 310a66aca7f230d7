// The operator's page about terminals.

import { WORDS, open } from './support/operator.mjs';
import { everyWay, stage } from './support/stage.mjs';

// Terminals are enrolled where they are served by TLS.
const stand = stage({ tls: true });

everyWay(stand, 'terminals', async (guest) => {
  const { page, good } = guest;
  await open(guest, '/operator/terminals');
  await page.getByRole('cell', { name: 'kiosk-1' }).first().waitFor();
  await good('terminals');
});

everyWay(stand, 'what shutting a terminal out means', async (guest) => {
  const { page, lang, good } = guest;
  await open(guest, '/operator/terminals');
  const row = page.getByRole('row').filter({ hasText: 'kiosk-1' });
  await row.locator('summary').filter({ hasText: WORDS[lang].shutOut }).click();
  await row.getByLabel(WORDS[lang].shutOutWhy).waitFor();
  await good('terminals-opened');
});

everyWay(stand, 'an enrolment code', async (guest) => {
  const { page, lang, good } = guest;
  await open(guest, '/operator/terminals');
  await page.getByRole('row').filter({ hasText: 'gate-1' }).getByRole('button', { name: WORDS[lang].enrolmentCode }).click();
  await page.getByRole('heading', { level: 1, name: WORDS[lang].enrolmentCode }).waitFor();
  await good('enrolment');
});

everyWay(stand, 'a platform that was never restored', async (guest) => {
  const { page, lang, good } = guest;
  await open(guest, '/operator/restore');
  await page.getByText(WORDS[lang].neverRestored).waitFor();
  await good('restore');
});
