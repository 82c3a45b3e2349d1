/**
 * What stands in the page's address by itself: the scaling factor, as `#lambda=0.7`, and `#demo=off` to open the page
 * without the demo. No file name, model or task goes into it but in a link that the user copies (`link.ts`).
 */

const KEY = 'lambda';

/** The scaling factor that a location hash carries (with or without `#`), or null if it carries no finite number. */
export function readScalingFactor(hash: string): number | null {
  const text = new URLSearchParams(hash.replace(/^#/, '')).get(KEY)?.trim() ?? '';
  return parseNumber(text);
}

/** The hash that carries this scaling factor; whatever else stood in the old hash stays. */
export function writeScalingFactor(hash: string, value: number): string {
  const parameters = new URLSearchParams(hash.replace(/^#/, ''));
  parameters.set(KEY, String(value));
  return `#${parameters.toString()}`;
}

/** False where the hash asks for a page without the demo. */
export function wantsDemo(hash: string): boolean {
  return new URLSearchParams(hash.replace(/^#/, '')).get('demo') !== 'off';
}

/** A finite decimal number as people type it, or null. `0x10`, `Infinity` and the empty text are none. */
export function parseNumber(text: string): number | null {
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text.trim())) return null;
  const value = Number(text);
  return Number.isFinite(value) ? value : null;
}
