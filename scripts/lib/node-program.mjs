/** Bundles a program of `src/cli` for Node, and again only when its sources have changed. */
import { createHash } from 'node:crypto';
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { projectRoot, runTool } from './tools.mjs';

const stampName = 'sources.sha256';

/**
 * @param {string} name `src/cli/<name>.ts`
 * @returns {Promise<string>} the path of the bundle; rejects where it cannot be built
 */
export async function ensureProgram(name) {
  const folder = resolve(projectRoot, 'dist-cli', name);
  const wanted = await hashSources();
  const built = await readFile(join(folder, stampName), 'utf8').catch(() => undefined);
  if (built !== wanted) await build(name, folder, wanted);
  return join(folder, `${name}.js`);
}

/**
 * Builds aside and then changes places, so that a program that starts meanwhile finds a whole one.
 * @param {string} name
 * @param {string} folder
 * @param {string} stamp
 */
async function build(name, folder, stamp) {
  const aside = `${folder}.${process.pid}`;
  const args = ['build', '--ssr', `src/cli/${name}.ts`, '--outDir', aside, '--logLevel', 'warn'];
  if ((await runTool('vite', args)) !== 0) {
    throw new Error(`src/cli/${name}.ts could not be bundled; the output above says why.`);
  }
  await writeFile(join(aside, stampName), stamp);
  await rm(folder, { recursive: true, force: true });
  // Where another process was quicker, its bundle is as good.
  await rename(aside, folder).catch(() => rm(aside, { recursive: true, force: true }));
}

/** @returns {Promise<string>} a hash of everything that a bundle is made from */
async function hashSources() {
  const entries = await readdir(resolve(projectRoot, 'src'), {
    recursive: true,
    withFileTypes: true,
  });
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
  const hash = createHash('sha256').update(process.version);
  for (const path of [...sources, ...others.map((file) => resolve(projectRoot, file))]) {
    hash.update(`\0${path}\0`).update(await readFile(path));
  }
  return hash.digest('hex');
}
