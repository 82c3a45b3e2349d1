/** Places for the names at the ends of lines, so that no two of them lie over each other. Pure. */

export interface Labelled {
  /** Where the line ends, in pixels from the top. */
  readonly y: number;
  /** Those of more weight keep their names where there is no room for all. */
  readonly weight: number;
}

export interface PlacedLabel<T> {
  readonly item: T;
  /** Middle of the name. */
  readonly y: number;
}

/**
 * Names from top to bottom in the order of their lines, `gap` apart at least, between `top` and `bottom`, each as near to its
 * line as the others let it. Where not all fit, the lightest are left out.
 */
export function placeLabels<T extends Labelled>(
  items: readonly T[],
  gap: number,
  top: number,
  bottom: number,
): PlacedLabel<T>[] {
  const room = Math.max(0, Math.floor((bottom - top) / gap + 1e-9) + 1);
  const kept = items
    .map((item, index) => ({ item, index }))
    .sort((a, b) => b.item.weight - a.item.weight || a.index - b.index)
    .slice(0, room)
    .map(({ item }) => item)
    .sort((a, b) => a.y - b.y);
  const places: number[] = [];
  for (const { y } of kept) {
    const above = places.at(-1);
    places.push(
      Math.max(Math.min(Math.max(y, top), bottom), above === undefined ? top : above + gap),
    );
  }
  // What was pushed out at the bottom pushes back.
  let below = bottom + gap;
  for (let i = places.length - 1; i >= 0; i--) {
    below = Math.min(places[i] ?? below, below - gap);
    places[i] = below;
  }
  return kept.map((item, i) => ({ item, y: places[i] ?? item.y }));
}
