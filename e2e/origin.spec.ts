import { openStudio } from './support/studio';
import { expect, test } from './support/test';

test('the page loads under its policy and talks to nobody else', async ({ page, request }) => {
  const response = await openStudio(page);
  const policy = response?.headers()['content-security-policy'] ?? '';
  expect(policy).toContain("connect-src 'self';");
  expect(policy).not.toMatch(/'unsafe-(eval|inline)'/);

  // The page fixture adds the rest: no request off the origin, no violation, no error on the console.
  const icon = await page.locator('link[rel=icon]').getAttribute('href');
  const served = await request.get(new URL(icon ?? '', page.url()).href);
  expect(served.status()).toBe(200);
  expect(served.headers()['content-type']).toContain('image/svg+xml');
});

test('the page is cross-origin isolated, so that wasm may use threads', async ({ page }) => {
  await openStudio(page);
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
});
