/** Installs the dependencies when they are missing or when the lockfile is no longer what was installed. */
import { createHash } from 'node:crypto';
import { lstat, readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { projectRoot, runNpm } from './tools.mjs';

/**
 * Brings `node_modules` in line with the lockfile; does nothing if it is already.
 * @param {string} [root] the folder of `package.json`
 * @returns {Promise<void>} rejects when npm fails, and when what it would replace belongs to another checkout
 */
export async function ensureInstalled(root = projectRoot) {
  const modules = resolve(root, 'node_modules');
  const stamp = resolve(modules, '.studio-lock');
  const wanted = await readText(resolve(root, 'package-lock.json'));
  // A copy that was built elsewhere came with its packages.
  if (wanted === undefined) return;
  const hash = createHash('sha256').update(wanted).digest('hex');
  if ((await readText(stamp)) === hash) return;
  // npm would empty the folder that the link leads to.
  const link = await lstat(modules).catch(() => undefined);
  if (link?.isSymbolicLink()) {
    throw new Error(
      `${modules} is a link to packages of another version; remove the link and run this again.`,
    );
  }
  const installed = await readText(resolve(modules, '.package-lock.json'));
  if (!agrees(JSON.parse(wanted), installed)) {
    console.log('Installing dependencies (npm ci) ...');
    const code = await runNpm([
      'ci',
      '--include=dev',
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
    ]);
    if (code !== 0)
      throw new Error('npm ci failed; its output above says why. Is the network reachable?');
  }
  await writeFile(stamp, hash);
}

/**
 * @typedef {{ version?: string, integrity?: string, optional?: boolean }} LockedPackage
 * @typedef {{ packages: Record<string, LockedPackage> }} Lockfile
 */

/**
 * Whether somebody's own `npm install` already left exactly these packages: npm writes down what it installed, last of
 * all. Optional packages (native parts for other systems) may be absent.
 * @param {Lockfile} wanted
 * @param {string | undefined} installedText
 */
function agrees(wanted, installedText) {
  if (installedText === undefined) return false;
  /** @type {Lockfile} */
  const installed = JSON.parse(installedText);
  return Object.entries(wanted.packages).every(([path, locked]) => {
    if (path === '') return true;
    const found = installed.packages[path];
    if (!found) return locked.optional === true;
    return found.version === locked.version && found.integrity === locked.integrity;
  });
}

/**
 * @param {string} path
 * @returns {Promise<string | undefined>} undefined if there is no such file
 */
async function readText(path) {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
