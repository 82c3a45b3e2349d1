/**
 * `npm test [-- --unit | --browser] [files]`: installs what is missing, a browser included, then type-checks, lints, runs
 * the unit tests, builds and runs the browser tests, up to the first failure. What needs one core, and nothing of one another,
 * runs at once. The last line is the sum of all tests.
 */
import './lib/require-node.mjs';

const { parseArgs } = await import('node:util');
const { ensureBrowser } = await import('./lib/browser.mjs');
const { ensureInstalled } = await import('./lib/install.mjs');
const { ensureOtherBrowsers } = await import('./lib/other-browsers.mjs');
const { clearTotals, readTotals, reports } = await import('./lib/totals.mjs');
const { runTool } = await import('./lib/tools.mjs');

/** @typedef {{ name: string, run: () => Promise<number> }} Step */

const { values: only, positionals: files } = parseArgs({
  options: { unit: { type: 'boolean' }, browser: { type: 'boolean' } },
  allowPositionals: true,
});
const unit = only.unit || !only.browser;
const browser = only.browser || !only.unit;
if (files.length > 0 && unit && browser) {
  console.error(`Say whose files these are: npm test -- --unit ${files[0]}, or --browser.`);
  process.exit(1);
}

/** @type {Step[][]} */
const unitSteps = [
  [
    { name: 'type-check', run: () => runTool('tsc', ['--noEmit']) },
    { name: 'lint', run: () => runTool('biome', ['check', '.']) },
    {
      name: 'lint of the arrows between rooms',
      run: () => runTool('depcruise', ['src', '--config', '.dependency-cruiser.mjs']),
    },
  ],
  [{ name: 'unit tests', run: () => runTool('vitest', ['run', ...files]) }],
];

/** @type {Step[][]} */
const browserSteps = [
  [
    { name: 'build', run: () => runTool('vite', ['build', '--logLevel', 'warn']) },
    {
      name: 'build of the test pages',
      run: () => runTool('vite', ['build', '--mode', 'e2e', '--logLevel', 'warn']),
    },
  ],
  [{ name: 'browser tests', run: () => runPlaywright('together') }],
  [
    {
      name: 'browser tests that have the machine for themselves',
      run: () => runPlaywright('alone'),
    },
  ],
];

/**
 * @param {'together' | 'alone'} project
 * @returns {Promise<number>} the exit code
 */
async function runPlaywright(project) {
  const env = { CHROME_PATH: await ensureBrowser(), STUDIO_TEST_REPORT: reports[project] };
  return runTool('playwright', ['test', `--project=${project}`, '--pass-with-no-tests', ...files], {
    env,
  });
}

/**
 * Runs groups of steps one after the other, those of a group at once.
 * @param {Step[][]} groups
 * @returns {Promise<string[]>} the names of the steps that failed, all of one group
 */
async function runSteps(groups) {
  for (const steps of groups) {
    const codes = await Promise.all(steps.map(runStep));
    const failed = steps.filter((_, i) => codes[i] !== 0);
    if (failed.length > 0) return failed.map(({ name }) => name);
  }
  return [];
}

/**
 * @param {Step} step
 * @returns {Promise<number>} the exit code
 */
async function runStep(step) {
  console.log(`\n== ${step.name}`);
  const begin = Date.now();
  const code = await step.run().catch((/** @type {unknown} */ error) => {
    console.error(error instanceof Error ? error.message : error);
    return 1;
  });
  const end = code === 0 ? 'done in' : 'failed after';
  console.log(`== ${step.name}: ${end} ${Math.round((Date.now() - begin) / 1000)} s`);
  return code;
}

const setUp = {
  name: 'set-up',
  run: async () => {
    await ensureInstalled();
    // Before the long part, so that a machine without any browser says so at once.
    if (browser) {
      await ensureBrowser();
      await ensureOtherBrowsers();
    }
    await clearTotals();
    return 0;
  },
};

const failedSteps = await runSteps([
  [setUp],
  ...(unit ? unitSteps : []),
  ...(browser ? browserSteps : []),
]);
const totals = await readTotals();
console.log('');
if (failedSteps.length > 0) console.log(`Failed at: ${failedSteps.join(', ')}.`);
if (totals.skipped > 0) console.log(`${totals.skipped} skipped.`);
// A step that fails before or without a failing test is a failure all the same.
const failed = failedSteps.length === 0 ? totals.failed : Math.max(1, totals.failed);
console.log(`${totals.passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
