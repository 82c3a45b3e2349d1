/**
 * The readers against mutated files: some hundred here, and as many as there is time for in `npm run soak -- readers`
 * (READERS_MINUTES). A failure is opened again by its seed: READERS_SEED=... npx vitest run src/program/readers.test.ts
 */
import { expect, it } from 'vitest';
import { openClip } from '../clip/open';
import { fixtureFiles, jsonFile } from '../clip/testing';
import { FormatError } from '../errors';
import { fuzzReaders } from './testing/readers.fuzz';

const minutes = Number(process.env.READERS_MINUTES ?? 0);
const seed = Number(process.env.READERS_SEED ?? (minutes > 0 ? Date.now() % 2 ** 31 : 20_261_128));
const isOne = process.env.READERS_SEED !== undefined && minutes === 0;
const COUNT = 400;

it(
  'open mutated files or refuse them in their own words',
  async () => {
    const bounds =
      minutes > 0 ? { until: performance.now() + minutes * 60_000 } : { count: isOne ? 1 : COUNT };
    const { opened, failures } = await fuzzReaders(seed, bounds);
    console.log(`readers: ${opened} mutated files from seed ${seed}, ${failures.length} failures`);
    expect(failures).toEqual([]);
  },
  minutes * 60_000 + 120_000,
);

it.each(['config.json', 'tokenizer.json', 'preprocessor_config.json', 'tokenizer_config.json'])(
  'refuse a %s that nests a hundred thousand levels in one sentence',
  async (name) => {
    const deep = `${'{"vision_config":'.repeat(100_000)}1${'}'.repeat(100_000)}`;
    const files = (await fixtureFiles('merge/p8-32/base')).filter((file) => file.name !== name);
    const opening = openClip('deep', [...files, { name, blob: new Blob([deep]) }]);
    await expect(opening).rejects.toThrow(FormatError);
    await expect(opening).rejects.toThrow(
      `${name}: this JSON file nests deeper than 127 levels, which no configuration does. Download it again.`,
    );
  },
);

it('refuse a header that nests a hundred thousand levels in one sentence', async () => {
  const header = new TextEncoder().encode('{"a":'.repeat(100_000));
  const start = new Uint8Array(8);
  new DataView(start.buffer).setBigUint64(0, BigInt(header.length), true);
  const blob = new Blob([start, header, new Uint8Array(8)]);
  await expect(openClip('deep', [{ name: 'model.safetensors', blob }])).rejects.toThrow(
    /^model\.safetensors: its header is not valid .*\. It was not written by a safetensors library/,
  );
});

it('refuse an index that nests a hundred thousand levels', async () => {
  const deep = '['.repeat(100_000) + ']'.repeat(100_000);
  const blob = new Blob([`{"weight_map":{"x":${deep}}}`]);
  const name = 'model.safetensors.index.json';
  await expect(openClip('deep', [{ name, blob }, jsonFile('config.json', {})])).rejects.toThrow(
    FormatError,
  );
});
