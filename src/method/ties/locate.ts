/** The bin in which the element of this rank (from 1) lies, and how many elements lie in the bins before it. */
export function locate(
  bins: Uint32Array,
  rank: number,
): { readonly bin: number; readonly before: number } {
  let before = 0;
  for (let bin = 0; bin < bins.length; bin++) {
    const here = bins[bin] ?? 0;
    if (before + here >= rank) return { bin, before };
    before += here;
  }
  return { bin: Math.max(0, bins.length - 1), before };
}
