import { beforeAll, describe, expect, it } from 'vitest';
import { openFixture, wasmEngine } from '../../clip/testing';
import type { ClipModel } from '../../clip/types';
import { computeHead } from '../head';
import { keptHead } from './head-cache';
import { headKey } from './head-key';
import { bitsOf, countingEngine, memoryCache } from './testing';

const CLASSES = ['a circle', 'a square', 'a star'];
const TEMPLATES = ['a photo of {}', 'a drawing of {}'];

let model: ClipModel;
beforeAll(async () => {
  model = await openFixture('merge/p8-32/base');
});

/** A cache, an engine, and how often the text tower has run. */
async function prepare() {
  const { counts, engine } = countingEngine(await wasmEngine());
  const cache = memoryCache();
  const head = (classnames = CLASSES, templates = TEMPLATES, tower = 'one', of = model) =>
    keptHead(cache, { model: of, tower }, async () => engine, classnames, templates);
  return { counts, engine, cache, head };
}

describe('a head', () => {
  it('is computed once, and then the same to the last bit without an engine', async () => {
    const { counts, cache, head } = await prepare();
    const first = await head();
    expect(counts.runs).toBe(1);
    const without = async () => Promise.reject(new Error('an engine was asked for'));
    const again = await keptHead(cache, { model, tower: 'one' }, without, CLASSES, TEMPLATES);
    const computed = await computeHead(model, await wasmEngine(), CLASSES, TEMPLATES);
    expect(bitsOf(again)).toEqual(bitsOf(computed));
    expect(bitsOf(first)).toEqual(bitsOf(computed));
  });

  it('is another one for other prompts, another order of them, and another text tower', async () => {
    const { counts, engine, cache, head } = await prepare();
    await head();
    await head(CLASSES, ['a photo of {}', 'a sketch of {}']);
    await head(CLASSES, ['a photo of {}']);
    await head(CLASSES, [...TEMPLATES].reverse());
    await head([...CLASSES].reverse());
    await head(['a circle', 'a square', 'a stars']);
    await head(CLASSES, TEMPLATES, 'two');
    const part = { model, tower: 'one', part: 'ema' };
    for (const again of [part, part, { ...part, part: 'model' }]) {
      await keptHead(cache, again, async () => engine, CLASSES, TEMPLATES);
    }
    expect(counts.runs).toBe(9);
    expect(cache.heads.size).toBe(9);
  });

  it('is another one where the text tower is configured otherwise', async () => {
    const { counts, head } = await prepare();
    const { text } = model;
    if (!text) throw new Error('the fixture has a text tower');
    await head();
    const config = { ...text.config, layerNormEps: 1e-6 };
    await head(CLASSES, TEMPLATES, 'one', { ...model, text: { ...text, config } });
    expect(counts.runs).toBe(2);
  });

  it('is not kept where it is given up half-way', async () => {
    const { engine, cache } = await prepare();
    const controller = new AbortController();
    const templates = Array.from({ length: 20 }, (_, n) => `a photo of {}, number ${n}`);
    const heads = keptHead(cache, { model, tower: 'one' }, async () => engine, CLASSES, templates, {
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    await expect(heads).rejects.toMatchObject({ name: 'AbortError' });
    expect(cache.heads.size).toBe(0);
  });

  it('is computed again where what was kept is of another number of classes', async () => {
    const { counts, cache, head } = await prepare();
    const { digest } = await headKey('one', model.text?.config, CLASSES, TEMPLATES);
    cache.heads.set(digest, await head(['a circle']));
    expect((await head()).classes).toBe(3);
    expect(counts.runs).toBe(2);
  });
});

describe('the key of a head', () => {
  const key = (classnames: string[], templates: string[]) =>
    headKey('one', undefined, classnames, templates);

  it('does not run classes, templates and their parts together', async () => {
    const keys = await Promise.all([
      key(['a', 'b'], ['{}']),
      key(['a'], ['b', '{}']),
      key(['a b'], ['{}']),
      key(['a","b'], ['{}']),
      key(['a', 'b'], ['{c}']),
    ]);
    expect(new Set(keys.map(({ digest }) => digest)).size).toBe(5);
  });
});
