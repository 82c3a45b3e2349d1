import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it, vi } from 'vitest';
import { FormatError } from '../../errors';
import { randomSource } from '../random.fixture';
import type { Checkpoint } from '../types';
import { openSafetensors } from './open-safetensors';

interface Case {
  readonly name?: string;
  readonly mutation?: string;
  readonly bytes: string;
  readonly accepted: boolean;
  readonly duplicateTensorName: boolean;
  readonly tensors?: readonly (readonly [string, string, readonly number[], string])[];
  readonly metadata?: Readonly<Record<string, string>> | null;
}

const FIXTURES = new URL('../../../reference/fixtures/safetensors/', import.meta.url);

function corpus(file: string): readonly Case[] {
  const bytes = readFileSync(new URL(file, FIXTURES));
  const json = file.endsWith('.gz') ? gunzipSync(bytes) : bytes;
  return JSON.parse(json.toString('utf8')).cases;
}

function open(bytes: Uint8Array<ArrayBuffer>, name = 'model.safetensors'): Promise<Checkpoint> {
  return openSafetensors({ name, blob: new Blob([bytes]) });
}

function fileOf(header: string, dataBytes = 0): Uint8Array<ArrayBuffer> {
  const text = Buffer.from(header);
  const file = new Uint8Array(8 + text.length + dataBytes);
  new DataView(file.buffer).setBigUint64(0, BigInt(text.length), true);
  file.set(text, 8);
  return file;
}

async function contents(checkpoint: Checkpoint) {
  const tensors = await Promise.all(
    Array.from(checkpoint.tensors, async ([name, { dtype, shape, read }]) => {
      const sha256 = createHash('sha256')
        .update(await read())
        .digest('hex');
      return [name, dtype, shape, sha256] as const;
    }),
  );
  return tensors.toSorted(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

async function expectVerdict(item: Case): Promise<void> {
  const attempt = open(new Uint8Array(Buffer.from(item.bytes, 'base64')));
  if (!item.accepted || item.duplicateTensorName) {
    await expect(attempt).rejects.toThrow(FormatError);
    await expect(attempt).rejects.toThrow(/^model\.safetensors: .{20}/);
    return;
  }
  const checkpoint = await attempt;
  expect(await contents(checkpoint)).toEqual(item.tensors);
  expect(checkpoint.metadata).toEqual(new Map(Object.entries(item.metadata ?? {})));
}

describe('every rule of the format, as the reference judges it', () => {
  it.each(corpus('cases.json').map((item) => [item.name, item] as const))('%s', (_, item) =>
    expectVerdict(item),
  );
});

describe('mutated files, as the reference judges them', () => {
  const cases = corpus('mutations.json.gz');
  it.each([...new Set(cases.map((item) => item.mutation))])('%s', async (mutation) => {
    for (const item of cases) if (item.mutation === mutation) await expectVerdict(item);
  });
});

describe('a refusal names the file, the place and the remedy', () => {
  const tensor = '{"dtype":"F32","shape":[1],"data_offsets":[0,4]}';
  it.each([
    [
      new Uint8Array(3),
      `model.safetensors: it has 3 bytes, and a safetensors file begins with 8 bytes for the length of its header. The file is damaged or was not downloaded to its end: download it again.`,
    ],
    [
      fileOf(`{"a":${tensor}}`, 3),
      `model.safetensors: up to "a" the tensors need 4 bytes, and the file holds 3 bytes of them. The file is damaged or was not downloaded to its end: download it again.`,
    ],
    [
      fileOf(`{"a":${tensor},"a":${tensor}}`, 4),
      `model.safetensors: its header is not valid at byte 62 of the file: two tensors are called "a". It was not written by a safetensors library: save it again with one.`,
    ],
    [
      fileOf('{"a":{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}}', 4),
      `model.safetensors: its header is not valid at byte 37 of the file: in tensor "a": every number in "shape" must be a whole number from 0 to 2^64 - 1. It was not written by a safetensors library: save it again with one.`,
    ],
    [
      fileOf('{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}', 4),
      `model.safetensors: tensor "a" (F32, shape [2]) needs 8 bytes, but its data_offsets are 0 and 4. The file is damaged or was not downloaded to its end: download it again.`,
    ],
  ])('%#', async (bytes, message) => {
    await expect(open(bytes)).rejects.toThrow(
      new FormatError('model.safetensors', message.slice(19)),
    );
  });
});

describe('headers of a megabyte', () => {
  const size = 1_000_000;
  const filled = (text: string) => Buffer.alloc(size, text).toString('utf8');
  const empty = '["U8",[0],[0,0]]';
  const many = (item: (i: number) => string) =>
    Array.from({ length: 500_001 }, (_, i) => item(i)).join();

  it.each([
    ['brackets', filled('['), 'the header must be an object'],
    ['objects in objects', filled('{"a":'), 'nested deeper than 127 levels'],
    ['nothing but spaces', filled(' '), 'the header must be an object'],
    ['an open string', `{${filled('"a').slice(0, 2)}${filled('b')}`, 'a string is not closed'],
    ['a number without end', `{"a":{"x":${filled('1')}}}`, 'a number is out of range'],
    ['escapes', `{"${'\\u00e9'.repeat(size / 8)}":1}`, 'must be an object'],
    [
      'a shape of too many dimensions',
      `{"a":["U8",[0,${many(() => '1')}],[0,0]]}`,
      'more than 500000',
    ],
    ['too many tensors', `{${many((i) => `"${i}":${empty}`)}}`, 'more than 500000'],
    ['too much metadata', `{"__metadata__":{${many((i) => `"${i}":""`)}}}`, 'more than 500000'],
    [
      'tensors over each other',
      `{${many((i) => `"${i}":["U8",[1],[0,1]]`)}}`,
      'up to "1" the tensors need 2 bytes',
    ],
  ])('of %s are refused', async (_, header, message) => {
    const attempt = open(fileOf(header, 1));
    await expect(attempt).rejects.toThrow(FormatError);
    await expect(attempt).rejects.toThrow(message);
  });

  it('are refused unread where the file is shorter', async () => {
    let read = 0;
    const small = new Blob([fileOf(filled(' ')).slice(0, 100)]);
    const blob = {
      size: small.size,
      slice(begin: number, end: number) {
        read += end - begin;
        return small.slice(begin, end);
      },
    } as Blob;
    await expect(openSafetensors({ name: 'm', blob })).rejects.toThrow(/ends at byte 100\./);
    expect(read).toBe(8);
  });
});

it('meets random damage with a checkpoint that covers the file, or a FormatError', async () => {
  const valid = fileOf(
    '{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},"b\\u00e9":{"dtype":"F16","shape":[2],"data_offsets":[8,12]}}',
    12,
  );
  const alphabet = Buffer.from('{}[]":,0123456789.eE-+\\u/ntf lsad_\u0000\u00ff\ud83d\ude00');
  const random = randomSource(20_240_607);
  let accepted = 0;
  for (let round = 0; round < 5000; round++) {
    const bytes = valid.slice(0, random(8) === 0 ? random(valid.length) : valid.length);
    for (let changes = 1 + random(3); changes > 0; changes--) {
      const at = random(4) === 0 ? random(8) : random(bytes.length);
      if (at < bytes.length) bytes[at] = alphabet[random(alphabet.length)] ?? 0;
    }
    const outcome = await open(bytes).catch((error: unknown) => error);
    if (outcome instanceof FormatError) continue;
    const { tensors } = outcome as Checkpoint;
    const covered = [...tensors.values()].reduce((sum, { byteLength }) => sum + byteLength, 0);
    const headerLength = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    expect(covered).toBe(bytes.length - 8 - headerLength);
    accepted++;
  }
  // Changes inside names and data leave a file valid: both ways are taken.
  expect(accepted).toBeGreaterThan(100);
  expect(accepted).toBeLessThan(4900);
});

describe('reading tensors', () => {
  const header =
    '{"b":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"a":{"dtype":"U8","shape":[3],"data_offsets":[2,5]}}';
  const bytes = fileOf(header, 5);
  bytes.set([1, 2, 3, 4, 5], bytes.length - 5);

  it('keeps the header order and reads each tensor, or a part of it', async () => {
    const { tensors } = await open(bytes);
    expect([...tensors.keys()]).toEqual(['b', 'a']);
    expect(await tensors.get('a')?.read()).toEqual(Uint8Array.of(3, 4, 5));
    expect(await tensors.get('a')?.readRange?.(1, 2)).toEqual(Uint8Array.of(4));
    expect(() => tensors.get('a')?.readRange?.(1, 4)).toThrow(RangeError);
    const memory = new Uint8Array(4);
    await tensors.get('a')?.readInto?.(1, memory.subarray(1, 3));
    expect(memory).toEqual(Uint8Array.of(0, 4, 5, 0));
    expect(() => tensors.get('a')?.readInto?.(2, new Uint8Array(2))).toThrow(RangeError);
  });

  it('reads a small file once, and gives every reader memory of its own', async () => {
    const { tensors } = await open(bytes);
    const reads = vi.spyOn(Blob.prototype, 'arrayBuffer');
    const [first, again, b] = await Promise.all(
      ['a', 'a', 'b'].map((name) => tensors.get(name)?.read()),
    );
    expect(reads).toHaveBeenCalledTimes(1);
    reads.mockRestore();
    first?.fill(9);
    expect([again, b]).toEqual([Uint8Array.of(3, 4, 5), Uint8Array.of(1, 2)]);
  });

  it('reads of a large file what is asked for', async () => {
    const large = fileOf(
      `{"w":{"dtype":"U8","shape":[${2 ** 23}],"data_offsets":[0,${2 ** 23}]}}`,
      2 ** 23,
    );
    const { tensors } = await open(large);
    const slices = vi.spyOn(Blob.prototype, 'slice');
    await tensors.get('w')?.readRange?.(0, 4);
    await tensors.get('w')?.readInto?.(4, new Uint8Array(4));
    const lengths = slices.mock.calls.map(([begin = 0, end = 0]) => end - begin);
    slices.mockRestore();
    expect(lengths).toEqual([4, 4]);
  });

  it('says so where the file shrank after it was opened', async () => {
    let blob = new Blob([bytes]);
    const changing = { size: blob.size, slice: (a: number, b: number) => blob.slice(a, b) } as Blob;
    const { tensors } = await openSafetensors({ name: 'm.safetensors', blob: changing });
    blob = new Blob([bytes.slice(0, -1)]);
    const a = tensors.get('a');
    for (const reading of [a?.read(), a?.readInto?.(0, new Uint8Array(3))]) {
      await expect(reading).rejects.toThrow(/^m\.safetensors: .* changed .* Add it again\./);
    }
  });
});
