/** Wasm memory of a fixed size, given out in pieces: it never grows, so no view of it is ever detached. */

/** Pieces begin at whole cache lines. */
const ALIGNMENT = 64;

export interface Arena {
  /** Null where there is no room; the contents are what was left there. */
  take(bytes: number): number | null;
  give(pointer: number): void;
}

/** First fit over bytes `begin` to `end`. */
export function createArena(begin: number, end: number): Arena {
  /** In the order of their places, never two that touch. */
  let gaps: { begin: number; end: number }[] = [{ begin, end }];
  const taken = new Map<number, number>();
  return {
    take(bytes) {
      const size = Math.max(1, Math.ceil(bytes / ALIGNMENT)) * ALIGNMENT;
      const gap = gaps.find((one) => one.end - one.begin >= size);
      if (!gap) return null;
      const pointer = gap.begin;
      gap.begin += size;
      gaps = gaps.filter((one) => one.begin < one.end);
      taken.set(pointer, size);
      return pointer;
    },
    give(pointer) {
      const size = taken.get(pointer);
      if (size === undefined) throw new RangeError('this piece of memory was not taken');
      taken.delete(pointer);
      const all = [...gaps, { begin: pointer, end: pointer + size }];
      gaps = [];
      for (const gap of all.sort((a, b) => a.begin - b.begin)) {
        const last = gaps.at(-1);
        if (last?.end === gap.begin) last.end = gap.end;
        else gaps.push(gap);
      }
    },
  };
}
