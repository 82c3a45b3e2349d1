/** Which files `npm run mutation` changes, and whose tests are to notice. */
import { readdir, stat } from 'node:fs/promises';
import { basename, relative, resolve, sep } from 'node:path';
import { projectRoot } from './tools.mjs';

/** The environment variable that tells Vitest in Stryker's workers, which inherit it, which tests run (`a,b`). */
export const NOTICING_TESTS = 'STUDIO_MUTATION_TESTS';

/** Every test of the program; as `roomsOf`, without `.test.ts`. */
export const ALL_TESTS = 'src/**/*';

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
 * @returns {string[]} the tests of the rooms that they are in, as globs without `.test.ts`; of a file that is in no room those beside it
 */
export function roomsOf(files) {
  const rooms = files.map((file) => {
    const [, room = '', ...inside] = file.split('/');
    return inside.length > 0 ? `src/${room}/**/*` : 'src/*';
  });
  return [...new Set(rooms)].sort();
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
  return !/(\.test|\.fixture|\.d)\.ts$|^(testing.*|test-support|fixtures)\.ts$/.test(
    basename(file),
  );
}
