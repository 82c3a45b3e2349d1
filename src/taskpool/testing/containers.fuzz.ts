/** Test support: damaged archives and Parquet files. */
import { readFileSync } from 'node:fs';
import { damaged, type FuzzTarget, isRefusal } from '../../checkpoint/testing/fuzz';
import { zipEntries } from '../images/zip-entries';
import { openParquet } from '../parquet/parquet-file';
import { openTar } from '../tar/open-tar';
import { webPictures } from '../tar/web-dataset';

const FIXTURES = new URL('../../../reference/fixtures/', import.meta.url);

export const CONTAINERS: readonly FuzzTarget[] = [
  container(
    'zip',
    ['python-deflated', 'python-zip64', 'info-zip-streamed', 'finder'].map(
      (name) => `zips/${name}.zip`,
    ),
    async (blob) => {
      for (const entry of await zipEntries({ name: 'x.zip', blob })) {
        await orRefused(entry.read().then((file) => file.arrayBuffer()));
      }
    },
  ),
  container(
    'tar',
    [
      'archives/gnu.tar',
      'archives/pax.tar',
      'archives/ustar.tar.gz',
      'numbers/test/0.tar',
      'blanks/test.tar',
    ].map((name) => `webdataset/${name}`),
    async (blob) => {
      const files = await openTar({ name: 'x.tar', blob });
      for (const file of files) await file.blob.arrayBuffer();
      await webPictures('x.tar', files);
    },
  ),
  container(
    'Parquet',
    [
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
    async (blob) => {
      const file = await openParquet({ name: 'x.parquet', blob });
      await file.labels();
      for await (const rows of file.rows()) void rows;
    },
  ),
];

/** @param open - reads all of a file */
function container(
  name: string,
  files: readonly string[],
  open: (blob: Blob) => Promise<void>,
): FuzzTarget {
  const good = files.map((file) => new Uint8Array(readFileSync(new URL(file, FIXTURES))));
  return { name, read: (seed) => open(new Blob([damaged(good, seed, 'end')])) };
}

/** An entry that is refused does not end the reading of the others. */
async function orRefused(reading: Promise<unknown>): Promise<void> {
  try {
    await reading;
  } catch (error) {
    if (!isRefusal(error)) throw error;
  }
}
