/** Playwright's `test` without its page: for browsers that it does not drive. */
export { expect, test } from '@playwright/test';
