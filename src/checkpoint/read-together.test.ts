import { describe, expect, it, vi } from 'vitest';
import { encodeFloat32, readFloat32 } from './dtype';
import { readRun, runsOf } from './read-together';
import { encodeSafetensors, type WritableTensor } from './safetensors/encode-safetensors';
import { openSafetensors } from './safetensors/open-safetensors';
import type { NamedBlob, TensorSource } from './types';

/** Two of them are more than is read as one file anyway. */
const LENGTH = 3 * 2 ** 19 + 1;

function values(seed: number): Float32Array<ArrayBuffer> {
  const made = new Float32Array(LENGTH);
  for (let i = 0; i < LENGTH; i++) made[i] = ((i * 7919 + seed) % 1009) / 1009;
  return made;
}

const isSame = (a: Float32Array | undefined, b: Float32Array) =>
  a !== undefined &&
  Buffer.compare(new Uint8Array(a.slice().buffer), new Uint8Array(b.slice().buffer)) === 0;

async function fileOf(tensors: readonly WritableTensor[]): Promise<NamedBlob<Blob>> {
  const parts: BlobPart[] = [];
  for await (const chunk of encodeSafetensors(tensors).chunks()) parts.push(chunk);
  return { name: 'model.safetensors', blob: new Blob(parts) };
}

function tensor(name: string, dtype: 'F32' | 'F16', seed: number): WritableTensor {
  const bytes = encodeFloat32(values(seed), dtype);
  const byteLength = bytes.length;
  return { name, dtype, shape: [LENGTH], byteLength, read: async () => bytes };
}

const sourcesOf = async (file: NamedBlob): Promise<TensorSource[]> => [
  ...(await openSafetensors(file)).tensors.values(),
];
const itself = (source: TensorSource) => source;
const namesOf = (runs: readonly TensorSource[][]) =>
  runs.map((run) => run.map(({ name }) => name).sort());

describe('tensors of one file', () => {
  it('come with one read, and are what each alone is', async () => {
    const file = await fileOf([
      tensor('a', 'F32', 1),
      tensor('b', 'F16', 2),
      tensor('c', 'F32', 3),
      tensor('d', 'F16', 4),
    ]);
    const sources = await sourcesOf(file);
    const slice = vi.spyOn(file.blob, 'slice');
    const runs = runsOf(sources.toReversed(), itself, Number.POSITIVE_INFINITY);
    expect(namesOf(runs)).toEqual([['a', 'b', 'c', 'd']]);
    const [run = []] = runs;
    const read = await readRun(run);
    expect(slice).toHaveBeenCalledTimes(1);
    for (const [i, source] of run.entries()) {
      expect(isSame(read[i], await readFloat32(source))).toBe(true);
    }
    expect(isSame(read[0], values(99))).toBe(false);
  });

  it('are read in pieces of the given size, none of them divided', async () => {
    const sources = await sourcesOf(
      await fileOf(['a', 'b', 'c'].map((name, seed) => tensor(name, 'F32', seed))),
    );
    expect(namesOf(runsOf(sources, itself, 2 * LENGTH * 4))).toEqual([['a', 'b'], ['c']]);
    expect(namesOf(runsOf(sources, itself, 1))).toEqual([['a'], ['b'], ['c']]);
  });

  it('are read apart where much else lies between them', async () => {
    const sources = await sourcesOf(
      await fileOf(['a', 'b', 'c'].map((name, seed) => tensor(name, 'F32', seed))),
    );
    const ends = sources.filter(({ name }) => name !== 'b');
    expect(namesOf(runsOf(ends, itself))).toEqual([['a'], ['c']]);
  });
});

it('what reads something else than its file is read alone, by itself', async () => {
  const file = await fileOf(['a', 'b'].map((name, seed) => tensor(name, 'F32', seed)));
  const [a, b] = await sourcesOf(file);
  if (!a || !b) throw new Error('there are two');
  const other = values(9);
  const changed = { ...b, read: async () => new Uint8Array(other.slice().buffer) };
  const runs = runsOf([a, changed], itself);
  expect(runs.map((run) => run.length)).toEqual([1, 1]);
  const [read] = await readRun([changed]);
  expect(isSame(read, other)).toBe(true);
});

it('says which tensor cannot be computed with', async () => {
  const file = await fileOf(['a', 'b'].map((name, seed) => tensor(name, 'F32', seed)));
  const sources = await sourcesOf(file);
  const [a, b] = sources;
  if (!a || !b) throw new Error('there are two');
  const wrong = Object.defineProperty(b, 'dtype', { value: 'I32' });
  await expect(readRun([a, wrong])).rejects.toThrow('b: the tensor is I32');
});
