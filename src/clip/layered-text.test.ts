import { describe, expect, it } from 'vitest';
import type { TensorSource } from '../checkpoint/types';
import type { OrtEngine } from '../runtime/types';
import { countedEngine, fixtureJson, openFixture, wasmEngine } from './testing';
import { type EmbedLimits, embedTokenIds } from './text-tower';
import type { TextConfig, TextTower } from './types';

interface Expected {
  readonly prompts: { readonly ids: number[] }[];
}

const LAYERED: EmbedLimits = { layeredFrom: 0 };
const WHOLE: EmbedLimits = { layeredFrom: Number.POSITIVE_INFINITY };

async function prepare(shape: string, changes: Partial<TextConfig> = {}) {
  const { text } = await openFixture(`merge/${shape}/base`);
  if (text === undefined) throw new Error('a fixture base has a text tower');
  const tower: TextTower = { ...text, config: { ...text.config, ...changes } };
  return { tower, sequences: manySequences(shape, tower), engine: await wasmEngine() };
}

/** Seventy sequences, three batches of three lengths: those of the fixture, each cut to several lengths. */
function manySequences(shape: string, { config }: TextTower): number[][] {
  const { prompts } = fixtureJson<Expected>(`clip/${shape}/expected.json`);
  const longest = Math.max(...prompts.map(({ ids }) => ids.length));
  return Array.from({ length: 70 }, (_, n) => {
    const ids = prompts[n % prompts.length]?.ids ?? [];
    const length = Math.min(longest, config.maxPositions, 3 + (n % 5));
    return Array.from({ length }, (_, at) => ids[(at + n) % ids.length] ?? 0);
  });
}

/** The tower, telling which of its tensors are read. */
function watched(tower: TextTower) {
  const read: string[] = [];
  const tensors = new Map<string, TensorSource>();
  for (const [name, source] of tower.tensors) {
    const own: TensorSource = {
      ...source,
      name: source.name,
      dtype: source.dtype,
      shape: source.shape,
      byteLength: source.byteLength,
      read() {
        read.push(name);
        return source.read();
      },
    };
    tensors.set(name, own);
  }
  return { read, tower: { ...tower, tensors } };
}

const layersOf = (read: readonly string[]) => read.filter((name) => name.includes('.layers.'));

describe.each([
  ['p8-32', {}],
  ['p16-48', {}],
  ['p8-24', {}],
  ['p8-32', { layers: 1 }],
  ['p8-32', { pooling: 'last' }],
] as [string, Partial<TextConfig>][])('%s %o', (shape, changes) => {
  it('gives the same bits layer by layer, all batches at a time or one', async () => {
    const { tower, sequences, engine } = await prepare(shape, changes);
    const expected = await embedTokenIds(tower, engine, sequences, {}, WHOLE);
    expect(expected).toHaveLength(sequences.length);
    expect(new Set(expected.flatMap((row) => [...row])).size).toBeGreaterThan(1000);
    for (const stateBytes of [1e9, 0]) {
      const limits = { ...LAYERED, stateBytes };
      expect(await embedTokenIds(tower, engine, sequences, {}, limits)).toEqual(expected);
    }
  });
});

it('holds one step of the tower at a time, and reads each tensor once for all batches', async () => {
  const { tower, sequences, engine } = await prepare('p8-32');
  const { read, tower: told } = watched(tower);
  const { count, engine: counted } = countedEngine(engine, {
    onRun: (feeds) => {
      expect(count.open).toBe(1);
      const weights = Object.keys(feeds).filter((name) => tower.tensors.has(name));
      fed.push(weights.length);
      const own = [...weights, 'residual', 'normed', 'embeddings'].flatMap((name) => {
        const feed = feeds[name];
        return feed && 'data' in feed ? [feed.data.buffer] : [];
      });
      // What earlier steps were fed is gone but for the states of the other batches.
      for (const buffer of own) handed.add(buffer);
      const held = [...handed].filter(({ byteLength }) => byteLength > 0);
      expect(held.length).toBeLessThanOrEqual(own.length + 1);
    },
  });
  const fed: number[] = [];
  const handed = new Set<ArrayBufferLike>();
  await embedTokenIds(told, counted, sequences, {}, LAYERED);
  expect(count.open).toBe(0);
  const { layers } = tower.config;
  const batches = 3;
  expect(fed).toHaveLength(batches * (layers + 1));
  // A layer's sixteen at most, and the text projection after the last.
  expect(Math.max(...fed)).toBeLessThanOrEqual(17);
  expect([...handed].every(({ byteLength }) => byteLength === 0)).toBe(true);
  expect(layersOf(read)).toHaveLength(16 * layers);
  expect(new Set(read).size).toBe(read.length);

  const again = watched(tower);
  await embedTokenIds(again.tower, engine, sequences, {}, { ...LAYERED, stateBytes: 0 });
  expect(layersOf(again.read)).toHaveLength(batches * 16 * layers);
});

it('is taken for large towers on wasm only', async () => {
  const { tower, sequences, engine } = await prepare('p8-32');
  const sessionsOf = async (provider: OrtEngine['provider'], limits?: EmbedLimits) => {
    const { count, engine: counted } = countedEngine({ ...engine, provider });
    await embedTokenIds(tower, counted, sequences.slice(0, 1), {}, limits);
    return count.made;
  };
  expect(await sessionsOf('wasm')).toBe(1);
  expect(await sessionsOf('wasm', LAYERED)).toBe(tower.config.layers + 1);
  expect(await sessionsOf('native', LAYERED)).toBe(1);
});

it('tells how far it is in sequences, and each number once', async () => {
  const { tower, sequences, engine } = await prepare('p8-32');
  const told: number[] = [];
  const onProgress = (done: number, total: number) => {
    expect(total).toBe(sequences.length);
    told.push(done);
  };
  await embedTokenIds(tower, engine, sequences, { onProgress }, LAYERED);
  expect(told).toEqual([...new Set(told)].toSorted((a, b) => a - b));
  expect(told.length).toBeGreaterThan(3);
  expect(told.at(-1)).toBe(sequences.length);
});

it('stops between two runs, and lets a message say so', async () => {
  const { tower, sequences, engine } = await prepare('p8-32');
  const controller = new AbortController();
  const { count, engine: counted } = countedEngine(engine, {
    onRun: () => setTimeout(() => controller.abort()),
  });
  const options = { signal: controller.signal };
  await expect(embedTokenIds(tower, counted, sequences, options, LAYERED)).rejects.toMatchObject({
    name: 'AbortError',
  });
  expect(count.open).toBe(0);
  expect(count.runs).toBeLessThanOrEqual(4);
});

it.each(['make', 'run'] as const)(
  'leaves no session open where the second to %s fails',
  async (step) => {
    const { tower, sequences, engine } = await prepare('p8-32');
    let steps = 0;
    const fail = (taken: 'make' | 'run') => {
      if (taken === step && ++steps === 2) throw new Error('no memory');
    };
    const { count, engine: counted } = countedEngine(engine, {
      onMake: () => fail('make'),
      onRun: () => fail('run'),
    });
    await expect(embedTokenIds(tower, counted, sequences, {}, LAYERED)).rejects.toThrow(
      'no memory',
    );
    expect(count.open).toBe(0);
  },
);
