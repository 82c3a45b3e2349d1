/**
 * The start-up self-test of a backend's float32 arithmetic. WGSL promises neither a rounding mode nor that nothing is
 * fused, reassociated or flushed to zero (WGSL, "Floating Point Evaluation"), so each is probed against the CPU
 * reference, bit for bit. Where a probe differs the page says so and downloads are computed on the CPU.
 */
import { createReferenceBackend } from './cpu/reference';
import type { Exactness, TensorBackend } from './types';

/** One multiply-add each, chosen so that one particular liberty of the driver changes the bits. */
interface Probe {
  readonly liberty:
    | 'fuses multiply and add'
    | 'reassociates sums'
    | 'flushes subnormals'
    | 'rounds otherwise';
  readonly base: number;
  readonly tuned: readonly number[];
  readonly scalingFactor: number;
}

const EPSILON_12 = 2 ** -12;

const PROBES: readonly Probe[] = [
  // (1 + 2^-12)^2 - (1 + 2^-11) is 0 when the product is rounded and 2^-24 when it is fused.
  {
    liberty: 'fuses multiply and add',
    base: -(1 + 2 * EPSILON_12),
    tuned: [-(1 + 2 * EPSILON_12) + (1 + EPSILON_12)],
    scalingFactor: 1 + EPSILON_12,
  },
  // (1e8 - 0) + (1 - 0) + (-1e8 - 0) is 0 from left to right and 1 in any other order.
  { liberty: 'reassociates sums', base: 0, tuned: [1e8, 1, -1e8], scalingFactor: 1 },
  // (x + b) - b must not be simplified to x.
  {
    liberty: 'reassociates sums',
    base: 16_777_216,
    tuned: [16_777_218, 16_777_214],
    scalingFactor: 0.3,
  },
  { liberty: 'flushes subnormals', base: 0, tuned: [1e-40], scalingFactor: 1 },
  { liberty: 'flushes subnormals', base: 1e-38, tuned: [2.5e-38], scalingFactor: 0.3 },
  { liberty: 'flushes subnormals', base: 1.4e-45, tuned: [1.4e-45], scalingFactor: 0.5 },
];

/** Elements of the pseudo-random part: enough for every rounding case of the three operations to come up. */
const RANDOM_ELEMENTS = 16_384;

/** Runs every probe and a pseudo-random merge on `backend` and on the CPU reference and compares the bits. */
export async function testExactness(backend: TensorBackend): Promise<Exactness> {
  if (backend.kind === 'cpu') {
    return {
      exact: true,
      detail: 'The CPU engine is the reference: every operation rounds to float32.',
    };
  }
  const found = new Set<string>();
  for (const probe of PROBES) {
    const inputs = { base: [probe.base], tuned: probe.tuned.map((value) => [value]) };
    if (!(await sameBits(backend, inputs, probe.scalingFactor, 1))) found.add(probe.liberty);
  }
  const random = pseudoRandomWeights();
  for (const scalingFactor of [0.3, 0.7, 1.37]) {
    if (!(await sameBits(backend, random, scalingFactor, 0.9))) found.add('rounds otherwise');
  }
  if (found.size === 0) {
    return {
      exact: true,
      detail: 'Bit-exact: this GPU gave the bits of the CPU reference in every probe.',
    };
  }
  return {
    exact: false,
    detail: `Not bit-exact: this GPU ${[...found].join(', ')}. Scores are unaffected in practice; downloads are computed on the CPU.`,
  };
}

interface MergeInputs {
  readonly base: readonly number[];
  readonly tuned: readonly (readonly number[])[];
}

async function sameBits(
  backend: TensorBackend,
  inputs: MergeInputs,
  scalingFactor: number,
  weight: number,
): Promise<boolean> {
  const [expected, actual] = await Promise.all([
    merge(createReferenceBackend(), inputs, scalingFactor, weight),
    merge(backend, inputs, scalingFactor, weight),
  ]);
  return expected.every((bits, i) => bits === actual[i]);
}

async function merge(
  backend: TensorBackend,
  inputs: MergeInputs,
  scalingFactor: number,
  weight: number,
): Promise<Uint32Array> {
  const base = backend.upload(new Float32Array(inputs.base));
  const sum = backend.allocate(base.length);
  const out = backend.allocate(base.length);
  const experts = inputs.tuned.map((values) => backend.upload(new Float32Array(values)));
  for (const [i, expert] of experts.entries())
    backend.accumulate(sum, base, expert, weight, i === 0);
  backend.scaleAndAdd(out, base, sum, scalingFactor);
  const merged = await backend.read(out);
  for (const buffer of [base, sum, out, ...experts]) backend.free(buffer);
  return new Uint32Array(merged.buffer);
}

/** Weights like a tower's (around 0.02) with task vectors like an expert's (around 0.001), the same at every start. */
function pseudoRandomWeights(): MergeInputs {
  let seed = 0x9e3779b9;
  const uniform = () => {
    // Numerical Recipes' linear congruential generator: reproducible, and good enough to exercise rounding.
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return seed / 2 ** 31 - 1;
  };
  const base = Array.from({ length: RANDOM_ELEMENTS }, () => Math.fround(0.05 * uniform()));
  const tuned = Array.from({ length: 3 }, () =>
    base.map((value) => Math.fround(value + 0.002 * uniform())),
  );
  return { base, tuned };
}
