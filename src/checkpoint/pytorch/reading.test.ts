import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decodeFloat32 } from '../dtype';
import { openPytorch } from './open-pytorch';

const FIXTURES = new URL('../../../reference/fixtures/formats/torch/files/', import.meta.url);

function fixture(file: string): Buffer {
  return readFileSync(new URL(file, FIXTURES));
}

/** A Blob that counts the bytes read from it. */
function counted(bytes: Uint8Array<ArrayBuffer>) {
  const blob = new Blob([bytes]);
  const counter = { bytesRead: 0 };
  const spy = {
    size: blob.size,
    slice(begin: number, end: number) {
      counter.bytesRead += end - begin;
      return blob.slice(begin, end);
    },
  } as Blob;
  return { blob: spy, counter };
}

describe.each(['views.pt', 'legacy-views.pt'])('%s', (file) => {
  it('reads of a storage only what a tensor touches', async () => {
    const { blob, counter } = counted(new Uint8Array(fixture(file)));
    const { tensors } = await openPytorch({ name: file, blob });
    const bytesRead = async (name: string) => {
      await tensors.get('whole')?.read();
      counter.bytesRead = 0;
      await tensors.get(name)?.read();
      return counter.bytesRead;
    };
    expect(await bytesRead('row')).toBe(6 * 4);
    expect(await bytesRead('one element')).toBe(4);
    expect(await bytesRead('empty')).toBe(0);
    expect(await bytesRead('column')).toBe((3 * 6 + 1) * 4);
  });

  it('reads parts of what lies in one piece, and offers no parts of what does not', async () => {
    const { tensors } = await openPytorch({
      name: file,
      blob: new Blob([new Uint8Array(fixture(file))]),
    });
    const whole = await tensors.get('whole')?.read();
    const row = tensors.get('row');
    expect(await row?.readRange?.(4, 12)).toEqual(whole?.slice(2 * 24 + 4, 2 * 24 + 12));
    await expect(row?.readRange?.(0, 25)).rejects.toThrow(RangeError);
    expect(tensors.get('transposed')?.readRange).toBeUndefined();
    expect(tensors.get('expanded')?.readRange).toBeUndefined();
  });

  it('gives every reader a buffer of its own', async () => {
    const { tensors } = await openPytorch({
      name: file,
      blob: new Blob([new Uint8Array(fixture(file))]),
    });
    const first = await tensors.get('whole')?.read();
    first?.fill(0);
    expect((await tensors.get('whole')?.read())?.some((byte) => byte !== 0)).toBe(true);
  });
});

it('takes what stands beside the weights for metadata', async () => {
  const { metadata } = await openPytorch({
    name: 'nested.pt',
    blob: new Blob([new Uint8Array(fixture('nested-state-dict.pt'))]),
  });
  expect(Object.fromEntries(metadata)).toMatchObject({
    epoch: '3',
    lr: '0.5',
    name: 'run é',
    done: 'true',
  });
});

it('reads a zip64 directory, as files above 4 GiB have', async () => {
  const plain = fixture('ordered-dict.pt');
  const blob = new Blob([withZip64(new Uint8Array(plain))]);
  const { tensors } = await openPytorch({ name: 'large.pt', blob });
  const expected = await openPytorch({ name: 'plain.pt', blob: new Blob([new Uint8Array(plain)]) });
  for (const [name, tensor] of expected.tensors) {
    const actual = await tensors.get(name)?.read();
    expect(decodeFloat32(actual ?? new Uint8Array(0), 'F32')).toEqual(
      decodeFloat32(await tensor.read(), 'F32'),
    );
  }
});

/** Moves every size and place of an archive's directory into zip64 fields (APPNOTE 4.3.14, 4.3.15, 4.5.3). */
function withZip64(zip: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const view = new DataView(zip.buffer);
  const endRecord = Buffer.from(zip).lastIndexOf('PK\x05\x06');
  const count = view.getUint16(endRecord + 10, true);
  const directoryAt = view.getUint32(endRecord + 16, true);
  const directory: Buffer[] = [];
  let at = directoryAt;
  for (let i = 0; i < count; i++) {
    const nameLength = view.getUint16(at + 28, true);
    const end =
      at + 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    const entry = Buffer.from(zip.subarray(at, at + 46 + nameLength));
    const extra = Buffer.alloc(28);
    extra.writeUInt16LE(1, 0);
    extra.writeUInt16LE(24, 2);
    for (const [k, field] of [24, 20, 42].entries()) {
      extra.writeBigUInt64LE(BigInt(entry.readUInt32LE(field)), 4 + 8 * k);
      entry.writeUInt32LE(0xffffffff, field);
    }
    entry.writeUInt16LE(extra.length, 30);
    entry.writeUInt16LE(0, 32);
    directory.push(entry, extra);
    at = end;
  }
  const body = Buffer.concat([zip.subarray(0, directoryAt), ...directory]);
  const record = Buffer.alloc(56);
  record.write('PK\x06\x06', 0, 'latin1');
  record.writeBigUInt64LE(44n, 4);
  record.writeBigUInt64LE(BigInt(count), 24);
  record.writeBigUInt64LE(BigInt(count), 32);
  record.writeBigUInt64LE(BigInt(body.length - directoryAt), 40);
  record.writeBigUInt64LE(BigInt(directoryAt), 48);
  const locator = Buffer.alloc(20);
  locator.write('PK\x06\x07', 0, 'latin1');
  locator.writeBigUInt64LE(BigInt(body.length), 8);
  locator.writeUInt32LE(1, 16);
  const end = Buffer.alloc(22, 0xff);
  end.write('PK\x05\x06', 0, 'latin1');
  end.writeUInt16LE(0, 20);
  return new Uint8Array(Buffer.concat([body, record, locator, end]));
}
