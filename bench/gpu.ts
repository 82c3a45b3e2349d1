/**
 * Measures the merge and the scoring on this machine's GPU, in a headless Chromium: self-test, bandwidth, images per second.
 * Prints a table and writes the results as JSON. On a software adapter it checks itself with small sizes, and says so.
 *
 * `npm run bench -- gpu [--out FILE] [--chromium PATH] [--flag=--SWITCH ...]`. Where nothing can be installed, copy `bench/out`
 * there after a run here and start `node gpu.js --built --chromium PATH` in it: Node and a Chromium are all it needs.
 */
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { serve } from '../scripts/serve.mjs';
import type { GpuResults } from './gpu/measure/types';
import type { WorkerMessage } from './gpu/page/worker';
import { table } from './gpu/table';
import { watchMemory } from './gpu/watch-memory';
import { megabytes } from './support/memory';

const { values } = parseArgs({
  options: {
    out: { type: 'string' },
    chromium: { type: 'string' },
    flag: { type: 'string', multiple: true, default: [] },
    built: { type: 'boolean', default: false },
  },
});

/** A GPU's results are there after a few minutes. */
const PATIENCE_MS = 12 * 60_000;

/** Without a display, Chromium on Linux reaches a GPU through Vulkan. */
const SWITCHES = [
  '--headless=new',
  '--no-sandbox',
  '--no-first-run',
  '--disable-background-networking',
  '--enable-unsafe-webgpu',
  '--ignore-gpu-blocklist',
  ...(process.platform === 'linux' ? ['--enable-features=Vulkan'] : []),
];

const root = resolve(dirname(fileURLToPath(import.meta.url)), 'gpu-page');
const chromium = values.chromium ?? (await find());
if (!values.built) await build();

let settle: (message: GpuResults | Error) => void;
const settled = new Promise<GpuResults | Error>((done) => {
  settle = done;
});
const server = await serve({ root, mounts: { '/report': receive } });
const profile = await mkdtemp(join(tmpdir(), 'studio-gpu-'));
const browser = spawn(
  chromium,
  [...SWITCHES, ...values.flag, `--user-data-dir=${profile}`, `${server.url}#report`],
  { stdio: 'ignore' },
);
browser.once('error', (error) => settle(error));
browser.once('exit', (code) => settle(new Error(`Chromium ended with ${code}.`)));
const patience = setTimeout(
  () => settle(new Error('The benchmark took too long and was given up.')),
  PATIENCE_MS,
);
const peakMemory = await watchMemory(browser.pid ?? 0);
const results = await settled;
const memory = peakMemory();
clearTimeout(patience);
const ended = new Promise((done) => browser.once('exit', done));
if (browser.exitCode === null && browser.kill()) await ended;
await server.close();
await rm(profile, { recursive: true, force: true, maxRetries: 5 });

if (results instanceof Error) {
  console.error(results.message);
  process.exitCode = 1;
} else {
  console.log(`\n${table(results)}`);
  console.log(`Browser’s largest process: ${megabytes(memory.largestProcessBytes)}`);
  const before = megabytes(memory.gpuBytesBefore);
  console.log(`GPU memory in use at most: ${megabytes(memory.gpuBytes)} (before: ${before})`);
  if (values.out !== undefined) {
    await mkdir(dirname(resolve(values.out)), { recursive: true });
    await writeFile(values.out, `${JSON.stringify({ ...results, memory }, null, 2)}\n`);
    console.log(`Written: ${resolve(values.out)}`);
  }
}

/** Imported only here: the project is not there where a built benchmark is run. */
async function build(): Promise<void> {
  const { runTool } = await import('../scripts/lib/tools.mjs');
  const built = await runTool('vite', ['build', '--mode', 'gpu', '--logLevel', 'warn']);
  if (built !== 0) throw new Error('The benchmark’s page could not be built.');
}

async function find(): Promise<string> {
  if (values.built) throw new Error('With --built, name the browser by --chromium PATH.');
  const { findBrowser } = await import('../scripts/lib/browser.mjs');
  const found = await findBrowser();
  if (found === undefined) throw new Error('No Chromium was found: name one by --chromium PATH.');
  return found;
}

function receive(request: IncomingMessage, response: ServerResponse): void {
  let text = '';
  request.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  request.once('end', () => {
    response.writeHead(204).end();
    // Sent by the page that this very program served.
    const message = JSON.parse(text) as WorkerMessage;
    if ('step' in message) console.log(message.step);
    else if ('failure' in message) settle(new Error(message.failure));
    else settle(message.results);
  });
}
