/** Which files `npm run mutation` changes, and whose tests are to notice. */
import { readdir, stat } from 'node:fs/promises';
import { basename, relative, resolve, sep } from 'node:path';
import { projectRoot } from './tools.mjs';

/** The environment variable that tells Vitest in Stryker's workers, which inherit it, below which folders (`a,b`) tests run. */
export const TESTS_BELOW = 'STUDIO_MUTATION_TESTS';

/**
 * Tests of a whole room at work, seconds each: most changes pass through them, so with them a run takes hours. What is
 * noticed is noticed by the tests beside the code.
 */
export const SLOW_TESTS = [
  'src/engine/adapters.test.ts',
  'src/engine/downloads/configuration.test.ts',
  'src/engine/engine.test.ts',
  'src/engine/schedules.test.ts',
  'src/engine/scoring/heads.test.ts',
];

/**
 * @param {readonly string[]} paths files or folders below `src`
 * @returns {Promise<string[]>} their TypeScript without tests and what only tests use, relative to the project
 */
export async function listMutatedFiles(paths) {
  const lists = await Promise.all(paths.map(listSources));
  return [...new Set(lists.flat())].sort();
}

/**
 * @param {readonly string[]} files below `src`, relative to the project
 * @returns {string[]} the folders of the rooms that they are in; `src` alone where one is in none
 */
export function roomsOf(files) {
  const rooms = files.map((file) => file.split('/').slice(0, -1).slice(0, 2).join('/'));
  return rooms.includes('src') ? ['src'] : [...new Set(rooms)].sort();
}

/**
 * @param {string} path
 * @returns {Promise<string[]>}
 */
async function listSources(path) {
  const place = resolve(projectRoot, path);
  const name = relative(projectRoot, place).split(sep).join('/');
  if (name !== 'src' && !name.startsWith('src/')) throw new Error(`${path} is not below src.`);
  const found = await stat(place).catch(() => null);
  if (!found) throw new Error(`There is no ${name}.`);
  const files = found.isDirectory()
    ? (await readdir(place, { recursive: true })).map(
        (file) => `${name}/${file.split(sep).join('/')}`,
      )
    : [name];
  return files.filter(isSource);
}

/** @param {string} file */
function isSource(file) {
  if (!file.endsWith('.ts') || file.includes('/testing/')) return false;
  return !/(\.test|\.fixture|\.d)\.ts$|^(testing.*|test-support|fixtures|onnx_pb)\.ts$/.test(
    basename(file),
  );
}
