import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type ForwardReading, readForward } from './read-forward';
import { encodeSafetensors } from './safetensors/encode-safetensors';
import { openSafetensors } from './safetensors/open-safetensors';
import type { NamedBlob, TensorSource } from './types';

/** Bytes of each tensor: vectors between matrices, one of them longer than what is read at once. */
const SIZES = [64, 2 ** 20, 12, 0, 9_000_001, 8, 8, 8, 8_400_000, 16, 100];

const bytesOf = (size: number, seed: number) =>
  Uint8Array.from({ length: size }, (_, i) => (i * 31 + seed * 97 + (i >> 8)) % 256);
const CONTENTS = SIZES.map(bytesOf);

/** A file in which they lie side by side, in this order. */
async function modelFile(): Promise<NamedBlob<Blob>> {
  const tensors = CONTENTS.map((bytes, i) => ({
    name: `tensor ${String(i).padStart(2, '0')}`,
    dtype: 'U8' as const,
    shape: [bytes.length],
    byteLength: bytes.length,
    read: async () => bytes,
  }));
  const parts: BlobPart[] = [];
  for await (const chunk of encodeSafetensors(tensors).chunks()) parts.push(chunk.slice());
  return { name: 'model.safetensors', blob: new Blob(parts) };
}

const file = await modelFile();
const { tensors } = await openSafetensors(file);
const names = [...tensors.keys()];

const open: ForwardReading[] = [];
afterEach(() => {
  for (const reading of open.splice(0)) reading.free();
  vi.restoreAllMocks();
});
function forward(of: ReadonlyMap<string, TensorSource> = tensors, atOnce = 1): ForwardReading {
  const reading = readForward(of, atOnce);
  open.push(reading);
  return reading;
}

async function read(reading: ForwardReading, i: number, begin = 0, end = SIZES[i] ?? 0) {
  const into = new Uint8Array(end - begin);
  await reading.tensors.get(names[i] ?? '')?.readInto?.(begin, into);
  return into;
}
const isRight = (got: Uint8Array, i: number, begin = 0, end = SIZES[i] ?? 0) =>
  Buffer.compare(got, CONTENTS[i]?.subarray(begin, end) ?? new Uint8Array()) === 0;

describe('tensors that are read as they lie in their file', () => {
  it('come with few reads of the file', async () => {
    const reading = forward();
    const slice = vi.spyOn(file.blob, 'slice');
    for (const i of names.keys()) expect(isRight(await read(reading, i), i)).toBe(true);
    // 18.4 MB in pieces of 8 MiB.
    expect(slice).toHaveBeenCalledTimes(3);
  });

  it.each([
    { atOnce: 8, longest: 2 ** 23 },
    { atOnce: 16, longest: 2 ** 22 },
    { atOnce: 100, longest: 2 ** 20 },
  ])('take less memory each where $atOnce models are read side by side', async (given) => {
    const reading = forward(tensors, given.atOnce);
    const slice = vi.spyOn(file.blob, 'slice');
    // Nothing that is asked for is longer.
    for (const i of names.keys()) {
      for (let begin = 0; begin < (SIZES[i] ?? 0); begin += 2 ** 19) {
        const end = Math.min(SIZES[i] ?? 0, begin + 2 ** 19);
        expect(isRight(await read(reading, i, begin, end), i, begin, end)).toBe(true);
      }
    }
    const lengths = slice.mock.calls.map(([from = 0, to = 0]) => to - from);
    expect(Math.max(...lengths)).toBe(given.longest);
  });

  it('are what they are in any order and in any parts, several at once', async () => {
    const request = fc
      .integer({ min: 0, max: names.length - 1 })
      .chain((i) =>
        fc
          .tuple(fc.nat(SIZES[i] ?? 0), fc.nat(SIZES[i] ?? 0))
          .map(([a, b]) => ({ i, begin: Math.min(a, b), end: Math.max(a, b) })),
      );
    const whole = fc
      .integer({ min: 0, max: names.length - 1 })
      .map((i) => ({ i, begin: 0, end: SIZES[i] ?? 0 }));
    const runs = fc
      .integer({ min: 0, max: names.length - 1 })
      .map((first) =>
        names.slice(first).map((_, k) => ({ i: first + k, begin: 0, end: SIZES[first + k] ?? 0 })),
      );
    const requests = fc
      .array(
        fc.oneof(runs, fc.array(whole, { maxLength: 4 }), fc.array(request, { maxLength: 4 })),
        {
          maxLength: 4,
        },
      )
      .map((all) => all.flat());
    await fc.assert(
      fc.asyncProperty(requests, fc.integer({ min: 1, max: 3 }), async (all, atOnce) => {
        const reading = readForward(tensors);
        for (let k = 0; k < all.length; k += atOnce) {
          await Promise.all(
            all.slice(k, k + atOnce).map(async ({ i, begin, end }) => {
              const got = await read(reading, i, begin, end);
              if (!isRight(got, i, begin, end))
                throw new Error(`tensor ${i} from ${begin} to ${end}`);
            }),
          );
        }
        reading.free();
      }),
      { numRuns: 30 },
    );
  });

  it('are read for themselves where another comes first, and read ahead no more than once for it', async () => {
    const reading = forward();
    await read(reading, 8);
    const slice = vi.spyOn(file.blob, 'slice');
    await read(reading, 1);
    expect(slice.mock.calls.map(([from = 0, to = 0]) => to - from)).toEqual([SIZES[1]]);
  });

  it('give back what was read ahead when it is passed, and at the end', async () => {
    const lent: ArrayBuffer[] = [];
    const plain = Blob.prototype.arrayBuffer;
    vi.spyOn(Blob.prototype, 'arrayBuffer').mockImplementation(async function (this: Blob) {
      const buffer = await plain.call(this);
      lent.push(buffer);
      return buffer;
    });
    const reading = forward();
    for (const i of names.keys()) await read(reading, i);
    expect(lent.map(({ byteLength }) => byteLength > 0)).toEqual([false, false, true]);
    reading.free();
    await vi.waitFor(() => expect(lent.every(({ byteLength }) => byteLength === 0)).toBe(true));
  });

  it('are read for themselves once it is over', async () => {
    const reading = forward();
    await read(reading, 0);
    reading.free();
    const slice = vi.spyOn(file.blob, 'slice');
    expect(isRight(await read(reading, 1), 1)).toBe(true);
    expect(slice.mock.calls.map(([from = 0, to = 0]) => to - from)).toEqual([SIZES[1]]);
  });
});

describe('what cannot be read ahead', () => {
  it('is told as it is without: a file that became shorter', async () => {
    const plain = file.blob.slice.bind(file.blob);
    const end = file.blob.size - 50;
    for (const unreadable of [false, true]) {
      const reading = forward();
      for (let i = 0; i < 8; i++) await read(reading, i);
      // Of what is read ahead the end is missing, and of the last tensor.
      const slice = vi.spyOn(file.blob, 'slice').mockImplementation((from = 0, to = 0) => {
        const part = plain(from, Math.min(to, end));
        if (unreadable && to > end) part.arrayBuffer = () => Promise.reject(new Error('gone'));
        return part;
      });
      expect(isRight(await read(reading, 8), 8)).toBe(true);
      expect(isRight(await read(reading, 9), 9)).toBe(true);
      await expect(read(reading, 10)).rejects.toThrow(/bytes \d+ to \d+ .* Add it again/);
      slice.mockRestore();
    }
  });

  it('is left to files that fill memory themselves', async () => {
    const blob = Object.assign(file.blob.slice(), {
      readInto: async (begin: number, into: Uint8Array<ArrayBuffer>) => {
        into.set(new Uint8Array(await file.blob.slice(begin, begin + into.length).arrayBuffer()));
        return into.length;
      },
    });
    const { tensors: of } = await openSafetensors({ ...file, blob });
    expect(forward(of).tensors).toBe(of);
  });

  it('is as it was: bytes outside of a tensor, and tensors that lie nowhere', async () => {
    const reading = forward();
    await expect(read(reading, 0, 0, 65)).rejects.toThrow(RangeError);
    const made: TensorSource = {
      name: 'made',
      dtype: 'U8',
      shape: [1],
      byteLength: 1,
      read: async () => new Uint8Array([1]),
      readInto: async (_, into) => void into.fill(7),
    };
    const all = new Map([['made', made]]);
    expect(forward(all).tensors).toBe(all);
    const mixed = forward(new Map([...tensors, ['made', made]])).tensors;
    expect(mixed.get('made')).toBe(made);
    expect(mixed.get(names[0] ?? '')).not.toBe(tensors.get(names[0] ?? ''));
  });
});
