import { type HashOptions, hashBlob } from './hash-blob';
import type { NamedBlob } from './types';
export function weightsSha256(
  files: readonly NamedBlob[],
  options: HashOptions = {},
): Promise<string> {
  return hashBlob(
    new Blob(files.filter(({ name }) => !/\.(json|txt)$/.test(name)).map(({ blob }) => blob)),
    options,
  );
}
