// The operator's page about a platform whose database was put back from a backup.

import { join } from 'node:path';

import { WORDS, open } from './support/operator.mjs';
import { everyWay, stage } from './support/stage.mjs';

const stand = stage({
  prepare(data, platformCenter) {
    const backup = join(data, 'backup.db');
    platformCenter('backup', '--to', backup);
    platformCenter('restore', '--from', backup);
  },
});

everyWay(stand, 'a platform that was restored', async (guest) => {
  const { page, lang, good } = guest;
  await open(guest, '/operator/restore');
  await page.getByRole('row').filter({ hasText: 'kiosk-1' }).getByText(WORDS[lang].notResent).waitFor();
  await good('restored');
});
