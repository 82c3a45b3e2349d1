/** In which order images are scored, so that the score of a part says the most about the whole. */

/** Mulberry32, a small generator with 32 bits of state: uniform in [0, 1). */
function random(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Fisher-Yates, in place. */
function shuffle<T>(items: T[], next: () => number): T[] {
  for (let i = items.length - 1; i > 0; i--) {
    const j = Math.floor(next() * (i + 1));
    const item = items[i] as T;
    items[i] = items[j] as T;
    items[j] = item;
  }
  return items;
}

interface Stratum {
  readonly images: readonly number[];
  taken: number;
}

/**
 * A permutation of the images in which every prefix is stratified: of its k images, each class with n of all N images
 * has k n / N, rounded down or up. Within a class and among classes of equal claim the order is random, fixed by `seed`.
 *
 * The next image of a class may come once its share asks for a part of it and must come before it asks for more than
 * the whole; whoever's deadline is nearest goes first, which always meets all of them (Balinski and Young's quota
 * method; Steiner and Yeomans, Oper. Res. 41 (1993) 1128-1137).
 */
export function stratifiedOrder(labels: ArrayLike<number>, seed = 0): number[] {
  const next = random(seed);
  const classes = new Map<number, number[]>();
  for (let image = 0; image < labels.length; image++) {
    const label = labels[image] as number;
    const images = classes.get(label);
    if (images) images.push(image);
    else classes.set(label, [image]);
  }
  const strata: Stratum[] = [...classes.values()].map((images) => ({
    images: shuffle(images, next),
    taken: 0,
  }));
  shuffle(strata, next);

  const total = labels.length;
  const order: number[] = [];
  for (let length = 1; length <= total; length++) {
    let chosen: Stratum | undefined;
    let nearest = Number.POSITIVE_INFINITY;
    for (const stratum of strata) {
      const { images, taken } = stratum;
      // Integers throughout: whether the share exceeds what is taken, and the prefix by which one more must be.
      if (taken === images.length || length * images.length <= taken * total) continue;
      const deadline = Math.ceil(((taken + 1) * total) / images.length);
      if (deadline < nearest) {
        nearest = deadline;
        chosen = stratum;
      }
    }
    if (!chosen) throw new Error(`No class may come at place ${length} of ${total}.`);
    order.push(chosen.images[chosen.taken] as number);
    chosen.taken++;
  }
  return order;
}
