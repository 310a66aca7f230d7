// Files of halls to import, and what the pages about halls and new events call things.

/** The demo's theatre, of 603 seats in three types. */
const THEATRE = '/organizer/halls/1/plan.json';

/**
 * The theatre as a file: a pretix seating plan, as its page saves it.
 * @param {import('./visitor.mjs').Visitor} visitor Logged in.
 */
export async function theatre({ page }) {
  const saved = await page.context().request.get(THEATRE);
  return file('theatre.json', await saved.body());
}

/** @param {string} name @param {string | Buffer} text */
export const file = (name, text) => ({ name, mimeType: 'application/octet-stream', buffer: Buffer.from(text) });

/** Names a person looks for. */
export const WORDS = {
  en: {
    halls: 'Halls',
    import: 'Import a seat plan',
    choose: 'A file with the seats',
    look: 'Look at it',
    found: 'This is in the file',
    venue: 'Venue',
    layoutName: 'Name of this seat plan',
    keep: 'Keep this hall',
    notTaken: 'This file cannot be taken. Nothing was stored.',
    taken: 'This venue has another seat plan of that name',
    sample: 'Put a sample hall here',
    sampleVenue: 'Sample theatre',
    newHere: 'New event here',
    newEvent: 'New event',
    fillSample: 'Fill in a sample',
    name: 'Name of the event',
    performers: 'Performers',
    doors: 'Doors open',
    starts: 'Starts',
    salesEnd: 'Sales end',
    price: (/** @type {string} */ type) => `Price ${type}`,
    currency: 'Currency',
    tax: 'Tax contained, percent',
    limit: 'Most tickets in one order',
    register: 'Register the event',
    notRegistered: 'Not registered yet',
    skipped: 'This time does not exist',
    decimals: 'Too many decimals',
    dates: 'Other dates',
    date: (/** @type {number} */ n) => `Start ${n}`,
    copy: 'Register these dates',
    more: 'More lines',
    copied: 'Registered',
    same: 'This date is there already.',
    beginEvent: 'Register your first event',
    beginSeats: 'No seat of this event is with a seller yet',
  },
  ja: {
    halls: '会場',
    import: '座席図を読み込む',
    choose: '席のファイル',
    look: '内容を確認する',
    found: 'ファイルの内容',
    venue: '会場名',
    layoutName: '座席図の名前',
    keep: 'この会場を保存する',
    notTaken: 'このファイルは読み込めません。何も保存していません。',
    taken: 'この会場には同じ名前の別の座席図があります',
    sample: '見本の会場を使う',
    sampleVenue: '見本劇場',
    newHere: 'ここで公演を登録',
    newEvent: '公演を登録',
    fillSample: '見本を入力する',
    name: '公演名',
    performers: '出演者',
    doors: '開場',
    starts: '開演',
    salesEnd: '販売終了',
    price: (/** @type {string} */ type) => `${type} の料金`,
    currency: '通貨',
    tax: '内税(%)',
    limit: '1回に買える枚数',
    register: '公演を登録する',
    notRegistered: 'まだ登録していません',
    skipped: 'この時刻はありません',
    decimals: 'この通貨の小数の桁が多すぎます',
    dates: 'ほかの日にも',
    date: (/** @type {number} */ n) => `開演 ${n}`,
    copy: 'これらの日を登録する',
    more: '欄を増やす',
    copied: '登録しました',
    same: '同じ日時がすでにあります',
    beginEvent: '最初の公演を登録してください',
    beginSeats: 'まだどの販売者にも割り当てられていない',
  },
};

/**
 * Brings a file to the form for imports, which is open.
 * @param {import('./visitor.mjs').Visitor} visitor
 * @param {{ name: string, mimeType: string, buffer: Buffer } | string} hall Or its path.
 */
export async function bring({ page, lang }, hall) {
  await page.getByLabel(WORDS[lang].choose).setInputFiles(hall);
  await page.getByRole('button', { name: WORDS[lang].look }).click();
}

/**
 * Imports a hall and stands at its page.
 * @param {import('./visitor.mjs').Visitor} visitor
 * @param {{ name: string, mimeType: string, buffer: Buffer }} hall
 * @param {string} venue
 * @param {string} [zone]
 */
export async function imported(visitor, hall, venue, zone) {
  const { page, lang } = visitor;
  const words = WORDS[lang];
  await page.goto('/organizer/halls/import');
  await bring(visitor, hall);
  await page.getByLabel(words.venue, { exact: true }).fill(venue);
  if (zone) await page.locator('#zone').selectOption(zone);
  await page.getByRole('button', { name: words.keep }).click();
  await page.getByRole('heading', { level: 1, name: venue }).waitFor();
}
