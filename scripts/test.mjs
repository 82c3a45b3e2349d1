/**
 * `npm test [-- --unit | --browser] [files]`: installs what is missing, a browser included, then type-checks, lints, runs
 * the unit tests, builds and runs the browser tests, up to the first failure. The last line is the sum of all tests.
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

/** @type {Step[]} */
const unitSteps = [
  { name: 'type-check', run: () => runTool('tsc', ['--noEmit']) },
  { name: 'lint', run: () => runTool('biome', ['check', '.']) },
  {
    name: 'lint of the arrows between rooms',
    run: () => runTool('depcruise', ['src', '--config', '.dependency-cruiser.mjs']),
  },
  { name: 'unit tests', run: () => runTool('vitest', ['run', ...files]) },
];

/** @type {Step[]} */
const browserSteps = [
  { name: 'build', run: () => runTool('vite', ['build', '--logLevel', 'warn']) },
  {
    name: 'build of the test pages',
    run: () => runTool('vite', ['build', '--mode', 'e2e', '--logLevel', 'warn']),
  },
  { name: 'browser tests', run: () => runPlaywright('together') },
  { name: 'browser tests that have the machine for themselves', run: () => runPlaywright('alone') },
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
 * @param {Step[]} steps
 * @returns {Promise<string | undefined>} the name of the step that failed
 */
async function runSteps(steps) {
  for (const step of steps) {
    console.log(`\n== ${step.name}`);
    const begin = Date.now();
    const code = await step.run().catch((/** @type {unknown} */ error) => {
      console.error(error instanceof Error ? error.message : error);
      return 1;
    });
    if (code !== 0) return step.name;
    console.log(`== ${step.name}: done in ${Math.round((Date.now() - begin) / 1000)} s`);
  }
  return undefined;
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

const failedStep = await runSteps([
  setUp,
  ...(unit ? unitSteps : []),
  ...(browser ? browserSteps : []),
]);
const totals = await readTotals();
console.log('');
if (failedStep !== undefined) console.log(`Failed at: ${failedStep}.`);
if (totals.skipped > 0) console.log(`${totals.skipped} skipped.`);
// A step that fails before or without a failing test is a failure all the same.
const failed = failedStep === undefined ? totals.failed : Math.max(1, totals.failed);
console.log(`${totals.passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
