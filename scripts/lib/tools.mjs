/** Runs other programs: npm, and the development tools out of `node_modules`. Standard input is never read. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder that holds `package.json`; looked for, as a bundled benchmark carries this module elsewhere. */
export const projectRoot = findProjectRoot(dirname(fileURLToPath(import.meta.url)));

/** @type {Readonly<Record<string, string>>} */
const entryPoints = {
  biome: 'node_modules/@biomejs/biome/bin/biome',
  depcruise: 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs',
  playwright: 'node_modules/@playwright/test/cli.js',
  tsc: 'node_modules/typescript/bin/tsc',
  vite: 'node_modules/vite/bin/vite.js',
  vitest: 'node_modules/vitest/vitest.mjs',
};

/** @type {'inherit' | 2} where other programs write what they have to say */
let output = 'inherit';

/**
 * From now on other programs, and this one's own messages, write to standard error: standard output is for data alone.
 * @returns {{ restore: () => void }} gives standard output back
 */
export function keepOutputForData() {
  const { log } = console;
  output = 2;
  console.log = console.error;
  return {
    restore() {
      output = 'inherit';
      console.log = log;
    },
  };
}

/**
 * Runs a program in the project's folder with this process's output.
 * @param {string} command
 * @param {string[]} args
 * @param {{ env?: Record<string, string>, timeout?: number, shell?: boolean }} [options] `timeout` in milliseconds
 * @returns {Promise<number>} its exit code; 1 if it could not be started or was stopped
 */
export function run(command, args, options = {}) {
  return new Promise((done) => {
    const child = spawn(command, args, {
      cwd: projectRoot,
      stdio: ['ignore', output, 'inherit'],
      env: { ...process.env, ...options.env },
      timeout: options.timeout,
      shell: options.shell ?? false,
    });
    child.once('error', (error) => {
      console.error(`${command}: ${error.message}`);
      done(1);
    });
    child.once('exit', (code) => done(code ?? 1));
  });
}

/**
 * Runs one of the development tools with this very Node, on any system alike.
 * @param {string} name a key of `entryPoints`
 * @param {string[]} args
 * @param {{ env?: Record<string, string>, timeout?: number }} [options]
 */
export function runTool(name, args, options) {
  const entry = entryPoints[name];
  if (!entry) throw new Error(`No such tool: ${name}.`);
  return run(process.execPath, [resolve(projectRoot, entry), ...args], options);
}

/**
 * Runs npm.
 * @param {string[]} args
 */
export function runNpm(args) {
  const [command, all, shell] = npmCommand(args);
  return run(command, all, { shell });
}

/**
 * npm as a program: the one that started us where there is one, else the one on the path.
 * @param {string[]} args
 * @returns {[command: string, args: string[], shell: boolean]}
 */
export function npmCommand(args) {
  const own = process.env.npm_execpath;
  if (own && basename(own).startsWith('npm-cli')) return [process.execPath, [own, ...args], false];
  // On Windows npm is a script, which only a shell starts.
  return ['npm', args, process.platform === 'win32'];
}

/**
 * @param {string} folder
 * @returns {string}
 */
function findProjectRoot(folder) {
  if (existsSync(join(folder, 'package.json'))) return folder;
  if (dirname(folder) === folder) throw new Error('The folder of package.json was not found.');
  return findProjectRoot(dirname(folder));
}
