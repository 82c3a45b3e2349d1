import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { FormatError } from '../../errors';
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
      `model.safetensors: the tensors end at byte 4 with "a", and the file holds 3 bytes of them. The file is damaged or was not downloaded to its end: download it again.`,
    ],
    [
      fileOf(`{"a":${tensor},"a":${tensor}}`, 4),
      `model.safetensors: its header is not valid at byte 62 of the file: two tensors are called "a". It was not written by a safetensors library: save it again with one.`,
    ],
    [
      fileOf('{"a":{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}}', 4),
      `model.safetensors: its header is not valid at byte 37 of the file: every number in the shape of tensor "a" must be a whole number from 0 to 2^64 - 1. It was not written by a safetensors library: save it again with one.`,
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

describe('a header of the largest size', () => {
  const CAP = 100_000_000;
  const fill = (text: string) => {
    const bytes = new Uint8Array(8 + CAP).fill(0x20);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(CAP), true);
    const unit = Buffer.from(text);
    for (let at = 8; at + unit.length <= bytes.length; at += unit.length) bytes.set(unit, at);
    return bytes;
  };

  it.each([
    '[',
    '{"a":',
    ' ',
    '"',
    '\\',
    '1',
    '\u00e9',
    '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,1]},',
  ])('made of %s is refused', async (text) => {
    await expect(open(fill(text))).rejects.toThrow(FormatError);
  });

  it('is refused unread where the file is shorter', async () => {
    let read = 0;
    const small = new Blob([fill('[').slice(0, 100)]);
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
  });

  it('says so where the file shrank after it was opened', async () => {
    let blob = new Blob([bytes]);
    const changing = { size: blob.size, slice: (a: number, b: number) => blob.slice(a, b) } as Blob;
    const { tensors } = await openSafetensors({ name: 'm.safetensors', blob: changing });
    blob = new Blob([bytes.slice(0, -1)]);
    await expect(tensors.get('a')?.read()).rejects.toThrow(
      /^m\.safetensors: .* changed .* Add it again\./,
    );
  });
});
