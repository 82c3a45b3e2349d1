/** Timing two programs in turn, so that what else the machine does meets both alike, and what is made of it. */

export interface Seconds {
  readonly wall: number;
  /** Of all processors together, user and system: other programs change it least. */
  readonly processor: number;
}

export interface Pair {
  readonly ours: Seconds;
  readonly theirs: Seconds;
}

/** Ours, theirs, ours, theirs, ... */
export async function alternate(
  times: number,
  ours: () => Promise<Seconds>,
  theirs: () => Promise<Seconds>,
): Promise<Pair[]> {
  const pairs: Pair[] = [];
  for (let i = 0; i < times; i++) pairs.push({ ours: await ours(), theirs: await theirs() });
  return pairs;
}

/** `median (lowest to highest)` of seconds, and of their ratio turn by turn. */
export function tellPairs(title: string, pairs: readonly Pair[], wanted: number): void {
  for (const kind of ['wall', 'processor'] as const) {
    const of = (pick: (pair: Pair) => number) => spread(pairs.map(pick));
    const ratio = of((pair) => pair.ours[kind] / pair.theirs[kind]);
    console.log(
      `${title}, ${kind}: ${of((pair) => pair.ours[kind])} s against ${of((pair) => pair.theirs[kind])} s, ratio ${ratio} (wanted: at most ${wanted})`,
    );
  }
}

export function spread(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (place: number) => (sorted[place] ?? Number.NaN).toFixed(2);
  return `${at(sorted.length >> 1)} (${at(0)} to ${at(sorted.length - 1)})`;
}
