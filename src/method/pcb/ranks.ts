/**
 * Elements of certain ranks among very many float32 numbers, exactly, without ever holding them: such numbers, their signs
 * turned, stand in the order of their bits, so two passes of counting do, by the upper 16 bits and then by the lower 16 within the
 * few bins that hold what is looked for.
 */

/** Shows all numbers of every list, piece by piece and in any order, the same at every call. */
export type ShowAll = (see: (list: number, values: Float32Array) => void) => Promise<void>;

const BINS = 1 << 16;

/**
 * @param ranks from 0, the smallest, all below the length of the lists
 * @returns for each list the elements of these ranks
 */
export async function elementsOfRanks(
  show: ShowAll,
  lists: number,
  ranks: readonly number[],
): Promise<number[][]> {
  const coarse = Array.from({ length: lists }, () => new Uint32Array(BINS));
  await show((list, values) => {
    const counts = coarse[list] as Uint32Array;
    const bits = bitsOf(values);
    for (let i = 0; i < bits.length; i++) {
      const bin = orderOf(bits[i] as number) >>> 16;
      counts[bin] = (counts[bin] as number) + 1;
    }
  });
  const found = coarse.map((counts) => ranks.map((rank) => locate(counts, rank)));
  const fine = found.map(
    (places) => new Map(places.map(({ bin }) => [bin, new Uint32Array(BINS)])),
  );
  await show((list, values) => {
    const bits = bitsOf(values);
    for (const [bin, counts] of fine[list] ?? []) {
      for (let i = 0; i < bits.length; i++) {
        const order = orderOf(bits[i] as number);
        if (order >>> 16 !== bin) continue;
        const low = order & (BINS - 1);
        counts[low] = (counts[low] as number) + 1;
      }
    }
  });
  return found.map((places, list) =>
    places.map(({ bin, left }) => {
      const low = locate(fine[list]?.get(bin) ?? new Uint32Array(BINS), left);
      return fromOrder(bin * BINS + low.bin);
    }),
  );
}

function bitsOf({ buffer, byteOffset, length }: Float32Array): Uint32Array {
  return new Uint32Array(buffer, byteOffset, length);
}

/** The place of a float32 among all, by its bits. */
function orderOf(bits: number): number {
  return (bits & 0x80000000 ? ~bits : bits | 0x80000000) >>> 0;
}

function fromOrder(order: number): number {
  const bits = order & 0x80000000 ? order & 0x7fffffff : ~order;
  return new Float32Array(Uint32Array.of(bits >>> 0).buffer)[0] as number;
}

/** The bin in which the element of this rank lies, and its rank there. */
function locate(
  counts: Uint32Array,
  rank: number,
): { readonly bin: number; readonly left: number } {
  let left = rank;
  for (let bin = 0; bin < counts.length; bin++) {
    const count = counts[bin] as number;
    if (left < count) return { bin, left };
    left -= count;
  }
  throw new RangeError(`there is no element of rank ${rank}`);
}
