/** Builds the programs of `src/cli` for Node, all in one folder, and again only when their sources have changed. */
import { createHash } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { projectRoot, runTool } from './tools.mjs';

const stampName = 'sources.json';

/**
 * @typedef {object} Stamp what a build was made from
 * @property {string} listing names, sizes and times of change: told without reading a source
 * @property {string} contents
 */

/**
 * Where there are no sources, as in a copy that was built elsewhere, the programs are used as they are.
 * @param {string} [root] the folder of `package.json`
 * @param {(folder: string) => Promise<void>} [bundle]
 * @returns {Promise<URL>} the folder of the programs, with a slash at its end; rejects where they cannot be built
 */
export async function ensurePrograms(root = projectRoot, bundle = bundlePrograms) {
  const folder = resolve(root, 'dist-cli');
  if (existsSync(resolve(root, 'src'))) await bringUpToDate(root, folder, bundle);
  return pathToFileURL(`${folder}/`);
}

/**
 * @param {string} root
 * @param {string} folder
 * @param {(folder: string) => Promise<void>} bundle
 */
async function bringUpToDate(root, folder, bundle) {
  const sources = await listSources(root);
  const listing = listingOf(sources);
  const built = await readStamp(folder);
  if (built?.listing === listing) return;
  const contents = await hashContents(sources);
  const stamp = JSON.stringify({ listing, contents });
  // Another checkout of the same sources, or a file that was only touched.
  if (built?.contents === contents) await writeFile(join(folder, stampName), stamp);
  else await build(folder, stamp, bundle);
}

/**
 * @param {string} folder
 * @returns {Promise<void>}
 */
async function bundlePrograms(folder) {
  // The entries stand in vite.config.ts.
  const args = ['build', '--ssr', '--outDir', folder, '--logLevel', 'warn'];
  if ((await runTool('vite', args)) !== 0) {
    throw new Error('src/cli could not be bundled; the output above says why.');
  }
}

/**
 * Builds aside and then changes places, so that a program that starts meanwhile finds a whole one.
 * @param {string} folder
 * @param {string} stamp
 * @param {(folder: string) => Promise<void>} bundle
 */
async function build(folder, stamp, bundle) {
  const aside = `${folder}.${process.pid}`;
  await bundle(aside);
  await writeFile(join(aside, stampName), stamp);
  await rm(folder, { recursive: true, force: true });
  // Where another process was quicker, its build is as good.
  await rename(aside, folder).catch(() => rm(aside, { recursive: true, force: true }));
}

/**
 * @param {string} folder
 * @returns {Promise<Stamp | undefined>}
 */
async function readStamp(folder) {
  try {
    return JSON.parse(await readFile(join(folder, stampName), 'utf8'));
  } catch {
    // Nothing was built, or not to its end.
    return undefined;
  }
}

/**
 * @param {string} root
 * @returns {Promise<string[]>} everything that the programs are made from
 */
async function listSources(root) {
  const entries = await readdir(resolve(root, 'src'), { recursive: true, withFileTypes: true });
  const sources = entries
    .filter((entry) => entry.isFile() && !/\.(test|fixture)\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const others = [
    'package-lock.json',
    'tsconfig.json',
    'vite.config.ts',
    'scripts/lib/wat-plugin.mjs',
  ];
  return [...sources, ...others.map((file) => resolve(root, file)).filter(existsSync)];
}

/**
 * @param {string[]} sources
 * @returns {string}
 */
function listingOf(sources) {
  const hash = createHash('sha256').update(process.version);
  for (const path of sources) {
    const { size, mtimeMs } = statSync(path);
    hash.update(`\0${path}\0${size}\0${mtimeMs}`);
  }
  return hash.digest('hex');
}

/**
 * @param {string[]} sources
 * @returns {Promise<string>}
 */
async function hashContents(sources) {
  const hash = createHash('sha256').update(process.version);
  for (const path of sources) hash.update(`\0${path}\0`).update(await readFile(path));
  return hash.digest('hex');
}
