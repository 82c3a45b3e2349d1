/** In a test page: files of the reference fixtures, as the program is handed them. */
import type { NamedBlob } from '../../src/checkpoint/types';

const ROOT = '../../reference/fixtures/';

const addresses = import.meta.glob<string>(
  [
    '../../reference/fixtures/merge/*/{base,experts/*}/*',
    '../../reference/fixtures/clip/*/*.{json,bin}',
    '../../reference/fixtures/merge/*/expected.json',
    '../../reference/fixtures/methods/*',
  ],
  { query: '?url', import: 'default', eager: true },
);

/** The files of one folder of the fixtures, e.g. `merge/p8-32/base`. */
export async function fixtureFolder(path: string): Promise<NamedBlob[]> {
  const prefix = `${ROOT}${path}/`;
  const inside = Object.entries(addresses).filter(([name]) => name.startsWith(prefix));
  if (inside.length === 0) throw new Error(`This test page carries no fixtures of ${path}.`);
  return Promise.all(
    inside.map(async ([name, address]) => ({
      name: name.slice(prefix.length),
      blob: await load(address),
    })),
  );
}

/** One file of the fixtures. */
export async function fixtureBlob(path: string): Promise<Blob> {
  const address = addresses[ROOT + path];
  if (address === undefined) throw new Error(`This test page carries no fixture ${path}.`);
  return load(address);
}

/** Addresses are relative to this module, which the bundler may have moved. */
async function load(address: string): Promise<Blob> {
  return (await fetch(new URL(address, import.meta.url))).blob();
}
