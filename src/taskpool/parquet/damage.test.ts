/** Files that claim what cannot be true are refused at once, in one sentence that says where, whatever the claim. */
import { readFileSync } from 'node:fs';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { FormatError } from '../../errors';
import { openParquet } from './parquet-file';
import {
  BYTE_ARRAY,
  type Column,
  dataPage,
  dictionaryPage,
  INT32,
  INT64,
  noPictures,
  parquet,
  RLE_DICTIONARY,
  type Struct,
  thrift,
  varint,
  withFooter,
} from './testing';

const FOLDER = new URL('../../../reference/fixtures/parquet/', import.meta.url);

async function read(bytes: Uint8Array<ArrayBuffer>) {
  const file = await openParquet({ name: 'x.parquet', blob: new Blob([bytes]) });
  const rows = [];
  for await (const group of file.rows()) rows.push(...group);
  return rows;
}

async function refuses(bytes: Uint8Array<ArrayBuffer>, reason: string): Promise<void> {
  const error = await read(bytes).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(FormatError);
  expect((error as FormatError).file).toBe('x.parquet');
  expect((error as FormatError).reason).toContain(`The Parquet file is damaged (${reason}`);
}

const ROWS = 8;
const label = (column: Column) => parquet(ROWS, { image: noPictures(ROWS), label: column });
const image = (column: Column) =>
  parquet(ROWS, {
    image: column,
    label: { type: INT32, pages: [dataPage(ROWS, new Array<number>(4 * ROWS).fill(1))] },
  });
const block = (bytes: readonly number[]) => [bytes.length, 0, 0, 0, ...bytes];
const ones = new Array<number>(4 * ROWS).fill(1);
/** The head of a run of equal values, and of groups of eight. */
const equal = (count: number) => varint(2 * count);
const groups = (count: number) => varint(2 * count + 1);

it('a good one is read', async () => {
  const dictionary = [dictionaryPage(2, [7, 0, 0, 0, 9, 0, 0, 0])];
  const values = [1, ...equal(3), 1, ...groups(1), 0b01010];
  const rows = await read(
    label({
      type: INT32,
      isOptional: true,
      pages: [
        ...dictionary,
        dataPage(ROWS, [...block([...equal(7), 1, ...equal(1), 0]), ...values], {
          encoding: RLE_DICTIONARY,
        }),
      ],
    }),
  );
  expect(rows.map((row) => row.label)).toEqual([9, 9, 9, 7, 9, 7, 9, undefined]);
});

describe('levels and indices', () => {
  const levels = (bytes: readonly number[]) =>
    label({ type: INT32, isOptional: true, pages: [dataPage(ROWS, [...bytes, ...ones])] });
  const indices = (bytes: readonly number[], page = ROWS) =>
    label({
      type: INT32,
      pages: [dictionaryPage(1, [7, 0, 0, 0]), dataPage(page, bytes, { encoding: RLE_DICTIONARY })],
    });

  it.each<[string, Uint8Array<ArrayBuffer>, string]>([
    [
      'a run without end in levels',
      levels(block([...equal(2 ** 31 - 1), 1])),
      'page 1 of column label: a run has 2147483647 values where 8 are left',
    ],
    [
      'a run one too long',
      levels(block([...equal(ROWS + 1), 1])),
      'page 1 of column label: a run has 9 values where 8 are left',
    ],
    [
      'levels that end early',
      levels(block([...equal(ROWS - 1), 1])),
      'page 1 of column label: it ends early',
    ],
    [
      'levels that end beyond the page',
      levels([255, 255, 255, 255]),
      'page 1 of column label: 4294967295 bytes are claimed',
    ],
    [
      'a run without end in indices',
      indices([1, ...equal(2 ** 40), 0]),
      'page 2 of column label: a run has 1099511627776 values',
    ],
    [
      'groups that are not there',
      indices([1, ...groups(2 ** 30)]),
      'page 2 of column label: 1 bytes are claimed where 0',
    ],
    [
      'indices of 255 bits',
      indices([255, ...groups(1)]),
      'page 2 of column label: its numbers have 255 bits',
    ],
    [
      'an index beyond the dictionary',
      indices([1, ...equal(ROWS), 1]),
      'page 2 of column label: value 1 of a dictionary of 1 is asked for',
    ],
    [
      'more values than there are',
      indices([0, ...equal(9)], 9),
      'page 2 of column label: it has 9 values of 8',
    ],
    [
      'fewer values than there are',
      indices([0, ...equal(7)], 7),
      'page 3 of column label: it is missing, and so are 1 values',
    ],
    [
      'runs of nothing',
      indices([1, ...new Array<number>(9).fill(0)]),
      'page 2 of column label: 1 bytes are claimed where 0 are left',
    ],
  ])('%s', async (_, bytes, reason) => refuses(bytes, reason));

  it('groups of no bits need no bytes', async () => {
    const rows = await read(indices([0, ...groups(1)]));
    expect(rows.map((row) => row.label)).toEqual(new Array(ROWS).fill(7));
  });
});

describe('values', () => {
  const DELTA = 5;
  const LENGTHS = 6;
  const PREFIXES = 7;
  const deltas = (bytes: readonly number[]) =>
    label({ type: INT64, pages: [dataPage(ROWS, bytes, { encoding: DELTA })] });
  const texts = (encoding: number, bytes: readonly number[], rows = ROWS) =>
    parquet(rows, {
      image: { type: BYTE_ARRAY, pages: [dataPage(rows, bytes, { encoding })] },
      label: { type: INT32, pages: [dataPage(rows, new Array<number>(4 * rows).fill(1))] },
    });
  /** `count` numbers that begin with one and go on in equal steps. */
  const steps = (first: number, step: number, count: number) => [
    ...varint(8 * Math.ceil(count / 8)),
    1,
    ...varint(count),
    ...varint(2 * first),
    ...varint(step < 0 ? -2 * step - 1 : 2 * step),
    0,
  ];

  it.each<[string, Uint8Array<ArrayBuffer>, string]>([
    [
      'too few bytes',
      label({ type: INT32, pages: [dataPage(ROWS, ones.slice(4))] }),
      'page 1 of column label: 8 values are claimed in 28 bytes',
    ],
    [
      'a picture beyond its page',
      image({ type: BYTE_ARRAY, pages: [dataPage(ROWS, [...block([1]).with(0, 100), ...ones])] }),
      'page 1 of column image',
    ],
    [
      'pictures beyond everything',
      image({ type: BYTE_ARRAY, pages: [dataPage(ROWS, new Array<number>(32).fill(255))] }),
      'page 1 of column image',
    ],
    [
      'no parts of a block',
      deltas([128, 1, 0, 8, 2, 2, 0]),
      'page 1 of column label: its blocks have 128 values in 0 parts',
    ],
    [
      'parts without end',
      deltas([...varint(2 ** 33), ...varint(2 ** 30), 8, 2, 2, 0]),
      'page 1 of column label: 1073741824 bytes are claimed',
    ],
    [
      'a difference of endless bytes',
      deltas([128, 1, 4, 8, 2, ...new Array<number>(5000).fill(255)]),
      'page 1 of column label: a number takes more than 10 bytes',
    ],
    [
      'differences of 255 bits',
      deltas([8, 1, 8, 2, 2, 255, 0, 0]),
      'page 1 of column label: its differences have 255 bits',
    ],
    [
      'a negative length',
      texts(LENGTHS, steps(0, -1, ROWS)),
      'page 1 of column image: -1 bytes are claimed',
    ],
    [
      'more shared than there is',
      texts(PREFIXES, [...steps(1, 0, ROWS), ...steps(0, 0, ROWS)]),
      'page 1 of column image: a value shares 1 bytes with one of 0',
    ],
  ])('%s', async (_, bytes, reason) => refuses(bytes, reason));

  /** The first number, and the second as often as it takes to be `count`, as differences of 16 bits. */
  const jump = (first: number, second: number, count: number) => {
    const least = Math.min(0, second - first);
    const differences = [second - first, ...new Array<number>(count - 1).fill(0)];
    return [
      ...[...varint(count), 1, ...varint(count), ...varint(2 * first)],
      ...[...varint(least < 0 ? -2 * least - 1 : 0), 16],
      ...differences.flatMap((value) => [(value - least) & 255, (value - least) >> 8]),
    ];
  };

  it('that all repeat the first one, and so would fill the memory', async () => {
    const length = 20_000;
    const rows = 4000;
    const bytes = [...jump(0, length, rows), ...jump(length, 0, rows)];
    await refuses(
      texts(PREFIXES, [...bytes, ...new Array<number>(length).fill(1)], rows),
      'page 1 of column image: the column has 36044 bytes, and 20000 more would come out of it',
    );
  });

  it('that share some', async () => {
    const bytes = [...jump(0, 2, ROWS), ...jump(2, 1, ROWS), ...'ab1234567'].map((byte) =>
      typeof byte === 'string' ? byte.charCodeAt(0) : byte,
    );
    const rows = await read(texts(PREFIXES, bytes));
    expect(rows.map(({ picture }) => Buffer.from(picture as Uint8Array).toString())).toEqual([
      'ab',
      'ab1',
      'ab2',
      'ab3',
      'ab4',
      'ab5',
      'ab6',
      'ab7',
    ]);
  });
});

describe('packed pages', () => {
  const [SNAPPY, GZIP, BROTLI, LZ4, ZSTD, LZ4_RAW] = [1, 2, 4, 5, 6, 7];
  const packed = (codec: number, body: Iterable<number>, size = 4 * ROWS) =>
    label({ type: INT32, codec, pages: [dataPage(ROWS, [...body], { size })] });
  const zeros = new Uint8Array(3_000_000);
  /** Two blocks, each of 98,303 sequences that take no bits and claim to be 131 thousand bytes long. */
  const sequences = [0, 255, 0xff, 0xff, 0b01010100, 35, 0, 52, 0xff, 0xff, 0xff, 0x80];
  const zstdBlock = (isLast: number) => [isLast | 4 | (sequences.length << 3), 0, 0, ...sequences];
  const hostile = [0x28, 0xb5, 0x2f, 0xfd, 0, 0x58, ...zstdBlock(0), ...zstdBlock(1)];
  /** A block of 128 KiB of one byte, a thousand times. */
  const zstdBomb = [
    ...[0x28, 0xb5, 0x2f, 0xfd, 0, 0x58],
    ...Array.from({ length: 1000 }, () => [2, 0, 16, 0]).flat(),
    ...[3, 0, 16, 0],
  ];

  it.each<[string, Uint8Array<ArrayBuffer>, string]>([
    [
      'a size that the bytes do not account for',
      packed(ZSTD, [1, 2, 3], 2 ** 31 - 1),
      'page 1 of column label: the column has',
    ],
    [
      'Snappy that goes back',
      packed(SNAPPY, [32, 0xfc, 0xfa, 0xff, 0xff, 0xff, 1, 2, 3]),
      'page 1 of column label: it unpacks to more than 32',
    ],
    [
      'Snappy of another size',
      packed(SNAPPY, [...varint(2 ** 31)]),
      'page 1 of column label: it unpacks to 2147483648 bytes, not 32',
    ],
    [
      'Snappy from before its start',
      packed(SNAPPY, [32, 1, 9]),
      'page 1 of column label: it repeats 4 bytes from 9 before byte 0',
    ],
    [
      'a gzip bomb',
      packed(GZIP, gzipSync(zeros)),
      'page 1 of column label: it unpacks to more than 32',
    ],
    [
      'a Brotli bomb',
      packed(BROTLI, brotliCompressSync(zeros)),
      'page 1 of column label: it does not unpack to 32',
    ],
    ['no Brotli', packed(BROTLI, [255, 255, 255]), 'page 1 of column label: '],
    [
      'LZ4 that goes back',
      packed(LZ4, [0, 0, 0, 0, 255, 255, 255, 248]),
      'page 1 of column label: ',
    ],
    [
      'LZ4 from before its start',
      packed(LZ4_RAW, [0x0f, 9, 0, 255, 255, 255, 0]),
      'page 1 of column label: lz4',
    ],
    [
      'a Zstandard bomb',
      packed(ZSTD, zstdBomb),
      'page 1 of column label: it does not unpack to 32 bytes',
    ],
    [
      'Zstandard without end',
      packed(ZSTD, hostile),
      'page 1 of column label: it does not unpack to 32 bytes',
    ],
    [
      'no Zstandard',
      packed(ZSTD, [1, 2, 3, 4, 5]),
      'page 1 of column label: it does not unpack to 32 bytes',
    ],
  ])('%s', async (_, bytes, reason) => refuses(bytes, reason));

  it('LZO is called by its name', async () => {
    await expect(read(packed(3, [1]))).rejects.toThrow(
      'x.parquet: The Parquet file is compressed with LZO, which is not read. Write it again',
    );
  });
});

describe('footers', () => {
  const good = label({ type: INT32, pages: [dataPage(ROWS, ones)] });
  const changed = (footerOf: (footer: Struct) => Struct) =>
    parquet(
      ROWS,
      { image: noPictures(ROWS), label: { type: INT32, pages: [dataPage(ROWS, ones)] } },
      footerOf,
    );
  const claimed = (claims: NonNullable<Column['claimed']>) =>
    label({ type: INT32, pages: [dataPage(ROWS, ones)], claimed: claims });
  const many = 2 ** 40;

  it.each<[string, Uint8Array<ArrayBuffer>, string]>([
    ['that is cut', good.slice(0, 50), 'it does not end in PAR1'],
    [
      'longer than the file',
      withFooter([], []).with(3, 255) as Uint8Array<ArrayBuffer>,
      'its footer has 4278190080 bytes, the file 8',
    ],
    [
      'a list without end',
      withFooter([], [0x29, 0xfc, ...varint(2 ** 35)]),
      'a list claims 34359738368 values',
    ],
    [
      'a text without end',
      withFooter([], [0x18, ...varint(2 ** 35)]),
      '34359738368 bytes are claimed',
    ],
    [
      'a number of endless bytes',
      withFooter([], [0x16, ...new Array<number>(1000).fill(255)]),
      'a number takes more than 10 bytes',
    ],
    [
      'structures without end',
      withFooter([], new Array<number>(1000).fill(0x1c)),
      'a structure is 33 deep',
    ],
    [
      'lists without end',
      withFooter([], [0x19, ...new Array<number>(1000).fill(0x19)]),
      'a structure is 33 deep',
    ],
    [
      'fields that are missing',
      withFooter([], thrift({ 1: 1 })),
      'its footer has no 2 as Parquet has it',
    ],
    [
      'a schema that is no tree',
      changed((footer) => ({
        ...footer,
        2: [
          { 4: 'x', 5: 1 },
          { 1: 1, 4: 'a' },
          { 1: 1, 4: 'b' },
        ],
      })),
      'its schema is no tree',
    ],
    [
      'other columns',
      changed((footer) => ({
        ...footer,
        2: [
          { 4: 'x', 5: 1 },
          { 1: 1, 4: 'a' },
        ],
      })),
      'a row group has other columns',
    ],
    [
      'rows without end',
      changed((footer) => ({ ...footer, 3: many, 4: [{ 1: [], 3: many }], 2: [{ 4: 'x', 5: 0 }] })),
      'it has 1099511627776 rows in',
    ],
    [
      'negative rows',
      changed((footer) => ({ ...footer, 4: [{ 1: [], 3: -5 }], 2: [{ 4: 'x', 5: 0 }] })),
      'a row group has -5 rows',
    ],
    [
      'other rows than its groups',
      changed((footer) => ({ ...footer, 3: 6 })),
      'its row groups have 8 rows, the file 6',
    ],
    [
      'a column beyond the end',
      claimed({ begin: 2 ** 30 }),
      'column label lies at bytes 1073741824',
    ],
    ['columns larger than the file', claimed({ size: 2 ** 40 }), 'its columns have 1099511'],
    [
      'more values than rows',
      claimed({ values: 2 ** 31 }),
      'column label has 2147483648 values, not 8',
    ],
  ])('%s', async (_, bytes, reason) => refuses(bytes, reason));

  it('a page header of another kind', async () => {
    const page = { header: { 1: 0, 2: 32, 3: 32 }, body: ones };
    await refuses(
      label({ type: INT32, pages: [page] }),
      'page 1 of column label: its header does not fit',
    );
  });
});

it('what damaged files brought to light: a run of levels that kept a page for minutes', async () => {
  const bytes = new Uint8Array(readFileSync(new URL('codecs/zstd-pages-2.parquet', FOLDER)));
  bytes[1823] = 233;
  await refuses(bytes, 'page 2 of column label');
});
