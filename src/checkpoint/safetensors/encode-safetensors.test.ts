import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Dtype } from '../types';
import {
  type EncodedSafetensors,
  encodeSafetensors,
  type WritableTensor,
} from './encode-safetensors';
import { openSafetensors } from './open-safetensors';

interface Case {
  readonly name: string;
  readonly file: string;
  readonly metadata: Readonly<Record<string, string>> | null;
  readonly tensors: readonly {
    readonly name: string;
    readonly dtype: Dtype;
    readonly shape: readonly number[];
    readonly data: string;
  }[];
}

const FIXTURES = new URL('../../../reference/fixtures/safetensors/writer/', import.meta.url);
const cases: readonly Case[] = JSON.parse(
  readFileSync(new URL('cases.json', FIXTURES), 'utf8'),
).cases;

function tensor(
  name: string,
  dtype: Dtype,
  shape: readonly number[],
  data: Uint8Array,
): WritableTensor {
  const bytes = new Uint8Array(data);
  return { name, dtype, shape, byteLength: bytes.length, read: async () => bytes };
}

async function bytesOf(encoded: EncodedSafetensors): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of encoded.chunks()) chunks.push(chunk);
  return Buffer.concat(chunks);
}

describe('bytes of the reference writer', () => {
  it.each(cases.map((item) => [item.name, item] as const))('%s', async (_, item) => {
    const encoded = encodeSafetensors(
      item.tensors.map(({ name, dtype, shape, data }) =>
        tensor(name, dtype, shape, Buffer.from(data, 'base64')),
      ),
      item.metadata === null ? undefined : new Map(Object.entries(item.metadata)),
    );
    const expected = readFileSync(new URL(item.file, FIXTURES));
    expect((await bytesOf(encoded)).equals(expected)).toBe(true);
    expect(encoded.byteLength).toBe(expected.length);
  });
});

it('keeps the order of metadata, keys that look like numbers included, and reads back', async () => {
  const metadata = new Map([
    ['format', 'pt'],
    ['10', 'ten'],
    ['9', 'nine'],
    ['__proto__', 'p'],
  ]);
  const encoded = encodeSafetensors([tensor('a', 'U8', [1], Uint8Array.of(7))], metadata);
  const file = new Uint8Array(await bytesOf(encoded));
  const checkpoint = await openSafetensors({ name: 'm', blob: new Blob([file]) });
  expect([...checkpoint.metadata]).toEqual([...metadata]);
  expect(await checkpoint.tensors.get('a')?.read()).toEqual(Uint8Array.of(7));
});

it('reads one tensor at a time, each when its chunk is asked for', async () => {
  const reads: string[] = [];
  const lazy = (name: string): WritableTensor => ({
    name,
    dtype: 'U8',
    shape: [1],
    byteLength: 1,
    read: async () => {
      reads.push(name);
      return Uint8Array.of(1);
    },
  });
  const chunks = encodeSafetensors([lazy('b'), lazy('a')]).chunks();
  await chunks.next();
  expect(reads).toEqual([]);
  await chunks.next();
  expect(reads).toEqual(['a']);
});

describe('what would make a bad file is refused', () => {
  const one = Uint8Array.of(1);
  it.each([
    ['a name twice', [tensor('a', 'U8', [1], one), tensor('a', 'I8', [1], one)]],
    ['the name of the metadata', [tensor('__metadata__', 'U8', [1], one)]],
    ['a name that is not Unicode', [tensor('\ud800', 'U8', [1], one)]],
    ['a length that the shape does not have', [tensor('a', 'F32', [1], one)]],
  ])('%s', (_, tensors) => {
    expect(() => encodeSafetensors(tensors)).toThrow(RangeError);
  });

  it('a tensor that yields another number of bytes than announced', async () => {
    const short = { ...tensor('a', 'F32', [1], new Uint8Array(4)), read: async () => one };
    await expect(bytesOf(encodeSafetensors([short]))).rejects.toThrow(
      'a was announced with 4 bytes and has 1',
    );
  });
});
