/** The table's cases for what the merge methods are made of besides task arithmetic. Expectations are definitions. */
import type { Agreement, DropPattern, Sign } from '../types';
import { philoxDefinition } from './philox-definition';
import { anyFloats, type BackendCase, bits, changed, coarse, noise } from './values';

const f = Math.fround;
const LENGTH = 1025;

/** Numbers of experts, chances of being kept, and the ends of the range of divisors that are not subnormal. */
const DIVISORS = [1, 2, 3, 5, 7, 8, 49, 0.5, 0.1, 0.7, 1 - 2 ** -24, 2 ** -126, 1.7e-38, 3.4e38];

const EXACT = { key: [5, 6], stream: [2, 0x1234, 0x5678] } as const;
/** The number by which an element of the pattern above is dropped: with it as the limit the element stays. */
const NUMBER = numberOf(LENGTH - 1, EXACT);

const PATTERNS: readonly (DropPattern & { readonly name: string })[] = [
  { name: 'half', key: [0, 0], stream: [0, 0, 0], limit: 2 ** 23 },
  { name: 'another half', key: [7, 1], stream: [3, 0xdeadbeef, 0x12345678], limit: 2 ** 23 },
  { name: 'most', key: [0xffffffff, 0xffffffff], stream: [1, 2, 3], limit: 15_000_000 },
  { name: 'none', key: [1, 2], stream: [0, 0, 0], limit: 0 },
  { name: 'all', key: [1, 2], stream: [0, 0, 0], limit: 2 ** 24 },
  { name: 'those below one of them', ...EXACT, limit: NUMBER },
  { name: 'those up to one of them', ...EXACT, limit: NUMBER + 1 },
];

export const METHOD_CASES: readonly BackendCase[] = [
  ...[1, 0.3, -0.7, 0, -0].map(
    (weight): BackendCase => ({
      name: `adds values times ${Object.is(weight, -0) ? '-0' : weight}, or sets them`,
      async run(backend) {
        const [sum, values] = [noise(LENGTH), noise(LENGTH, 5)];
        const scaled = values.map((value) => f(f(weight) * value));
        const run = (first: boolean) =>
          changed(backend, [sum, values], (a, b) => backend.addScaled(a, b, weight, first));
        return {
          actual: [...(await run(false)), ...(await run(true))],
          expected: [...bits(sum.map((value, i) => f(value + (scaled[i] ?? 0)))), ...bits(scaled)],
        };
      },
    }),
  ),
  ...DIVISORS.map(
    (divisor): BackendCase => ({
      name: `divides by ${divisor} and rounds once, subnormal results too`,
      async run(backend) {
        const values = anyFloats(4 * LENGTH, 3);
        return {
          actual: await changed(backend, [values], (a) => backend.divide(a, divisor)),
          expected: bits(values.map((value) => f(value / f(divisor)))),
        };
      },
    }),
  ),
  {
    name: 'divides each value by its own divisor, and by 1 where that is less',
    async run(backend) {
      const values = anyFloats(LENGTH, 11);
      const divisors = values.map((_, i) => i % 9);
      return {
        actual: await changed(backend, [values, divisors], (a, b) => backend.divideEach(a, b)),
        expected: bits(values.map((value, i) => f(value / Math.max(1, i % 9)))),
      };
    },
  },
  ...[
    { name: 'of any size', selected: anyFloats(LENGTH, 1), candidate: anyFloats(LENGTH, 2) },
    { name: 'that are often equal', selected: coarse(LENGTH, 1), candidate: coarse(LENGTH, 2) },
  ].map(
    ({ name, selected, candidate }): BackendCase => ({
      name: `takes the larger of magnitudes ${name}, the later on a tie`,
      run: async (backend) => ({
        actual: await changed(backend, [selected, candidate], (a, b) => backend.takeLarger(a, b)),
        expected: bits(
          selected.map((value, i) => {
            const other = candidate[i] ?? 0;
            return Math.abs(value) > Math.abs(other) ? value : other;
          }),
        ),
      }),
    }),
  ),
  ...[0, 1e-40, 0.5, 0.75, Infinity].map(
    (threshold): BackendCase => ({
      name: `trims what is smaller than ${threshold}`,
      async run(backend) {
        const values = Float32Array.of(...coarse(LENGTH, 4), ...anyFloats(LENGTH, 4));
        const kept = values.map((value) => (Math.abs(value) >= f(threshold) ? value : 0));
        return {
          actual: await changed(backend, [values], (a) => backend.trim(a, threshold)),
          expected: bits(kept),
        };
      },
    }),
  ),
  ...(['sum', 'count', 'largest'] as const).flatMap((agreement) =>
    ([-1, 0, 1] as const).map((tie) => agreeingCase(agreement, tie)),
  ),
  ...([-1, 0, 1] as const).map(
    (tie): BackendCase => ({
      name: `gives magnitudes the sign of the total, ${tie} where that is zero`,
      async run(backend) {
        const [values, total] = [noise(LENGTH, 8).map(Math.abs), coarse(LENGTH, 9)];
        const signs = total.map((value) => Math.sign(value) || tie);
        return {
          actual: await changed(backend, [values, total], (a, b) => backend.applySign(a, b, tie)),
          expected: bits(values.map((value, i) => value * (signs[i] ?? 0))),
        };
      },
    }),
  ),
  ...PATTERNS.map(
    ({ name, ...pattern }): BackendCase => ({
      name: `drops ${name} of the elements, by the documented generator`,
      async run(backend) {
        const values = noise(LENGTH, 6);
        return {
          actual: await changed(backend, [values], (a) => backend.dropRandomly(a, pattern, 0)),
          expected: bits(values.map((value, i) => (isDropped(i, pattern) ? 0 : value))),
        };
      },
    }),
  ),
  {
    name: 'drops from the middle of a tensor what it drops of the whole',
    async run(backend) {
      const begin = 20;
      const pattern = { ...EXACT, limit: 2 ** 23 };
      const values = noise(LENGTH, 6);
      return {
        actual: await changed(backend, [values], (a) => backend.dropRandomly(a, pattern, begin)),
        expected: bits(values.map((value, i) => (isDropped(begin + i, pattern) ? 0 : value))),
      };
    },
  },
];

function agreeingCase(agreement: Agreement, tie: Sign): BackendCase {
  return {
    name: `merges what agrees with the total (${agreement}), or with ${tie} where that is zero`,
    async run(backend) {
      const [before, total] = [noise(LENGTH, 20).map(Math.abs), coarse(LENGTH, 21)];
      // Coarse values first, for zeros; then finer ones, for rounding.
      const values = coarse(LENGTH, 22).map((value, i) =>
        i % 2 === 0 ? value : (noise(LENGTH, 23)[i] ?? 0),
      );
      const contribution = {
        sum: (old: number, value: number) => f(old + value),
        count: (old: number) => f(old + 1),
        largest: (old: number, value: number) => Math.max(old, Math.abs(value)),
      }[agreement];
      return {
        actual: await changed(backend, [before, total, values], (a, b, c) =>
          backend.mergeAgreeing(a, b, c, tie, agreement),
        ),
        expected: bits(
          before.map((old, i) => {
            const [value, sum] = [values[i] ?? 0, total[i] ?? 0];
            const wantsPositive = sum > 0 || (sum === 0 && tie > 0);
            const agrees = wantsPositive ? value > 0 : value < 0;
            return agrees ? contribution(old, value) : old;
          }),
        ),
      };
    },
  };
}

function isDropped(index: number, pattern: DropPattern): boolean {
  return numberOf(index, pattern) < pattern.limit;
}

function numberOf(index: number, { key, stream }: Omit<DropPattern, 'limit'>): number {
  const words = philoxDefinition([Math.floor(index / 4), ...stream], key);
  return Math.floor((words[index % 4] ?? 0) / 256);
}
