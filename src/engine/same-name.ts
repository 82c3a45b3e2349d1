/** Task and model names are the same when they differ only in case, `_`, `-` and blanks. */
export function sameName(a: string, b: string): boolean {
  const plain = (name: string) => name.toLowerCase().replace(/[\s_-]+/g, '');
  return plain(a) === plain(b);
}
