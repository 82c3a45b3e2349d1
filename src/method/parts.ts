/**
 * How every method goes through a pool: part by part, a part being so many elements of one tensor as the backend works on at
 * a time. While one part is computed others are read; what becomes of an element does not depend on that.
 */
import { elementCount } from '../checkpoint/data-length';
import type { ClipModel } from '../clip/types';
import type { ModelPool } from '../modelpool/types';
import type { TensorBackend } from '../runtime/types';
import type { Part, PassContext } from './types';

/** The parts of one tensor, in their order. A tensor that some model can only read whole is one part. */
export function partsOf(
  { pretrained, experts }: ModelPool,
  name: string,
  { parts }: TensorBackend,
): Part[] {
  const models: ClipModel[] = [pretrained, ...experts.map(({ model }) => model)];
  const sources = models.map(({ visionTensors }) => visionTensors.get(name));
  const tensorLength = elementCount(pretrained.visionTensors.get(name)?.shape ?? [0]);
  const isDivisible = sources.every((source) => source === undefined || source.readInto);
  const step = isDivisible ? parts.length : Number.POSITIVE_INFINITY;
  const found: Part[] = [];
  let begin = 0;
  do {
    const length = Math.min(step, tensorLength - begin);
    found.push({ name, begin, length, tensorLength });
    begin += length;
  } while (begin < tensorLength);
  return found;
}

/**
 * One pass over the pool. Parts are begun in their order, several at once; tensors that are not `included` are passed over.
 * Where a visit fails, or the work is cancelled, no other is begun, and those that were are waited for.
 */
export async function visitParts(
  pool: ModelPool,
  included: (name: string) => boolean,
  { backend, visited }: PassContext,
  visit: (part: Part) => Promise<void>,
): Promise<void> {
  const parts = eachPart(pool, included, backend);
  let isStopped = false;
  const work = async (): Promise<void> => {
    for (const { part, finished } of parts) {
      if (isStopped) return;
      try {
        if (part) {
          await visit(part);
          // Waiting here keeps a GPU's queue from piling up parts that are done with.
          await backend.settled();
        }
        if (finished() && !isStopped) visited();
      } catch (error) {
        isStopped = true;
        throw error;
      }
    }
  };
  const { atOnce } = backend.parts;
  const outcomes = await Promise.allSettled(Array.from({ length: atOnce }, work));
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
}

interface Step {
  /** Null for a tensor that is passed over. */
  readonly part: Part | null;
  /** To be called when the part is done; true for the last of its tensor. */
  finished(): boolean;
}

function* eachPart(
  pool: ModelPool,
  included: (name: string) => boolean,
  backend: TensorBackend,
): Generator<Step, void, undefined> {
  for (const name of pool.mergedNames) {
    const parts = included(name) ? partsOf(pool, name, backend) : [null];
    let left = parts.length;
    const finished = () => --left === 0;
    for (const part of parts) yield { part, finished };
  }
}

/** What follows from a whole tensor: found once for all of its parts, and let go when the last of them has it. */
export interface TensorResults<T> {
  of(part: Part): Promise<T>;
  /** Finds it before a part asks for it. */
  begin(name: string): void;
}

export function tensorResults<T>(find: (name: string) => Promise<T>): TensorResults<T> {
  const found = new Map<string, { readonly result: Promise<T>; handedOut: number }>();
  const known = (name: string) => {
    const there = found.get(name);
    if (there) return there;
    const result = find(name);
    // Told to the parts that ask for it, if any do.
    result.catch(() => undefined);
    const begun = { result, handedOut: 0 };
    found.set(name, begun);
    return begun;
  };
  return {
    of({ name, length, tensorLength }) {
      const one = known(name);
      one.handedOut += length;
      if (one.handedOut >= tensorLength) found.delete(name);
      return one.result;
    },
    begin: (name) => void known(name),
  };
}

/** What follows from a whole tensor, found when the first of its parts asks for it. */
export function oncePerTensor<T>(find: (name: string) => Promise<T>): (part: Part) => Promise<T> {
  return tensorResults(find).of;
}
