// The packages of others that the tests use: script/setup keeps them outside the clone, where `import` does not look.

import { createRequire } from 'node:module';
import { join } from 'node:path';

const folder = process.env.KIPPU_NODE_MODULES;
if (!folder) throw new Error('KIPPU_NODE_MODULES is not set: start these tests with script/pages-test');
const require = createRequire(join(folder, 'packages.js'));

/** Playwright's launcher of Chromium (Apache-2.0). */
export const { chromium } = /** @type {import('playwright-core')} */ (require('playwright-core'));
/** The text of axe (MPL-2.0): a script that looks for barriers in the page it runs in. */
export const axeSource = /** @type {string} */ (require('axe-core').source);
