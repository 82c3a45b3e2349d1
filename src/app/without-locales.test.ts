import { afterEach, expect, it, vi } from 'vitest';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

/** As WebKitGTK under `LANG=C`: every constructor of `Intl` throws. */
function takeLocalesAway(): void {
  const refuse = function Refuse() {
    throw new RangeError('failed to initialize');
  };
  vi.stubGlobal('Intl', { NumberFormat: refuse, Segmenter: refuse, DateTimeFormat: refuse });
}

it('numbers and names are written in a browser without locales', async () => {
  takeLocalesAway();
  const { formatCount } = await import('./format');
  const { shortNames } = await import('./names/short-names');
  const { fitText } = await import('./curve/text-width');
  expect([0, 999, 1000, 1234567].map(formatCount)).toEqual(['0', '999', '1,000', '1,234,567']);
  const names = ['clip-vit-base_cars', 'clip-vit-base_cats'];
  expect([...shortNames(names).values()]).toEqual(['…cars', '…cats']);
  expect(fitText('a long name', '12px serif', 21)).toBe('a …');
});

it('counts are written as Intl writes them', async () => {
  const { formatCount } = await import('./format');
  const reference = new Intl.NumberFormat('en-US');
  for (const count of [0, 7, 12, 123, 1234, 12_345, 123_456, 1_234_567, -1234]) {
    expect(formatCount(count)).toBe(reference.format(count));
  }
});
