// The real platform with the demo's data, on a free port of this machine, in a folder of its own.

import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const LISTENING = 'listening on ';

/**
 * @typedef {object} Platform
 * @property {string} url Where it listens.
 * @property {string} data Its data folder.
 * @property {{ number: string, password: string }} operator Who may see the operator's pages.
 * @property {(folder: string, number: string) => string} password Of somebody in the demo, by the folder of their file.
 * @property {(terminal: string) => string} token A terminal's token, by the terminal's name.
 * @property {(token: string, path: string, body?: object) => Promise<any>} ask The API: GET, or POST where there is a body.
 * @property {() => Promise<void>} stop Ends it, and nothing is left.
 */

/** @typedef {(data: string, platformCenter: (...command: string[]) => void) => void} Prepare Uses the program's commands on the data folder. */

/**
 * @typedef {object} Setting
 * @property {Prepare} [prepare] What has to be done before it serves.
 * @property {boolean} [tls] Serve by TLS, with a certificate of its own making.
 */

/**
 * @param {Setting} [setting]
 * @returns {Promise<Platform>}
 */
export async function startPlatform({ prepare, tls } = {}) {
  const program = process.env.KIPPU_PLATFORM;
  if (!program) throw new Error('KIPPU_PLATFORM is not set: start these tests with script/pages-test');
  const work = mkdtempSync(join(tmpdir(), 'kippu-pages-'));
  const data = join(work, 'data');
  // Everybody comes from one address, as fast as a browser goes.
  const env = { ...process.env, RUST_LOG: 'error', KIPPU_LIMITS_CALLER_PER_SECOND: '0' };

  // Also when the tests are cut short.
  let server = /** @type {import('node:child_process').ChildProcess | undefined} */ (undefined);
  const cleanUp = () => {
    server?.kill('SIGKILL');
    // It may still be writing for a moment.
    rmSync(work, { recursive: true, force: true, maxRetries: 10 });
  };
  process.once('exit', cleanUp);

  const run = (/** @type {string[]} */ ...command) => {
    const done = spawnSync(program, [...command, '--data', data], { env, encoding: 'utf8' });
    if (done.status !== 0) throw new Error(`platform-center ${command.join(' ')}: ${done.error ?? done.stderr}`);
  };
  run('seed', 'demo');
  prepare?.(data, run);
  const file = join(data, 'operators', readdirSync(join(data, 'operators'))[0]);
  const operator = { number: entry(file, 'number'), password: entry(file, 'password') };

  const listen = ['--listen', '127.0.0.1:0', ...(tls ? ['--tls'] : [])];
  server = spawn(program, ['serve', '--data', data, ...listen], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  server.stderr.on('data', (piece) => (log += piece));
  const ended = new Promise((resolve) => server.once('close', resolve));

  const lines = createInterface({ input: server.stdout });
  const url = await new Promise((resolve, reject) => {
    lines.on('line', (line) => line.startsWith(LISTENING) && resolve(line.slice(LISTENING.length)));
    server.once('error', reject);
    server.once('close', () => reject(new Error(`the platform does not start: ${log}`)));
  });

  return {
    url,
    data,
    operator,
    password: (folder, number) => entry(join(data, folder, `${number}.toml`), 'password'),
    token: (terminal) => entry(join(data, 'terminals', `${terminal}.toml`), 'token'),
    ask: (token, path, body) => ask(`${url}/api/v1${path}`, token, body),
    async stop() {
      server.kill('SIGTERM');
      await ended;
      process.removeListener('exit', cleanUp);
      rmSync(work, { recursive: true, force: true });
      if (log) throw new Error(`the platform logged errors:\n${log}`);
    },
  };
}

/** A text in one of the demo's TOML files, which have one key a line. */
function entry(/** @type {string} */ file, /** @type {string} */ key) {
  const found = readFileSync(file, 'utf8').match(new RegExp(`^${key} = "(.*)"$`, 'm'));
  if (!found) throw new Error(`${file} has no ${key}`);
  return found[1];
}

async function ask(/** @type {string} */ url, /** @type {string} */ token, /** @type {object | undefined} */ body) {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'idempotency-key': crypto.randomUUID() };
  const answer = await fetch(url, body ? { method: 'POST', headers, body: JSON.stringify(body) } : { headers });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${text}`);
  return text ? JSON.parse(text) : null;
}
