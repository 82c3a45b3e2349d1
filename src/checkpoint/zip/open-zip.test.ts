import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { makeZip } from 'client-zip';
import { zipSync } from 'fflate';
import { describe, expect, it, vi } from 'vitest';
import { randomSource } from '../random.fixture';
import { openZip } from './open-zip';
import { ZipError } from './zip-error';

const FIXTURES = new URL('../../../reference/fixtures/zips/', import.meta.url);
const expected: Readonly<Record<string, string>> = JSON.parse(
  readFileSync(new URL('expected.json', FIXTURES), 'utf8'),
);

const open = (bytes: Uint8Array) =>
  openZip({ name: 'x.zip', blob: new Blob([new Uint8Array(bytes)]) });
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const bytesOf = async (blob: Blob) => new Uint8Array(await blob.arrayBuffer());

describe('reads what others write', () => {
  const files = readdirSync(FIXTURES).filter((name) => name.endsWith('.zip'));
  it.each(files)('%s', async (file) => {
    // Which names: entry-name.test.ts.
    const found: Record<string, string> = {};
    for (const entry of await open(readFileSync(new URL(file, FIXTURES)))) {
      const bytes = await entry.read(0, entry.size);
      expect(await bytesOf(await entry.blob())).toEqual(bytes);
      if (entry.name.endsWith('/')) expect(entry.size).toBe(0);
      else found[(entry.unmarkedName ?? entry.name).replaceAll('\\', '/')] = sha256(bytes);
    }
    delete found['__MACOSX/cat/._1.png'];
    expect(found).toEqual(expected);
  });

  it('more entries than 16 bits count, with and without zip64', async () => {
    const names = Array.from({ length: 70_000 }, (_, number) => `${number}.png`);
    const last = Uint8Array.of(1, 2, 3);
    const contents = names.map((name) => ({ name, input: name === '69999.png' ? last : '' }));
    const streamed = await new Response(makeZip(contents)).arrayBuffer();
    // fflate writes the number modulo 65,536.
    const overflowing = zipSync(
      Object.fromEntries(
        contents.map(({ name, input }) => [name, new Uint8Array([...input].map(Number))]),
      ),
      { level: 0 },
    );
    for (const archive of [new Uint8Array(streamed), overflowing]) {
      const entries = await open(archive);
      expect(entries.map(({ name }) => name).join()).toBe(names.join());
      expect(await entries.at(-1)?.read(0, 3)).toEqual(last);
    }
  });
});

describe('reads only what is asked for', () => {
  const data = Uint8Array.from({ length: 300_000 }, (_, at) => (at * 7919) % 251);

  it.each([0, 6] as const)('a part, at compression level %d', async (level) => {
    const [entry] = await open(zipSync({ a: data }, { level }));
    const part = await entry?.read(100_000, 200_001);
    expect(part && sha256(part)).toBe(sha256(data.slice(100_000, 200_001)));
    expect(await entry?.read(300_000, 300_000)).toHaveLength(0);
    await expect(entry?.read(0, 300_001)).rejects.toThrow(RangeError);
  });

  it('a large entry whole', async () => {
    const random = randomSource(1);
    const noise = Uint8Array.from(data, () => random(256));
    const zip = zipSync({ a: noise });
    expect(zip.length).toBeGreaterThan(100_000);
    const [entry] = await open(zip);
    const blob = await entry?.blob();
    expect(blob && sha256(await bytesOf(blob))).toBe(sha256(noise));
  });

  it('nothing of what is stored to make a Blob of it', async () => {
    const entries = await open(zipSync({ a: data, b: data }, { level: 0 }));
    const reads = vi.spyOn(Blob.prototype, 'arrayBuffer');
    const blob = await entries[1]?.blob();
    expect(reads.mock.contexts.map((read) => (read as Blob).size)).toEqual([30]);
    expect(blob && sha256(await bytesOf(blob))).toBe(sha256(data));
  });
});

/** Changes a field of an entry in the directory. */
function patched(zip: Uint8Array, name: string, offset: number, value: number, bytes: 2 | 4 = 4) {
  const text = Buffer.from(zip).toString('latin1');
  const entry = text.lastIndexOf('PK\x01\x02', text.lastIndexOf(name));
  const view = new DataView(zip.buffer);
  if (bytes === 2) view.setUint16(entry + offset, value, true);
  else view.setUint32(entry + offset, value, true);
  return zip;
}

describe('what means harm or is not read', () => {
  const SIZE = 24;
  const PACKED_SIZE = 20;
  const PLACE = 42;
  const large = new Uint8Array(80_000_000);
  const bomb = (size: number) =>
    patched(zipSync({ first: large, second: new Uint8Array(1000) }), 'first', SIZE, size);
  const two = () => zipSync({ first: new Uint8Array(1000), second: new Uint8Array(1000) });
  const blobOf = async (zip: Uint8Array, name: string) => {
    const entry = (await open(zip)).find((found) => found.name === name);
    return entry?.blob();
  };

  it.each<[string, Uint8Array, string]>([
    [
      'entries that share their data',
      patched(two(), 'second', PLACE, 0),
      'first and second overlap',
    ],
    [
      'an entry that reaches into the next',
      patched(two(), 'first', PACKED_SIZE, 50),
      'first and second overlap',
    ],
    ['no zip', new TextEncoder().encode('hello'), 'the directory at its end is missing'],
    ['nothing', new Uint8Array(0), 'the directory at its end is missing'],
  ])('%s: the archive is refused', async (_, zip, message) => {
    await expect(open(zip)).rejects.toThrow(ZipError);
    await expect(open(zip)).rejects.toThrow(message);
  });

  it.each<[string, Uint8Array, string]>([
    ['an encrypted entry', patched(two(), 'first', 8, 1, 2), 'first is encrypted'],
    ['AES', patched(two(), 'first', 10, 99, 2), 'first is encrypted'],
    ['bzip2', patched(two(), 'first', 10, 12, 2), 'first is compressed with bzip2'],
    ['LZMA', patched(two(), 'first', 10, 14, 2), 'first is compressed with LZMA'],
    ['Zstandard', patched(two(), 'first', 10, 93, 2), 'first is compressed with Zstandard'],
    ['what nobody knows', patched(two(), 'first', 10, 77, 2), 'first is compressed with method 77'],
    [
      'more than deflate could hold',
      patched(two(), 'first', SIZE, 2 ** 31 - 1),
      'would unpack to 2147',
    ],
    ['less than it claims', patched(two(), 'first', SIZE, 5000), 'first ends early'],
    [
      'other bytes than were packed',
      patched(two(), 'first', 16, 1),
      'first is not what was packed',
    ],
    ['more than it claims', patched(two(), 'first', SIZE, 999), 'first is longer than it claims'],
    ['much more than it claims', bomb(1_000_000), 'first is longer than it claims'],
    ['much less than it claims', bomb(80_000_001), 'first ends early'],
    [
      'a place beyond the end',
      patched(two(), 'second', PLACE, 2 ** 31),
      'second lies beyond its end',
    ],
    [
      'a place that is none',
      patched(two(), 'first', PLACE, 1),
      'first is not where the directory says',
    ],
  ])('%s: it alone is refused', async (_, zip, message) => {
    const [bad, good] = message.startsWith('second') ? ['second', 'first'] : ['first', 'second'];
    await expect(blobOf(zip, bad)).rejects.toThrow(ZipError);
    await expect(blobOf(zip, bad)).rejects.toThrow(message);
    expect((await blobOf(zip, good))?.size).toBe(1000);
  });
});
