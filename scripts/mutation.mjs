/**
 * `npm run mutation -- PATH... [--everywhere] [--strings] [--min N]`: changes the code of files or folders below `src`, one
 * place at a time, and runs the tests that reach the place. What no test notices is listed, as code whose result nothing
 * is held to; below N percent noticed (85) the exit code is 1. Nothing is changed in the tree: Stryker works on a copy.
 *
 *     --everywhere   lets the tests of every room notice; without it only those of the files' own rooms (src/method) count
 *                    (the slow ones that `SLOW_TESTS` lists never do: with them a run would take hours)
 *     --strings      changes texts too; left out otherwise, as messages are held to snapshots where they matter
 */
import './lib/require-node.mjs';

const { availableParallelism } = await import('node:os');
const { parseArgs } = await import('node:util');
const { ensureInstalled } = await import('./lib/install.mjs');
const { ALL_TESTS, listMutatedFiles, NOTICING_TESTS, roomsOf } = await import(
  './lib/mutated-files.mjs'
);
const { isMissed, MISSED, READ_BY_VITE } = await import('./lib/mutation-plugins.mjs');
const { projectRoot } = await import('./lib/tools.mjs');

const usage = 'npm run mutation -- PATH... [--everywhere] [--strings] [--min N]';

/** Below the project, so that modules are found from it even where `node_modules` is a link, which Stryker does not copy. */
const sandboxes = '.mutation';

/** What no test of these reads: copying it takes longer than it is worth. */
const unread = ['/dist*', '/e2e', '/bench/out', '/outputs', '/test-results', '/playwright-report'];

/**
 * @param {string[]} files
 * @param {{ tests: string[], strings: boolean }} choices
 */
async function runStryker(files, { tests, strings }) {
  await ensureInstalled();
  process.chdir(projectRoot);
  process.env[NOTICING_TESTS] = tests.join(',');
  const { Stryker } = await import('@stryker-mutator/core');
  return new Stryker({
    mutate: files,
    mutator: { excludedMutations: strings ? [] : ['StringLiteral'] },
    testRunner: 'vitest',
    plugins: ['@stryker-mutator/vitest-runner', './scripts/lib/mutation-plugins.mjs'],
    ignorers: [READ_BY_VITE],
    vitest: { configFile: 'scripts/lib/mutation-vitest.mjs', related: true },
    coverageAnalysis: 'perTest',
    concurrency: Math.min(2, availableParallelism()),
    // Endless loops are met by counting; this is for what hangs otherwise, also on a busy machine.
    timeoutMS: 30_000,
    timeoutFactor: 4,
    dryRunTimeoutMinutes: 60,
    tempDirName: sandboxes,
    ignorePatterns: unread,
    cleanTempDir: 'always',
    // Tests run as they are written, without type checks.
    disableTypeChecks: false,
    // Code that no test reaches is a finding, not a mistake.
    allowEmpty: true,
    warnings: false,
    reporters: [MISSED, process.stdout.isTTY ? 'progress' : 'progress-append-only'],
    allowConsoleColors: process.stdout.isTTY,
    logLevel: /** @type {import('@stryker-mutator/api/core').LogLevel} */ ('warn'),
  }).runMutationTest();
}

/** @typedef {Awaited<ReturnType<typeof runStryker>>[number]} Mutant */

/**
 * @param {readonly Mutant[]} mutants
 * @returns {number} what is noticed, in percent of what could be
 */
function report(mutants) {
  // `RuntimeError`: the tests could not even be loaded, which is noticed as well.
  const counted = mutants.filter(({ status }) => status !== 'Ignored' && status !== 'CompileError');
  const noticed = counted.filter((mutant) => !isMissed(mutant));
  const late = noticed.filter(({ status }) => status === 'Timeout');
  const score = counted.length === 0 ? 100 : (100 * noticed.length) / counted.length;
  console.log(
    `${noticed.length} of ${counted.length} changes noticed, ${late.length} by never coming to an end: ${score.toFixed(1)} %`,
  );
  return score;
}

const { values, positionals } = parseArgs({
  options: {
    everywhere: { type: 'boolean', default: false },
    strings: { type: 'boolean', default: false },
    min: { type: 'string', default: '85' },
  },
  allowPositionals: true,
});
const least = Number(values.min);
if (positionals.length === 0 || Number.isNaN(least)) {
  console.error(usage);
  process.exit(1);
}
try {
  const files = await listMutatedFiles(positionals);
  const tests = values.everywhere ? [ALL_TESTS] : roomsOf(files);
  console.log(`${files.length} files, held to the tests ${tests.join(', ')}`);
  const score = report(await runStryker(files, { tests, strings: values.strings }));
  if (score < least) {
    console.log(`At least ${least} % should be.`);
    process.exitCode = 1;
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
