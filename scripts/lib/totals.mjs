/** Adds up what the two test runners report in their JSON files. */
import { readFile, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { projectRoot } from './tools.mjs';

/** Where vitest and Playwright write their reports, relative to the project. Their configurations use these. */
export const reports = {
  vitest: 'test-results/vitest.json',
  together: 'test-results/playwright-together.json',
  alone: 'test-results/playwright-alone.json',
};

/** @typedef {{ passed: number, failed: number, skipped: number }} Totals */

/** Removes earlier reports, so that a runner that dies before it reports does not count with its last run. */
export async function clearTotals() {
  await Promise.all(
    Object.values(reports).map((path) => rm(resolve(projectRoot, path), { force: true })),
  );
}

/** @returns {Promise<Totals>} the sum over the reports that are there */
export async function readTotals() {
  const vitest = await readReport(reports.vitest, countVitest);
  const together = await readReport(reports.together, countPlaywright);
  const alone = await readReport(reports.alone, countPlaywright);
  return [vitest, together, alone].reduce((sum, next) => ({
    passed: sum.passed + next.passed,
    failed: sum.failed + next.failed,
    skipped: sum.skipped + next.skipped,
  }));
}

/**
 * @param {{ numPassedTests: number, numFailedTests: number, numPendingTests: number, numTodoTests: number,
 *   testResults: { status: string, assertionResults: unknown[] }[] }} report
 * @returns {Totals}
 */
function countVitest(report) {
  // A file that cannot even be loaded holds no test that could fail.
  const broken = report.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  );
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + broken.length,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

/**
 * @param {{ stats: { expected: number, unexpected: number, flaky: number, skipped: number }, errors: unknown[] }} report
 * @returns {Totals}
 */
function countPlaywright({ stats, errors }) {
  return {
    passed: stats.expected,
    failed: stats.unexpected + stats.flaky + errors.length,
    skipped: stats.skipped,
  };
}

/**
 * @template Report
 * @param {string} path
 * @param {(report: Report) => Totals} count
 * @returns {Promise<Totals>}
 */
async function readReport(path, count) {
  try {
    return count(JSON.parse(await readFile(resolve(projectRoot, path), 'utf8')));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
      return { passed: 0, failed: 0, skipped: 0 };
    throw error;
  }
}
