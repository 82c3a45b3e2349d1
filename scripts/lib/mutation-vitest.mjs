/** Vitest's configuration for `npm run mutation`: the project's own, kept to the tests that may notice. */
import { defineConfig } from 'vitest/config';
import own from '../../vitest.config';
import { SLOW_TESTS, TESTS_BELOW } from './mutated-files.mjs';

export default defineConfig({
  ...own,
  test: {
    ...own.test,
    include: [`${process.env[TESTS_BELOW] ?? 'src'}/**/*.test.{ts,tsx}`],
    // The first holds a document to the text of the code, which here has every change in it.
    exclude: ['src/method/docs.test.ts', ...SLOW_TESTS],
    // A change that makes a test hang is noticed sooner, without a worker that has to be started anew.
    testTimeout: 10_000,
    // Stryker reports; a worker must not write the report of `npm test`.
    reporters: [{}],
  },
});
