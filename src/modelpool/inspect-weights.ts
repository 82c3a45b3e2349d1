/** One pass over the weights of a base and its experts, which finds out what only they can tell. */
import type { ClipModel } from '../clip/types';
import { mergedNames } from './judge';
import { type Reader, readSideBySide } from './side-by-side';
import type { TaskVectorFacts } from './task-vector-facts';

export interface WeightFacts {
  /** NaN or infinite weights of the base, by canonical name. */
  readonly nonFinite: Readonly<Record<string, number>>;
  /** In the order of the experts: what was measured, or why it was not. */
  readonly taskVectors: readonly PromiseSettledResult<TaskVectorFacts>[];
}

export interface InspectOptions {
  readonly signal?: AbortSignal;
  /** Is waited for before each part: what is more urgent comes first. */
  readonly turn?: () => Promise<void>;
  /** Tensors done, tensors in all. */
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Reads base and experts once, side by side, and measures the task vectors. Each expert must have been judged compatible;
 * one that cannot be read, or whose own signal aborts, is left out from there on.
 *
 * @throws what reading the base throws, and the signal's reason
 */
export async function inspectWeights(
  pretrained: ClipModel,
  experts: readonly Reader[],
  { signal, turn, onProgress }: InspectOptions = {},
): Promise<WeightFacts> {
  const names = mergedNames(pretrained);
  const nonFinite: Record<string, number> = {};
  const meters = experts.map(() => createMeter());
  const leftOut = new Map<number, unknown>();
  const leave = (expert: number, reason: unknown) => void leftOut.set(expert, reason);
  let done = 0;
  const proceed = async () => {
    await turn?.();
    signal?.throwIfAborted();
  };
  await proceed();
  for await (const part of readSideBySide(pretrained, experts, names, leave)) {
    signal?.throwIfAborted();
    const broken = countNonFinite(part.base);
    if (broken > 0) nonFinite[part.name] = (nonFinite[part.name] ?? 0) + broken;
    for (const [i, meter] of meters.entries()) {
      const tuned = part.experts[i];
      if (tuned) meter.add(part.name, part.base, tuned);
      if (tuned && part.isLast) meter.end(part.name, part.shape);
    }
    if (part.isLast) onProgress?.(++done, names.length);
    if (done < names.length) await proceed();
  }
  return {
    nonFinite,
    taskVectors: meters.map((meter, i) =>
      leftOut.has(i)
        ? { status: 'rejected', reason: leftOut.get(i) }
        : { status: 'fulfilled', value: meter.facts() },
    ),
  };
}

/** Measures one task vector, whose tensors come one after the other and in parts. */
function createMeter() {
  const perTensor: Record<string, number> = {};
  const nonFinite: Record<string, number> = {};
  const matrices = { delta: 0, base: 0 };
  const tensor = { delta: 0, base: 0 };
  let identical = true;
  return {
    add(name: string, base: Float32Array, tuned: Float32Array): void {
      const found = measure(base, tuned, tensor);
      if (found.nonFinite > 0) nonFinite[name] = (nonFinite[name] ?? 0) + found.nonFinite;
      if (found.differs) identical = false;
    },
    end(name: string, shape: readonly number[]): void {
      perTensor[name] = ratio(tensor);
      if (shape.length >= 2) {
        matrices.delta += tensor.delta;
        matrices.base += tensor.base;
      }
      tensor.delta = 0;
      tensor.base = 0;
    },
    facts: (): TaskVectorFacts => ({
      relativeNorm: ratio(matrices),
      perTensor,
      identical,
      nonFinite,
    }),
  };
}

/** Sums of squares of the task vector and of the base. */
interface Squares {
  delta: number;
  base: number;
}

/** Adds to the squares. */
function measure(base: Float32Array, tuned: Float32Array, squares: Squares) {
  let { delta: deltaSquares, base: baseSquares } = squares;
  let differs = false;
  let nonFinite = 0;
  for (let i = 0; i < base.length; i++) {
    const b = base[i] as number;
    const t = tuned[i] as number;
    const delta = t - b;
    if (delta - delta !== 0) {
      // NaN or infinite somewhere: counted where it is the expert's, left out of the norms.
      if (t - t !== 0) nonFinite++;
      differs = true;
      continue;
    }
    if (delta !== 0) differs = true;
    deltaSquares += delta * delta;
    baseSquares += b * b;
  }
  squares.delta = deltaSquares;
  squares.base = baseSquares;
  return { differs, nonFinite };
}

function countNonFinite(values: Float32Array): number {
  let count = 0;
  for (let i = 0; i < values.length; i++) {
    const x = values[i] as number;
    if (x - x !== 0) count++;
  }
  return count;
}

/** Relative size; a change of an all-zero tensor is as large as it gets. */
function ratio({ delta, base }: Squares): number {
  if (delta === 0) return 0;
  return base === 0 ? Number.POSITIVE_INFINITY : Math.sqrt(delta / base);
}
