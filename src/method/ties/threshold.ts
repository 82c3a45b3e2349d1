/**
 * TIES' trimming threshold of each expert: the k-th smallest magnitude of its whole flattened task vector, exactly, as
 * `torch.kthvalue` finds it, without ever holding that vector. Float32 magnitudes stand in the order of their bits, so
 * two passes of counting do: by the upper 16 bits, then by the lower 15 within the one bin that holds the k-th.
 */
import { elementCount } from '../../checkpoint/data-length';
import type { ModelPool } from '../../modelpool/types';
import {
  type CountBuffer,
  MAGNITUDE_HIGH_BINS,
  MAGNITUDE_LOW_BINS,
  MAGNITUDE_LOW_BITS,
} from '../../runtime/types';
import { type MakeTaskVector, passOver, withBuffers } from '../task-vectors';
import type { PassContext } from '../types';
import { locate } from './locate';

/**
 * The smallest magnitude that is kept, for each expert: a float32.
 *
 * @param threshold percent of elements to keep; a fraction where it is at most 1, as FusionBench has it
 */
export async function findThresholds(
  pool: ModelPool,
  threshold: number,
  included: (name: string) => boolean,
  makeTaskVector: MakeTaskVector,
  context: PassContext,
): Promise<number[]> {
  const length = pool.mergedNames
    .filter(included)
    .reduce(
      (sum, name) => sum + elementCount(pool.pretrained.visionTensors.get(name)?.shape ?? [0]),
      0,
    );
  const rank = rankOf(length, threshold);
  const count = (bins: number, high: readonly (number | null)[]) =>
    countAll(pool, bins, high, included, makeTaskVector, context);

  const everywhere = pool.experts.map(() => null);
  const coarse = (await count(MAGNITUDE_HIGH_BINS, everywhere)).map((bins) => locate(bins, rank));
  const fine = await count(
    MAGNITUDE_LOW_BINS,
    coarse.map(({ bin }) => bin),
  );
  return coarse.map(({ bin, before }, expert) => {
    // With nothing to trim there is no k-th value either: everything is kept.
    if (rank === 0) return 0;
    const low = locate(fine[expert] ?? new Uint32Array(), rank - before);
    return fromBits((bin << MAGNITUDE_LOW_BITS) | low.bin);
  });
}

/** Which smallest magnitude is the first to be kept, from 1; 0 where all are kept. */
export function rankOf(length: number, threshold: number): number {
  const fraction = threshold > 1 ? threshold / 100 : threshold;
  return length - Math.trunc(length * fraction);
}

async function countAll(
  pool: ModelPool,
  bins: number,
  high: readonly (number | null)[],
  included: (name: string) => boolean,
  makeTaskVector: MakeTaskVector,
  context: PassContext,
): Promise<Uint32Array[]> {
  const { backend } = context;
  const counts: CountBuffer[] = [];
  try {
    while (counts.length < high.length) counts.push(backend.allocateCounts(bins));
    await passOver(pool, included, context, (part, base) =>
      withBuffers(backend, base.length, 1, async ([delta]) => {
        if (!delta) return;
        for (const [expert, expertCounts] of counts.entries()) {
          await makeTaskVector(delta, base, part, expert);
          backend.countMagnitudes(expertCounts, delta, high[expert] ?? null);
        }
      }),
    );
    return await Promise.all(counts.map((expertCounts) => backend.readCounts(expertCounts)));
  } finally {
    for (const expertCounts of counts) backend.freeCounts(expertCounts);
  }
}

function fromBits(bits: number): number {
  return new Float32Array(Uint32Array.of(bits).buffer)[0] ?? 0;
}
