// One platform and one browser for all tests of a file, and each test in every language and at every width.

import { after, test } from 'node:test';

import { startBrowser } from './browser.mjs';
import { axe, fits, shot } from './checks.mjs';
import { startPlatform } from './platform.mjs';
import { LANGUAGES, SIZES, visit } from './visitor.mjs';

/** @typedef {import('./platform.mjs').Platform} Platform */
/** @typedef {() => Promise<{ platform: Platform, browser: import('playwright-core').Browser }>} Stage Starts both for the first test. */

/**
 * @typedef {object} Guest
 * @property {Platform} platform
 * @property {(name: string) => Promise<void>} good The page as it is now shuts nobody out and fits; its picture has this name.
 * @typedef {import('./visitor.mjs').Visitor & Guest} Playing
 */

// A test runner that is stopped stops these processes: then what they started has to end as well.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1));

/**
 * To be called once a file. Nothing is started where no test of the file was asked for.
 * @param {import('./platform.mjs').Setting & { furnish?: (platform: Platform) => Promise<void> }} [setting]
 *   `furnish`: what has to have happened before the tests.
 * @returns {Stage}
 */
export function stage({ furnish, ...setting } = {}) {
  const started = /** @type {{ platform?: Platform, browser?: import('playwright-core').Browser }} */ ({});
  const start = async () => {
    // One that does not start must not leave the other alone.
    const both = await Promise.allSettled([
      startPlatform(setting).then((platform) => (started.platform = platform)),
      startBrowser().then((browser) => (started.browser = browser)),
    ]);
    for (const one of both) if (one.status === 'rejected') throw one.reason;
    await furnish?.(/** @type {Platform} */ (started.platform));
    return /** @type {Required<typeof started>} */ (started);
  };
  after(async () => {
    await started.browser?.close();
    await started.platform?.stop();
  });
  /** @type {ReturnType<Stage> | undefined} */
  let starting;
  return () => (starting ??= start());
}

/**
 * A test in every language and at every width.
 * @param {Stage} stand
 * @param {string} name
 * @param {(guest: Playing) => Promise<void>} play
 */
export function everyWay(stand, name, play) {
  for (const lang of LANGUAGES) for (const size of SIZES) oneWay(stand, name, play, lang, size);
}

/**
 * A test in English at a desk's screen: what depends on neither.
 * @param {Stage} stand
 * @param {string} name
 * @param {(guest: Playing) => Promise<void>} play
 */
export function once(stand, name, play) {
  oneWay(stand, name, play, LANGUAGES[0], SIZES[0]);
}

/**
 * @param {Stage} stand
 * @param {string} name
 * @param {(guest: Playing) => Promise<void>} play
 * @param {import('./visitor.mjs').Language} lang
 * @param {{ width: number, height: number }} size
 */
function oneWay(stand, name, play, lang, size) {
  test(`${name}, ${lang}, ${size.width}`, async () => {
    const { platform, browser } = await stand();
    const visitor = await visit(browser, platform.url, lang, size);
    const good = async (/** @type {string} */ picture) => {
      // The picture first: it shows what is wrong.
      await shot(visitor.page, `${picture}-${lang}-${size.width}`);
      await fits(visitor.page);
      await axe(visitor.page);
    };
    /** @type {string[]} */
    const told = [];
    try {
      await play({ ...visitor, platform, good });
    } catch (error) {
      told.push(/** @type {Error} */ (error).stack ?? String(error), await stood(visitor.page));
    }
    // Where a test fails, what went wrong in the page is most often why.
    await visitor.leave().catch((error) => told.push(error.message));
    if (told.length > 0) throw new Error(told.join('\n\n'));
  });
}

/** Where somebody stood when a test failed, and what they saw there. */
async function stood(/** @type {import('playwright-core').Page} */ page) {
  const seen = await page.getByRole('main').innerText({ timeout: 1000 }).catch(() => 'nothing');
  return `at ${page.url()}, where this is seen:\n${seen.slice(0, 1000)}`;
}
