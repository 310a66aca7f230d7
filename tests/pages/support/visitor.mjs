// Somebody at a browser: with a language, at a window of some width. Whatever goes wrong in their pages is remembered and fails the test.

/** Languages of the pages. */
export const LANGUAGES = /** @type {const} */ (['en', 'ja']);
/** A desk's screen and a phone's. */
export const SIZES = [
  { width: 1280, height: 900 },
  { width: 390, height: 844 },
];

const ACCEPTED = { en: 'en-GB,en;q=0.9', ja: 'ja-JP,ja;q=0.9,en;q=0.8' };

const PATIENCE = 15_000;

/** @typedef {'en' | 'ja'} Language */

/**
 * @typedef {object} Visitor
 * @property {import('playwright-core').Page} page What they look at.
 * @property {Language} lang
 * @property {number} width
 * @property {(status: number) => void} expect The next answers with this status are no fault.
 * @property {() => Promise<void>} leave Closes everything; fails if anything went wrong on the way.
 */

/**
 * @param {import('playwright-core').Browser} browser
 * @param {string} url The platform.
 * @param {Language} lang
 * @param {{ width: number, height: number }} size
 * @returns {Promise<Visitor>}
 */
export async function visit(browser, url, lang, size) {
  const phone = size.width < 700;
  const context = await browser.newContext({
    baseURL: url,
    locale: lang === 'ja' ? 'ja-JP' : 'en-GB',
    extraHTTPHeaders: { 'accept-language': ACCEPTED[lang] },
    viewport: size,
    isMobile: phone,
    hasTouch: phone,
    // Pictures show how things stand, not how they come.
    reducedMotion: 'reduce',
    ignoreHTTPSErrors: true,
  });
  // Whoever waits longer than this waits for what never comes.
  context.setDefaultTimeout(PATIENCE);
  const page = await context.newPage();
  const faults = watched(page, new URL(url).origin);
  return {
    page,
    lang,
    width: size.width,
    expect: (status) => faults.expected.add(status),
    async leave() {
      await context.close();
      if (faults.seen.length > 0) throw new Error(`went wrong in the page:\n${faults.seen.join('\n')}`);
    },
  };
}

/** What goes wrong in a page: errors it logs (also of its content security policy), requests that fail or leave this machine. */
function watched(/** @type {import('playwright-core').Page} */ page, /** @type {string} */ origin) {
  const seen = /** @type {string[]} */ ([]);
  const expected = /** @type {Set<number>} */ (new Set());
  page.on('pageerror', (error) => seen.push(`exception: ${error.message}`));
  page.on('requestfailed', (request) => {
    // A page that was left stops what it was loading.
    const why = request.failure()?.errorText ?? '';
    if (why !== 'net::ERR_ABORTED') seen.push(`failed: ${request.url()} (${why})`);
  });
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.protocol.startsWith('http') && url.origin !== origin) seen.push(`asked another host: ${url}`);
  });
  page.on('response', (answer) => {
    if (answer.status() >= 400 && !expected.has(answer.status())) seen.push(`answered ${answer.status()}: ${answer.url()}`);
  });
  page.on('console', (message) => {
    // Answers of 400 and more are seen above, with their status.
    const answered = message.text().startsWith('Failed to load resource: the server responded with a status of');
    if (message.type() === 'error' && !answered) seen.push(`console: ${message.text()}`);
  });
  return { seen, expected };
}
