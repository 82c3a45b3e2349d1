/**
 * Damaged archives and Parquet files: whatever is wrong with one, it either opens or is refused by a FormatError, in bounded
 * time. Every case follows from a seed, which the error of a failure names.
 */
import { readFileSync } from 'node:fs';
import { randomSource } from '../../checkpoint/random.fixture';
import { FormatError } from '../../errors';
import { openParquet } from '../images/parquet-file';
import { zipEntries } from '../images/zip-entries';
import { openTar } from '../tar/open-tar';
import { webPictures } from '../tar/web-dataset';

const FIXTURES = new URL('../../../reference/fixtures/', import.meta.url);

export interface FuzzTarget {
  readonly name: string;
  /** Good files, of which damaged ones are made. */
  readonly files: readonly string[];
  /** Reads all of a file. */
  open(blob: Blob): Promise<void>;
}

export const CONTAINERS: readonly FuzzTarget[] = [
  {
    name: 'zip',
    files: ['python-deflated', 'python-zip64', 'info-zip-streamed', 'finder'].map(
      (name) => `zips/${name}.zip`,
    ),
    async open(blob) {
      for (const entry of await zipEntries({ name: 'x.zip', blob })) {
        await orRefused(entry.read().then((file) => file.arrayBuffer()));
      }
    },
  },
  {
    name: 'tar',
    files: [
      'archives/gnu.tar',
      'archives/pax.tar',
      'archives/ustar.tar.gz',
      'numbers/test/0.tar',
      'blanks/test.tar',
    ].map((name) => `webdataset/${name}`),
    async open(blob) {
      const files = await openTar({ name: 'x.tar', blob });
      for (const file of files) await file.blob.arrayBuffer();
      await webPictures('x.tar', files);
    },
  },
  {
    name: 'Parquet',
    files: [
      'codecs/zstd',
      'codecs/gzip',
      'codecs/brotli',
      'codecs/lz4',
      'codecs/snappy',
      'codecs/none',
      'codecs/zstd-pages-2',
      'pets',
      'unlabelled',
      'paths/test',
    ].map((name) => `parquet/${name}.parquet`),
    async open(blob) {
      const file = await openParquet({ name: 'x.parquet', blob });
      await file.labels();
      for await (const rows of file.rows()) void rows;
    },
  },
];

/** No reader takes so long for files of a few kilobytes, unless it believes what they claim. */
const MAX_MILLISECONDS = 5000;

export interface FuzzOptions {
  readonly seed: number;
  /** Cases, or all that can be done in a time. */
  readonly rounds?: number;
  readonly milliseconds?: number;
}

/**
 * @returns how many cases there were, and how many of them opened
 * @throws Error that names the seed of the first case that neither opened nor was refused, or took too long
 */
export async function fuzz(
  target: FuzzTarget,
  { seed, rounds = Infinity, milliseconds = Infinity }: FuzzOptions,
): Promise<{ rounds: number; opened: number }> {
  const good = target.files.map((name) => new Uint8Array(readFileSync(new URL(name, FIXTURES))));
  const end = performance.now() + milliseconds;
  let opened = 0;
  let round = 0;
  for (; round < rounds && performance.now() < end; round++) {
    const own = seed + round;
    const begin = performance.now();
    try {
      if (await orRefused(target.open(new Blob([damaged(good, own)])))) opened++;
    } catch (cause) {
      throw new Error(`${target.name}, seed ${own}: neither opened nor refused`, { cause });
    }
    const took = performance.now() - begin;
    if (took > MAX_MILLISECONDS) throw new Error(`${target.name}, seed ${own}: took ${took} ms`);
  }
  return { rounds: round, opened };
}

/** Whether it went well; rejects with what is no refusal. */
async function orRefused(reading: Promise<unknown>): Promise<boolean> {
  try {
    await reading;
    return true;
  } catch (error) {
    if (error instanceof FormatError) return false;
    throw error;
  }
}

/** One of the files with a few places changed, as bad disks, cut downloads and people who mean harm change them. */
export function damaged(good: readonly Uint8Array[], seed: number): Uint8Array<ArrayBuffer> {
  const random = randomSource(seed);
  let bytes = new Uint8Array(good[random(good.length)] ?? []);
  for (let change = random(4); change >= 0; change--) {
    const at = placeIn(bytes.length, random);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const kind = random(8);
    if (kind === 0) bytes = bytes.slice(0, at);
    else if (kind === 1)
      bytes = new Uint8Array([...bytes.subarray(0, at), ...bytes.subarray(at + random(40))]);
    else if (kind === 2)
      bytes = new Uint8Array([...bytes.subarray(0, at), ...bytes.subarray(placeIn(at, random))]);
    else if (kind === 3 && at + 4 <= bytes.length)
      view.setUint32(at, EXTREMES[random(EXTREMES.length)] ?? 0, true);
    else if (kind === 4 && at + 8 <= bytes.length) bytes.fill(random(2) * 255, at, at + 8);
    else bytes[at] = random(256);
  }
  return bytes;
}

const EXTREMES = [0, 1, 0x7fffffff, 0x80000000, 0xffffffff, 0xfffffffe, 1000];

/** Directories and footers lie at the end, and what is wrong in them matters most. */
function placeIn(length: number, random: (below: number) => number): number {
  if (length === 0) return 0;
  return random(3) === 0 ? random(length) : Math.max(0, length - 1 - random(Math.min(length, 900)));
}
