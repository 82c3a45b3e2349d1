/** Playwright's `test` whose `page` fails the test when the page misbehaves, whatever else the test looks at. */
import { test as base, expect } from '@playwright/test';
import { testServerReports, watchPage } from './watch';

export { expect };

interface Options {
  /** Problems a test provokes on purpose, by their line; see `PageWatch.problems`. */
  expectedProblems: RegExp[];
}

export const test = base.extend<Options>({
  expectedProblems: [[], { option: true }],
  page: async ({ page, request, baseURL, expectedProblems }, use) => {
    const watch = await watchPage(page, new URL(baseURL ?? '').origin, testServerReports(request));
    await use(page);
    const problems = await watch.problems();
    expect(
      problems.filter((line) => !expectedProblems.some((expected) => expected.test(line))),
      'the page misbehaved',
    ).toEqual([]);
  },
});
