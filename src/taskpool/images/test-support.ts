/** Test support: drops made of one real picture. */
import { readFileSync } from 'node:fs';
import { zipSync } from 'fflate';
import type { NamedBlob } from '../../checkpoint/types';
import { FormatError } from '../../errors';
import { readImageSet } from './read-image-set';

export const FIXTURES = new URL('../../../reference/fixtures/', import.meta.url);

/** A real picture; what is in it does not matter here. */
export const PNG = new Uint8Array(readFileSync(new URL('images/files/1x1.png', FIXTURES)));

export function drop(
  paths: readonly string[],
  texts: Readonly<Record<string, string>> = {},
): NamedBlob<Blob>[] {
  const pictures = paths.map((name) => ({ name, blob: new Blob([PNG]) }));
  const others = Object.entries(texts).map(([name, text]) => ({ name, blob: new Blob([text]) }));
  return [...pictures, ...others];
}

export function zip(name: string, files: readonly string[], level: 0 | 6 = 0): NamedBlob<Blob> {
  const content = Object.fromEntries(files.map((file) => [file, PNG]));
  return { name, blob: new Blob([zipSync(content, { level }) as Uint8Array<ArrayBuffer>]) };
}

export async function refusal(files: readonly NamedBlob<Blob>[]): Promise<FormatError> {
  const thrown = await readImageSet(files).then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(thrown instanceof FormatError)) throw new Error(`not refused: ${String(thrown)}`);
  return thrown;
}

/** Task names, and `label name` of each picture. */
export function outline({ tasks }: Awaited<ReturnType<typeof readImageSet>>) {
  return tasks.map(({ name, classnames, images }) => ({
    name,
    classnames,
    images: images.map((image) => `${image.label} ${image.name}`),
  }));
}

export const ANIMALS = ['animals/dog/2.png', 'animals/cat/b.png', 'animals/cat/a.png'];
export const ANIMALS_TASK = {
  name: 'animals',
  classnames: ['cat', 'dog'],
  images: ['0 cat/a.png', '0 cat/b.png', '1 dog/2.png'],
};
export const PLANTS = ['plants/oak/1.png', 'plants/elm/1.png'];
export const PLANTS_TASK = {
  name: 'plants',
  classnames: ['elm', 'oak'],
  images: ['0 elm/1.png', '1 oak/1.png'],
};
