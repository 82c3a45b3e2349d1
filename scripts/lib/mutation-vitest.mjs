/** Vitest's configuration for `npm run mutation`: the project's own, kept to the tests that may notice. */
import { defineConfig } from 'vitest/config';
import own from '../../vitest.config';
import { TESTS_BELOW } from './mutated-files.mjs';

const folders = (process.env[TESTS_BELOW] ?? 'src').split(',');

export default defineConfig({
  ...own,
  test: {
    ...own.test,
    include: folders.map((folder) => `${folder}/**/*.test.{ts,tsx}`),
    // Holds a document to the text of the code, which here has every change in it.
    exclude: ['src/method/docs-example.test.ts'],
    // Stryker reports; a worker must not write the report of `npm test`.
    reporters: [{}],
  },
});
