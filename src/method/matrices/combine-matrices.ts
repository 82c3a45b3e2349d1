/**
 * Combining a pool by methods that take matrices whole: tensors of two dimensions are one job each, and their parts are handed
 * out of its result; all others are combined part by part. Jobs go ahead of the parts by as many as are worked on at once and as
 * many again, so the most that is in memory beside `theta_0` and `S` are the task vectors of `atOnce` matrices with
 * what merging them takes, `2 atOnce` merged ones, and as many of what a method computes before.
 */
import type { ModelPool } from '../../modelpool/types';
import type { MatrixJob, MatrixWork } from '../spectral/merge-matrix';
import type { CombinePart, PlanContext } from '../types';
import { filled } from '../vision-tensor';
import { combineTensors } from '../whole-tensors';
import type { Fill } from './means';
import { matrixShape, matrixTaskVectors } from './read-matrix';

export interface MatrixMethod {
  readonly work: MatrixWork;
  /** Whether a tensor of two dimensions is merged as a matrix. */
  included(name: string): boolean;
  /** Computes what the job gets besides, before its turn: with jobs of its own, if it likes. */
  before?(name: string): Promise<Float32Array<ArrayBuffer>>;
  /** Reads what a job gets of this tensor; without it every expert's task vector. */
  read?(
    name: string,
    signal: AbortSignal,
    before: readonly Float32Array<ArrayBuffer>[],
  ): Promise<readonly Float32Array<ArrayBuffer>[]>;
  /** Of all other tensors. */
  readonly others: Fill;
}

export function combineMatrices(
  pool: ModelPool,
  { backend, matrices, signal }: PlanContext,
  { work, included, before, read, others }: MatrixMethod,
): CombinePart {
  const names = pool.mergedNames.filter((name) => included(name) && matrixShape(pool, name));
  const merge = async (name: string) => {
    const computed = before ? [await before(name)] : [];
    return matrices.run(async (): Promise<MatrixJob> => {
      const shape = matrixShape(pool, name);
      if (!shape) throw new RangeError(`${name} is no matrix`);
      const tensors = read
        ? await read(name, signal, computed)
        : await all(matrixTaskVectors(pool, name, signal));
      return { work, shape, tensors };
    }, signal);
  };
  const count = matrices.atOnce > 1 ? 2 * matrices.atOnce : 1;
  const combineMatrix = combineTensors(backend, merge, { names, count });
  const asMatrices = new Set(names);
  return (part, base) =>
    asMatrices.has(part.name)
      ? combineMatrix(part, base)
      : filled(backend, base.length, (out) => others(out, part, base));
}

async function all<T>(values: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const value of values) found.push(value);
  return found;
}
