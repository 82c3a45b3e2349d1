import {
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { fileSource } from './file-source-node';
import { hashBlob } from './hash-blob';
import { openSafetensors } from './safetensors/open-safetensors';

const folder = mkdtempSync(join(tmpdir(), 'files-'));
afterAll(() => rmSync(folder, { recursive: true }));

const path = (name: string) => join(folder, name);
function write(name: string, content: string | Uint8Array): string {
  writeFileSync(path(name), content);
  return path(name);
}

describe('a file above 4 GiB', () => {
  /** A safetensors file of a tensor that fills 4 GiB and two after it; sparse, so that it takes no space. */
  function large(): { path: string; size: number } {
    const gap = 2 ** 32;
    const values = Float32Array.of(1.5, -2, 3);
    const header = JSON.stringify({
      first: { dtype: 'U8', shape: [gap], data_offsets: [0, gap] },
      second: { dtype: 'F32', shape: [3], data_offsets: [gap, gap + 12] },
      third: { dtype: 'F32', shape: [1], data_offsets: [gap + 12, gap + 16] },
    });
    const start = Buffer.alloc(8 + header.length);
    start.writeBigUInt64LE(BigInt(header.length));
    start.write(header, 8);
    const file = write('large.safetensors', start);
    const size = start.length + gap + 16;
    truncateSync(file, size);
    const descriptor = openSync(file, 'r+');
    writeSync(descriptor, new Uint8Array(values.buffer), 0, 12, start.length + gap);
    writeSync(descriptor, new Uint8Array(Float32Array.of(7).buffer), 0, 4, start.length + gap + 12);
    closeSync(descriptor);
    return { path: file, size };
  }

  it('has its size, and tensors that lie beyond', async () => {
    const made = large();
    const blob = await fileSource(made.path);
    expect(blob.size).toBe(made.size);
    const { tensors } = await openSafetensors({ name: 'large.safetensors', blob });
    const floats = async (name: string) =>
      new Float32Array((await tensors.get(name)?.read())?.buffer ?? new ArrayBuffer(0));
    expect([...(await floats('second'))]).toEqual([1.5, -2, 3]);
    expect([...(await floats('third'))]).toEqual([7]);
    const last = await tensors.get('first')?.readRange?.(2 ** 32 - 4, 2 ** 32);
    expect([...(last ?? [])]).toEqual([0, 0, 0, 0]);
    expect([...new Uint8Array(await blob.slice(-4).arrayBuffer())]).toEqual([0, 0, 224, 64]);
  });
});

it('is read piece by piece where it is large', async () => {
  const size = 2 ** 27 + 100;
  const file = write('pieces', '');
  truncateSync(file, size);
  const marks = [5, 2 ** 26 - 1, 2 ** 26, 2 ** 26 + 5, 2 ** 27 + 99];
  const descriptor = openSync(file, 'r+');
  for (const [value, at] of marks.entries())
    writeSync(descriptor, Uint8Array.of(value + 1), 0, 1, at);
  closeSync(descriptor);
  const bytes = new Uint8Array(await (await fileSource(file)).arrayBuffer());
  expect(bytes.length).toBe(size);
  expect(marks.map((at) => bytes[at])).toEqual([1, 2, 3, 4, 5]);
  expect(bytes.reduce((sum, byte) => sum + byte, 0)).toBe(15);
});

describe('a file that changes after it was found', () => {
  const changed = { name: 'NotReadableError' };

  it('is not read when it has another length, another date, or is another file', async () => {
    const shorter = await fileSource(write('shorter', 'abcdef'));
    expect(await shorter.text()).toBe('abcdef');
    truncateSync(path('shorter'), 3);
    await expect(shorter.text()).rejects.toMatchObject(changed);
    await expect(shorter.slice(0, 2).arrayBuffer()).rejects.toMatchObject(changed);

    utimesSync(write('longer', 'abc'), 1, 1);
    const longer = await fileSource(path('longer'));
    utimesSync(write('longer', 'abcdef'), 1, 1);
    await expect(longer.text()).rejects.toMatchObject(changed);

    const touched = await fileSource(write('touched', 'abcdef'));
    utimesSync(path('touched'), 1, 1);
    await expect(touched.text()).rejects.toMatchObject(changed);

    const replaced = await fileSource(write('replaced', 'abcdef'));
    renameSync(write('other', 'ghijkl'), path('replaced'));
    await expect(replaced.text()).rejects.toMatchObject(changed);
    expect(await (await fileSource(path('replaced'))).text()).toBe('ghijkl');
  });

  it('is not read when it is gone before it was opened', async () => {
    const gone = await fileSource(write('gone', 'abc'));
    rmSync(path('gone'));
    await expect(gone.text()).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(hashBlob(gone)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('is not found where there is none', async () => {
    await expect(fileSource(path('nowhere'))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

// Only Linux tells.
it.runIf(process.platform === 'linux')('keeps few files open, however many are read', async () => {
  // Of these files alone: other tests of this process open some as well.
  const open = () => readdirSync('/proc/self/fd').filter((number) => isOfThisTest(number)).length;
  const sources = await Promise.all(
    Array.from({ length: 300 }, (_, number) => fileSource(write(`many-${number}`, `${number}`))),
  );
  expect(open()).toBe(0);
  for (const _ of [1, 2]) {
    expect(await Promise.all(sources.map((source) => source.text()))).toEqual(
      sources.map((_, number) => `${number}`),
    );
  }
  await expect.poll(open).toBe(64);
});

function isOfThisTest(number: string): boolean {
  try {
    return readlinkSync(`/proc/self/fd/${number}`).startsWith(path('many-'));
  } catch {
    return false; // Closed meanwhile.
  }
}

describe('many short reads', () => {
  it('let the program’s other work have its turn', async () => {
    const source = await fileSource(write('short.bin', new Uint8Array(64)));
    const into = new Uint8Array(16);
    await source.readInto(0, into);
    let hadTurn = false;
    setImmediate(() => {
      hadTurn = true;
    });
    for (let reads = 0; reads < 1_000_000 && !hadTurn; reads++) await source.readInto(16, into);
    expect(hadTurn).toBe(true);
  });
});
