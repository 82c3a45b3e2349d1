import { describe, expect, it } from 'vitest';
import { countedEngine, fixtureJson, openFixture, relativeError, wasmEngine } from './testing';
import { encodePrompts } from './text-encoder';
import { embedTokenIds } from './text-tower';
import type { ClipModel, TextTower } from './types';

interface Row {
  readonly ids: number[];
  readonly eosTokenId: Readonly<Record<string, { readonly textEmbeds: number[] }>>;
}
interface Expected {
  readonly configuredEosTokenId: number;
  readonly prompts: (Row & { readonly text: string })[];
  readonly rawIds: (Row & { readonly name: string })[];
}

const TOLERANCE = 1e-5;

async function prepare(shape: string) {
  const model = await openFixture(`merge/${shape}/base`);
  if (model.text === undefined) throw new Error('a fixture base has a text tower');
  const expected = fixtureJson<Expected>(`clip/${shape}/expected.json`);
  return { model, text: model.text, expected, engine: await wasmEngine() };
}

const pooledAt = (text: TextTower, eosTokenId: number): TextTower => ({
  ...text,
  config: { ...text.config, eosTokenId },
});

describe.each(['p8-32', 'p16-48', 'p8-24'])('%s', (shape) => {
  it("gives transformers' text embeddings", async () => {
    const { model, expected, engine } = await prepare(shape);
    const prompts = expected.prompts.map(({ text }) => text);
    const embeddings = await encodePrompts(model, engine, prompts);
    expect(embeddings).toHaveLength(prompts.length);
    for (const [index, row] of expected.prompts.entries()) {
      const wanted = row.eosTokenId[expected.configuredEosTokenId]?.textEmbeds ?? [];
      expect(relativeError(embeddings[index] ?? [], wanted)).toBeLessThan(TOLERANCE);
    }
  });

  it.each([2, 793, 512])('pools as transformers does where eos_token_id is %s', async (eos) => {
    const { text, expected, engine } = await prepare(shape);
    const rows = [...expected.prompts, ...expected.rawIds];
    const sequences = rows.map(({ ids }) => ids);
    const embeddings = await embedTokenIds(pooledAt(text, eos), engine, sequences);
    for (const [index, row] of rows.entries()) {
      const wanted = row.eosTokenId[eos]?.textEmbeds ?? [];
      expect(relativeError(embeddings[index] ?? [], wanted)).toBeLessThan(TOLERANCE);
    }
  });
});

/** Sixty different prompts of three lengths: more than one batch. */
const MANY = Array.from({ length: 60 }, (_, n) => `a photo of ${'the '.repeat(n % 3)}${n + 10}`);

it('keeps order over batches and lengths, computes repeated prompts once and reports progress', async () => {
  const { model, engine } = await prepare('p16-48');
  const progress: [number, number][] = [];
  const all = await encodePrompts(model, engine, [...MANY, ...MANY], {
    onProgress: (done, total) => progress.push([done, total]),
  });
  expect(progress).toEqual([
    [32, 60],
    [60, 60],
  ]);
  expect(all).toHaveLength(120);
  for (const index of [0, 1, 2, 31, 32, 59]) {
    const [alone = []] = await encodePrompts(model, engine, [MANY[index] ?? '']);
    expect(relativeError(all[index] ?? [], alone)).toBeLessThan(TOLERANCE);
    expect(all[index + 60]).toEqual(all[index]);
  }
});

it('stops between batches when aborted, and leaves no session open', async () => {
  const { model, engine } = await prepare('p16-48');
  const { engine: counted, count: sessions } = countedEngine(engine);
  const controller = new AbortController();
  const run = encodePrompts(model, counted, MANY, {
    signal: controller.signal,
    onProgress: () => controller.abort(),
  });
  await expect(run).rejects.toMatchObject({ name: 'AbortError' });
  expect(sessions).toMatchObject({ made: 1, open: 0 });
});

it.each(['make', 'run'] as const)(
  'leaves no session open, and none released twice, where the second one to %s fails',
  async (step) => {
    const { model, engine } = await prepare('p16-48');
    let steps = 0;
    const fail = (taken: 'make' | 'run') => {
      if (taken === step && ++steps === 2) throw new Error('no memory');
    };
    const { engine: counted, count: sessions } = countedEngine(engine, {
      onMake: () => fail('make'),
      onRun: () => fail('run'),
    });
    await expect(encodePrompts(model, counted, MANY)).rejects.toThrow('no memory');
    expect(sessions).toMatchObject({ made: step === 'make' ? 1 : 2, open: 0 });
  },
);

it('leaves no session open when it is done, and has one at a time', async () => {
  const { model, engine } = await prepare('p16-48');
  const { engine: counted, count: sessions } = countedEngine(engine, {
    onMake: () => expect(sessions.open).toBe(0),
    onRun: () => expect(sessions.open).toBe(1),
  });
  await encodePrompts(model, counted, MANY);
  expect(sessions).toMatchObject({ made: 2, open: 0 });
});

it('hears a wish to stop that comes as a message, as those of a page and of Ctrl-C do', async () => {
  const { model, engine } = await prepare('p16-48');
  const controller = new AbortController();
  const progress: number[] = [];
  const run = encodePrompts(model, engine, MANY, {
    signal: controller.signal,
    onProgress(done) {
      progress.push(done);
      setTimeout(() => controller.abort());
    },
  });
  await expect(run).rejects.toMatchObject({ name: 'AbortError' });
  expect(progress).toEqual([32]);
});

it('embeds no prompts to nothing', async () => {
  const { model, engine } = await prepare('p16-48');
  expect(await encodePrompts(model, engine, [])).toEqual([]);
});

it('says what is missing where a model cannot read prompts', async () => {
  const { model, engine, text } = await prepare('p16-48');
  const attempt = (changed: Partial<ClipModel>) =>
    encodePrompts({ ...model, ...changed }, engine, ['a photo of a cat']);
  await expect(attempt({ text: undefined })).rejects.toThrowErrorMatchingInlineSnapshot(
    `[CompatibilityError: base has no text tower, so it cannot embed class names. Add the full CLIP that it was made from.]`,
  );
  await expect(attempt({ tokenizer: undefined })).rejects.toThrowErrorMatchingInlineSnapshot(
    `[CompatibilityError: base came without its tokenizer, so it cannot read class names. Add its tokenizer.json (or vocab.json and merges.txt) together with its weights.]`,
  );
  await expect(attempt({ text: pooledAt(text, 49407) })).rejects.toThrowErrorMatchingInlineSnapshot(
    `[FormatError: config.json: text_config.eos_token_id (eos_id in an open_clip_config.json) is 49407, but the tokenizer ends a prompt with 793. Use the configuration and the tokenizer of one model.]`,
  );
  const small = { ...text, config: { ...text.config, vocabSize: 793 } };
  await expect(attempt({ text: small })).rejects.toThrowErrorMatchingInlineSnapshot(
    `[FormatError: tokenizer.json: it gives the token id 793, but the text tower has 793 tokens. Use the tokenizer of this model.]`,
  );
});
