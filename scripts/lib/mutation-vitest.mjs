/** Vitest's configuration for `npm run mutation`: the project's own, kept to the tests that may notice. */
import { defineConfig } from 'vitest/config';
import own from '../../vitest.config';
import { TESTS_BELOW } from './mutated-files.mjs';

export default defineConfig({
  ...own,
  test: {
    ...own.test,
    include: [`${process.env[TESTS_BELOW] ?? 'src'}/**/*.test.{ts,tsx}`],
    // Stryker reports; a worker must not write the report of `npm test`.
    reporters: [{}],
  },
});
