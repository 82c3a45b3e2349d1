/**
 * What only the weights can tell about an expert: how large its task vector is against the base (a fine-tune stays
 * close, another pretraining does not), whether it is a copy of the base, and whether numbers are broken. One pass
 * over both files, one tensor at a time.
 */
import { readFloat32 } from '../checkpoint/dtype';
import type { ClipModel } from '../clip/types';
import { mergedNames } from './judge';
import type { Finding } from './types';

export type TaskVectorFacts = {
  /** `‖theta_i - theta_0‖ / ‖theta_0‖` over all matrices of the vision tower (norms and biases are alike in any CLIP). */
  readonly relativeNorm: number;
  /** The same per merged tensor, by canonical name. */
  readonly perTensor: Readonly<Record<string, number>>;
  /** True when every weight equals the base's. */
  readonly identical: boolean;
  /** NaN or infinite weights of the expert, by canonical name. */
  readonly nonFinite: Readonly<Record<string, number>>;
};

/**
 * A relative norm above this is no fine-tune of this base: two CLIPs of independent training are at about the square
 * root of 2, while fine-tunes stay well below a half even at learning rates of 1e-4 on small models.
 */
export const IMPLAUSIBLE_RELATIVE_NORM = 0.7;

export interface InspectOptions {
  readonly signal?: AbortSignal;
  /** Tensors done, tensors in all. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** Reads base and expert once and measures the task vector. The two must have been judged compatible. */
export async function inspectTaskVector(
  pretrained: ClipModel,
  expert: ClipModel,
  { signal, onProgress }: InspectOptions = {},
): Promise<TaskVectorFacts> {
  const names = mergedNames(pretrained);
  const perTensor: Record<string, number> = {};
  const nonFinite: Record<string, number> = {};
  let deltaSquares = 0;
  let baseSquares = 0;
  let identical = true;
  for (const [i, name] of names.entries()) {
    signal?.throwIfAborted();
    const base = pretrained.visionTensors.get(name);
    const tuned = expert.visionTensors.get(name);
    if (!base || !tuned) continue;
    const [theta, other] = await Promise.all([readFloat32(base), readFloat32(tuned)]);
    const facts = measure(theta, other);
    perTensor[name] = ratio(facts.deltaSquares, facts.baseSquares);
    if (facts.nonFinite > 0) nonFinite[name] = facts.nonFinite;
    if (facts.differing > 0) identical = false;
    if (base.shape.length >= 2) {
      deltaSquares += facts.deltaSquares;
      baseSquares += facts.baseSquares;
    }
    onProgress?.(i + 1, names.length);
  }
  return { relativeNorm: ratio(deltaSquares, baseSquares), perTensor, identical, nonFinite };
}

/** Counts NaN and infinite weights of one model, by canonical name. */
export async function findNonFinite(
  model: ClipModel,
  { signal }: InspectOptions = {},
): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const name of mergedNames(model)) {
    signal?.throwIfAborted();
    const tensor = model.visionTensors.get(name);
    if (!tensor) continue;
    const count = (await readFloat32(tensor)).reduce((n, x) => (Number.isFinite(x) ? n : n + 1), 0);
    if (count > 0) found[name] = count;
  }
  return found;
}

/** What to tell people about these facts. */
export function judgeFacts(pretrained: string, expert: string, facts: TaskVectorFacts): Finding[] {
  const broken = nonFiniteFinding(expert, facts.nonFinite);
  if (broken) return [broken];
  if (facts.identical) {
    return [
      {
        severity: 'warning',
        subject: expert,
        message: `${expert} is identical to ${pretrained}: its task vector is zero and changes nothing. Was the same file added twice?`,
        details: [],
      },
    ];
  }
  if (facts.relativeNorm <= IMPLAUSIBLE_RELATIVE_NORM) return [];
  const largest = Object.entries(facts.perTensor)
    .sort(([, a], [, b]) => b - a)
    .slice(0, 5);
  return [
    {
      severity: 'warning',
      subject: expert,
      message: `${pretrained} is probably not the base of ${expert}: the task vector is ${percent(facts.relativeNorm)} of the base's own size, where fine-tuning moves a few percent. Choose the model it was fine-tuned from.`,
      details: largest.map(([name, value]) => `${name}: ${percent(value)}`),
    },
  ];
}

/** The finding for broken weights, or undefined where there are none. */
export function nonFiniteFinding(
  model: string,
  nonFinite: Readonly<Record<string, number>>,
): Finding | undefined {
  const details = Object.entries(nonFinite).map(([name, count]) => `${name}: ${count} values`);
  if (details.length === 0) return undefined;
  return {
    severity: 'error',
    subject: model,
    message: `${model} has NaN or infinite weights in ${details.length} tensors; a merge would spread them. Exclude it, or save it again from the training run.`,
    details,
  };
}

function measure(base: Float32Array, tuned: Float32Array) {
  let deltaSquares = 0;
  let baseSquares = 0;
  let differing = 0;
  let nonFinite = 0;
  for (let i = 0; i < base.length; i++) {
    const b = base[i] as number;
    const t = tuned[i] as number;
    const delta = t - b;
    if (delta - delta !== 0) {
      // NaN or infinite somewhere: counted where it is the expert's, left out of the norms.
      if (!Number.isFinite(t)) nonFinite++;
      differing++;
      continue;
    }
    if (delta !== 0) differing++;
    deltaSquares += delta * delta;
    baseSquares += b * b;
  }
  return { deltaSquares, baseSquares, differing, nonFinite };
}

/** Relative size; a change of an all-zero tensor is as large as it gets. */
function ratio(deltaSquares: number, baseSquares: number): number {
  if (deltaSquares === 0) return 0;
  return baseSquares === 0 ? Number.POSITIVE_INFINITY : Math.sqrt(deltaSquares / baseSquares);
}

function percent(value: number): string {
  return Number.isFinite(value)
    ? `${(100 * value).toFixed(value < 0.1 ? 1 : 0)} %`
    : 'infinitely more';
}
