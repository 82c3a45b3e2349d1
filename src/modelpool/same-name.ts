/** Task and model names are the same when they differ only in case, `_`, `-`, `/` and blanks. */
export function sameName(a: string, b: string): boolean {
  const plain = (name: string) => wordsOf(name).join('');
  return plain(a) === plain(b);
}

/**
 * The place of the name that is meant by `wanted`: the same, or else the only one whose last words are it, as
 * `clip-vit-base-patch32_sun397` is meant by `sun397`. -1 where there is none, or where two end so.
 */
export function namedPlace(wanted: string, names: readonly string[]): number {
  const same = names.findIndex((name) => sameName(name, wanted));
  if (same >= 0) return same;
  const ending = names.flatMap((name, place) => (endsWithWords(name, wanted) ? [place] : []));
  const [only = -1] = ending;
  return ending.length === 1 ? only : -1;
}

function endsWithWords(name: string, wanted: string): boolean {
  const words = wordsOf(name);
  const text = wordsOf(wanted).join('');
  // A word of the name may be two of the wanted one, and the other way round.
  return text !== '' && words.some((_, i) => i > 0 && words.slice(i).join('') === text);
}

function wordsOf(name: string): string[] {
  return name
    .toLowerCase()
    .split(/[\s_/-]+/)
    .filter((word) => word !== '');
}
