// Chromium, as Debian packs it, without a display.

import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

import { chromium } from './packages.mjs';

/** @returns {Promise<import('playwright-core').Browser>} */
export function startBrowser() {
  return chromium.launch({
    executablePath: found('chromium'),
    // Chromium's own sandbox is refused to root.
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  });
}

function found(/** @type {string} */ program) {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, program);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Perhaps in the next folder.
    }
  }
  throw new Error(`${program} is not installed: script/setup does that`);
}
