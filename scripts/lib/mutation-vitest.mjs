/** Vitest's configuration for `npm run mutation`: the project's own, kept to the tests that may notice. */
import { defineConfig } from 'vitest/config';
import own from '../../vitest.config';
import { ALL_TESTS, NOTICING_TESTS, SLOW_TESTS } from './mutated-files.mjs';

const globs = (process.env[NOTICING_TESTS] ?? ALL_TESTS).split(',');

/**
 * Stryker looks at tests alone, so a file that a change keeps from loading would pass: it has none. Told as an error outside of
 * tests, it is noticed.
 * @returns {import('vitest/node').Reporter}
 */
function tellWhatDoesNotLoad() {
  /** @type {import('vitest/node').Vitest | undefined} */
  let vitest;
  return {
    onInit(started) {
      vitest = started;
    },
    onTestModuleEnd(file) {
      for (const error of file.errors()) vitest?.state.catchError(error, 'Unhandled Error');
    },
  };
}

const { projects: _, ...tests } = own.test ?? {};

export default defineConfig({
  ...own,
  test: {
    ...tests,
    include: globs.map((glob) => `${glob}.test.{ts,tsx}`),
    // The first holds a document to the text of the code, which here has every change in it.
    exclude: ['src/method/docs-example.test.ts', ...SLOW_TESTS],
    // A change that makes a test hang is noticed sooner, without a worker that has to be started anew.
    testTimeout: 10_000,
    // Stryker reports; a worker must not write the report of `npm test`.
    reporters: [tellWhatDoesNotLoad()],
  },
});
