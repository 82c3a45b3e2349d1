import { expect, it } from 'vitest';
import { equalBytes } from './equal-bytes.mjs';

const part = (values: number[]) => new Float32Array([9, ...values, 9]).subarray(1, -1);

it('knows typed arrays that hold the same bytes, wherever they lie', () => {
  expect(equalBytes(part([1, Number.NaN]), new Float32Array([1, Number.NaN]))).toBe(true);
  expect(equalBytes(new Float32Array(), new Float32Array())).toBe(true);
});

it.each([
  ['another value', part([1, 2]), part([1, 3])],
  ['another length', part([1, 2]), part([1])],
  ['another type', new Float32Array([1]), new Uint32Array(new Float32Array([1]).buffer)],
  ['another zero', part([0]), part([-0])],
  ['no typed arrays', [1], [1]],
])('leaves %s to vitest', (_, a: unknown, b: unknown) => {
  expect(equalBytes(a, b)).toBeUndefined();
});

it('leaves it a failure to expect other values, anywhere in them', () => {
  const values = new Float32Array(1000);
  const other = values.slice();
  other[999] = 1e-45;
  expect({ values: other }).not.toEqual({ values });
  expect({ values: values.slice() }).toEqual({ values });
  expect(other).not.toStrictEqual(values);
});
