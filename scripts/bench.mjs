/**
 * `npm run bench -- NAME [arguments]`: bundles `bench/NAME.ts` for Node and runs it; without a name, lists the benchmarks.
 * A benchmark is a module that measures when it is run and prints what it found; it is never a test.
 */
import './lib/require-node.mjs';

const { readdir, readFile } = await import('node:fs/promises');
const { basename, resolve } = await import('node:path');
const { ensureInstalled } = await import('./lib/install.mjs');
const { projectRoot, run, runTool } = await import('./lib/tools.mjs');

const folder = resolve(projectRoot, 'bench');

/** @returns {Promise<string[]>} a benchmark is a file of the folder itself; what it shares with others is below */
async function listBenchmarks() {
  const files = await readdir(folder).catch(() => []);
  return files
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => basename(name, '.ts'))
    .sort();
}

/**
 * @param {string} name
 * @returns {Promise<string>} the first sentence of the comment a benchmark opens with
 */
async function readSummary(name) {
  const source = await readFile(resolve(folder, `${name}.ts`), 'utf8');
  const comment = /^\/\*\*([\s\S]*?)\*\//.exec(source)?.[1] ?? '';
  const text = comment.replace(/^\s*\*\s?/gm, '').replace(/\s+/g, ' ');
  return text.split(/(?<=\.)\s/, 1)[0]?.trim() ?? '';
}

/**
 * @param {string} name
 * @param {string[]} args
 * @returns {Promise<number>} its exit code
 */
async function runBenchmark(name, args) {
  await ensureInstalled();
  const bundle = [
    'build',
    '--ssr',
    `bench/${name}.ts`,
    '--outDir',
    'bench/out',
    '--logLevel',
    'warn',
  ];
  // One folder for all of them: emptying it would take the bundle from under another one that still runs.
  const built = await runTool('vite', [...bundle, '--emptyOutDir=false']);
  return built === 0 ? run(process.execPath, [`bench/out/${name}.js`, ...args]) : built;
}

const [name, ...args] = process.argv.slice(2);
const names = await listBenchmarks();
if (name !== undefined && names.includes(name)) {
  process.exitCode = await runBenchmark(name, args);
} else {
  if (name !== undefined) console.error(`There is no benchmark ${name}.`);
  console.log('npm run bench -- NAME');
  for (const known of names) console.log(`  ${known.padEnd(20)} ${await readSummary(known)}`);
  process.exitCode = name === undefined ? 0 : 1;
}
