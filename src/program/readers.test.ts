/**
 * Every reader against damaged files: some hundred here, and for minutes each in `npm run soak -- readers` (READERS_MINUTES).
 * A failure names its seed: READERS_SEED=... READERS_ROUNDS=1 npx vitest run src/program/readers.test.ts -t NAME
 */
import { describe, expect, it } from 'vitest';
import { fuzz } from '../checkpoint/testing/fuzz';
import { DECODERS } from '../clip/images/testing/decoders.fuzz';
import { openClip } from '../clip/open';
import { fixtureFiles, jsonFile } from '../clip/testing';
import { FormatError } from '../errors';
import { CONTAINERS } from '../taskpool/testing/containers.fuzz';
import { CHECKPOINTS } from './testing/checkpoints.fuzz';
import { CONFIGURATIONS } from './testing/configurations.fuzz';

const minutes = Number(process.env.READERS_MINUTES ?? 0);
const seed = Number(process.env.READERS_SEED ?? (minutes > 0 ? Date.now() % 2 ** 31 : 1));
const rounds = Number(process.env.READERS_ROUNDS ?? 150);

describe('damaged files are opened or refused', () => {
  const readers = [...CHECKPOINTS, ...CONTAINERS, ...DECODERS, CONFIGURATIONS];
  it.each(readers)('$name', { timeout: minutes * 60_000 + 120_000 }, async (reader) => {
    const bounds = minutes > 0 ? { milliseconds: minutes * 60_000 } : { rounds };
    const report = await fuzz(reader, { seed, ...bounds });
    if (minutes > 0) {
      console.log(`${reader.name}: ${report.rounds} from seed ${seed}, ${report.opened} opened`);
    }
    if (report.rounds < 100) return;
    // Both happen, or nothing is tried.
    expect(report.opened).toBeGreaterThan(0);
    expect(report.opened).toBeLessThan(report.rounds);
  });

  it('of every kind', () => {
    expect(readers.map(({ name }) => name)).toEqual([
      'safetensors',
      'pickle',
      'JSON configurations',
      'LoRA folders',
      'coefficients',
      'zip',
      'tar',
      'Parquet',
      'PNG',
      'JPEG',
      'WebP',
      'GIF',
      'Netpbm',
      'BMP',
      'TIFF',
      'YAML',
    ]);
  });
});

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
