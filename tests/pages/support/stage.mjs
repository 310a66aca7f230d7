// One platform and one browser for all tests of a file, and each test in every language and at every width.

import { after, before, test } from 'node:test';

import { startBrowser } from './browser.mjs';
import { axe, fits, shot } from './checks.mjs';
import { startPlatform } from './platform.mjs';
import { LANGUAGES, SIZES, visit } from './visitor.mjs';

/**
 * @typedef {object} Stage
 * @property {import('./platform.mjs').Platform} platform There from the first test on.
 * @property {import('playwright-core').Browser} browser
 */

/**
 * @typedef {object} Guest
 * @property {import('./platform.mjs').Platform} platform
 * @property {(name: string) => Promise<void>} good The page as it is now shuts nobody out and fits; its picture has this name.
 * @typedef {import('./visitor.mjs').Visitor & Guest} Playing
 */

// A test runner that is stopped stops these processes: then what they started has to end as well.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1));

/**
 * To be called once a file.
 * @param {(platform: import('./platform.mjs').Platform) => Promise<void>} [furnish] What has to have happened before the tests.
 * @returns {Stage}
 */
export function stage(furnish) {
  const set = /** @type {Stage} */ ({});
  before(async () => {
    [set.platform, set.browser] = await Promise.all([startPlatform(), startBrowser()]);
    await furnish?.(set.platform);
  });
  after(async () => {
    await set.browser?.close();
    await set.platform?.stop();
  });
  return set;
}

/**
 * A test in every language and at every width.
 * @param {Stage} set
 * @param {string} name
 * @param {(guest: Playing) => Promise<void>} play
 */
export function everyWay(set, name, play) {
  for (const lang of LANGUAGES) {
    for (const size of SIZES) {
      test(`${name}, ${lang}, ${size.width}`, async () => {
        const visitor = await visit(set.browser, set.platform.url, lang, size);
        const good = async (/** @type {string} */ picture) => {
          // The picture first: it shows what is wrong.
          await shot(visitor.page, `${picture}-${lang}-${size.width}`);
          await fits(visitor.page);
          await axe(visitor.page);
        };
        let failed = true;
        try {
          await play({ ...visitor, platform: set.platform, good });
          failed = false;
        } finally {
          // What went wrong in the page is the reason, where the test failed as well.
          await visitor.leave().catch((error) => {
            if (failed) console.error(error.message);
            else throw error;
          });
        }
      });
    }
  }
}
