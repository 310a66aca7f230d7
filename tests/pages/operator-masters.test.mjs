// The operator's pages about masters: organizers, sellers, stores with their terminals, and venues.

import assert from 'node:assert/strict';

import { WORDS as COMMON, open } from './support/operator.mjs';
import { everyWay, stage } from './support/stage.mjs';

const stand = stage();

const WORDS = {
  en: {
    masters: 'Masters', organizers: 'Organizers', sellers: 'Sellers', stores: 'Stores', venues: 'Venues', newSeller: 'New seller', newStore: 'New store',
    code: 'Code', name: 'Name', address: 'Address', link: 'How to get there', zone: 'Time zone', seller: 'Seller', register: 'Register', save: 'Save',
    made: 'It is registered.', changed: 'It is saved.', taken: 'Another one has this already.', stale: /Somebody else changed this/, asItIs: 'Show it as it is now',
    retire: /^Take out of use:/, retired: 'It is out of use. Nothing was deleted.', restore: 'Take back into use', back: 'It is in use again.',
    cannot: /It stays in use as long as/, terminal: 'Name, as clerks call it', newTerminal: 'New terminal', added: /The terminal is registered/,
    fixed: 'There are events here already: the time zone stays.', terminals: 'Terminals that are not shut out', badLink: /Write the address of a page/,
  },
  ja: {
    masters: 'マスター', organizers: '主催者', sellers: '販売者', stores: '店舗', venues: '会場', newSeller: '販売者を登録', newStore: '店舗を登録',
    code: 'コード', name: '名前', address: '住所', link: 'アクセスのページ', zone: 'タイムゾーン', seller: '販売者', register: '登録する', save: '保存',
    made: '登録しました。', changed: '保存しました。', taken: 'ほかで使われています。', stale: /表示後にほかの人が変更した/, asItIs: 'いまの内容を表示',
    retire: /^使用を終了する:/, retired: '使用を終了しました。記録は残ります。', restore: 'ふたたび使う', back: 'ふたたび使えます。',
    cannot: /使用を終了できません/, terminal: '店員が呼ぶ名前', newTerminal: '端末を登録', added: /端末を登録しました/,
    fixed: '公演があるため変えられません。', terminals: '停止していない端末', badLink: /https:\/\/hall.example\/access のように/,
  },
};

/** @typedef {import('./support/operator.mjs').Guest} Guest */

const field = (/** @type {Guest['page']} */ page, /** @type {string} */ label) => page.getByLabel(label, { exact: true });

everyWay(stand, 'masters of each kind are listed and found', async (guest) => {
  const { page, lang, good } = guest;
  const words = WORDS[lang];
  await open(guest, '/operator/handovers');
  await page.getByRole('link', { name: words.masters, exact: true }).click();
  for (const [kind, known] of [['organizers', 'hoshimi'], ['sellers', 'HSM'], ['stores', '0101'], ['venues', 'Metalist']]) {
    const name = words[/** @type {'organizers'} */ (kind)];
    await page.locator('nav.kinds').getByRole('link', { name, exact: true }).click();
    await page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
    await page.getByRole('row').filter({ hasText: known }).waitFor();
    await good(`masters-${kind}`);
  }
  await page.locator('#find').fill('no such place');
  await page.getByRole('button', { name: COMMON[lang].find, exact: true }).click();
  await page.getByText(COMMON[lang].nothingFound).waitFor();
  await good('masters-not-found');
});

everyWay(stand, 'a seller is registered, corrected, and taken out of use', async (guest) => {
  const { page, lang, width, good } = guest;
  const words = WORDS[lang];
  const code = `S-${lang}-${width}`;
  guest.expect(422);
  await open(guest, '/operator/masters/sellers');
  await page.getByRole('link', { name: words.newSeller }).click();
  await field(page, words.code).fill('HSM');
  await page.getByRole('button', { name: words.register, exact: true }).click();
  await page.getByText(words.taken).waitFor();
  assert.equal(await page.locator('.field.bad').count(), 2, 'the code is taken and the name is missing');
  await good('masters-wrong');
  await field(page, words.code).fill(code);
  await field(page, words.name).fill('北海道ライブチケットサービス株式会社 Nordlichtkartenvertriebsgesellschaft');
  await field(page, words.address).fill('北海道札幌市中央区北一条西二丁目1番地 札幌時計台ビル 12階');
  await page.getByRole('button', { name: words.register, exact: true }).click();
  await page.getByRole('status').getByText(words.made).waitFor();
  await good('masters-made');

  // Somebody else opens the same page before this one is saved.
  const other = await page.context().newPage();
  await other.goto(page.url());
  await field(page, words.address).fill('A');
  await page.getByRole('button', { name: words.save, exact: true }).click();
  await page.getByRole('status').getByText(words.changed).waitFor();
  await field(other, words.address).fill('B');
  await other.getByRole('button', { name: words.save, exact: true }).click();
  await other.getByText(words.stale).waitFor();
  assert.equal(await field(other, words.address).inputValue(), 'B', 'nothing that was typed is lost');
  await other.getByRole('link', { name: words.asItIs }).click();
  assert.equal(await field(other, words.address).inputValue(), 'A');
  await other.close();

  await page.getByRole('button', { name: words.retire }).click();
  await page.getByRole('status').getByText(words.retired).waitFor();
  await good('masters-retired');
  await page.getByRole('button', { name: words.restore }).click();
  await page.getByRole('status').getByText(words.back).waitFor();
});

everyWay(stand, 'a store gets a kiosk, and stays in use as long as it has one', async (guest) => {
  const { page, lang, width, good } = guest;
  const words = WORDS[lang];
  guest.expect(422);
  await open(guest, '/operator/masters/stores/new');
  await field(page, words.code).fill(`K-${lang}-${width}`);
  await field(page, words.name).fill(`Station ${lang} ${width}`);
  await field(page, words.seller).selectOption('HSM');
  await page.getByRole('button', { name: words.register, exact: true }).click();
  await page.getByRole('status').getByText(words.made).waitFor();
  const add = page.locator('form', { hasText: words.newTerminal }).getByRole('button', { name: words.register, exact: true });
  await add.click();
  await page.locator('.field.bad #terminal').waitFor();
  await field(page, words.terminal).fill(`kiosk-${lang}-${width}`);
  await add.click();
  await page.getByRole('status').getByText(words.added).waitFor();
  await page.getByText(words.cannot).waitFor();
  assert.equal(await page.getByRole('button', { name: words.retire }).count(), 0);
  await good('masters-store');
  await page.locator('dl.facts').getByRole('link', { name: '1', exact: true }).click();
  await page.getByRole('cell', { name: `kiosk-${lang}-${width}` }).first().waitFor();
});

everyWay(stand, 'a venue with events keeps its time zone', async (guest) => {
  const { page, lang, good } = guest;
  const words = WORDS[lang];
  guest.expect(422);
  await open(guest, '/operator/masters/venues');
  await page.getByRole('link', { name: 'Metalist Stadium' }).click();
  await page.getByText(words.cannot).waitFor();
  await field(page, words.code).fill('MET');
  await field(page, words.link).fill('javascript:alert(1)');
  await page.getByRole('button', { name: words.save, exact: true }).click();
  await page.getByText(words.badLink).waitFor();
  await field(page, words.link).fill('https://metalist.example/access');
  await field(page, words.zone).selectOption('America/Sao_Paulo');
  await page.getByRole('button', { name: words.save, exact: true }).click();
  await page.getByText(words.fixed).waitFor();
  await good('masters-venue-fixed');
  await field(page, words.zone).selectOption('Asia/Tokyo');
  await page.getByRole('button', { name: words.save, exact: true }).click();
  await page.getByRole('status').getByText(words.changed).waitFor();
});
