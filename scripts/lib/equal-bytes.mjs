/** For every unit test: `toEqual` of two typed arrays that hold the same bytes is one comparison, not one per element. */
import { expect } from 'vitest';

/**
 * @param {unknown} a
 * @param {unknown} b
 * @returns {true | undefined} true where both are of one type and hold the same bytes; otherwise vitest itself judges, and
 *   says where they differ (it also takes two NaN of different bits for equal)
 */
export function equalBytes(a, b) {
  if (!ArrayBuffer.isView(a) || !ArrayBuffer.isView(b)) return undefined;
  if (a.constructor !== b.constructor || a.byteLength !== b.byteLength) return undefined;
  const bytesOf = (/** @type {ArrayBufferView} */ view) =>
    Buffer.from(view.buffer, view.byteOffset, view.byteLength);
  return bytesOf(a).equals(bytesOf(b)) ? true : undefined;
}

expect.addEqualityTesters([equalBytes]);
