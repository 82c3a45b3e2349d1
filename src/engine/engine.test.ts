import 'fake-indexeddb/auto';
import { describe, expect, it } from 'vitest';
import { openSafetensors } from '../checkpoint/safetensors/open-safetensors';
import { fixtureJson } from '../clip/testing';
import type { ExportedFile } from './api';
import { addPool, drop, fillStudio, openStudio, type TestStudio } from './testing/drops';

interface Expected {
  readonly experts: readonly string[];
  readonly scaling_factors: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

interface Scores {
  readonly models: Readonly<
    Record<string, { readonly tasks: Readonly<Record<string, { readonly accuracy: number }>> }>
  >;
}

/** SHA-256 of every tensor, by canonical name. */
async function hashesOf({ name, file }: ExportedFile): Promise<Record<string, string>> {
  const { tensors } = await openSafetensors({ name, blob: file });
  const hashes: Record<string, string> = {};
  for (const [key, tensor] of tensors) {
    const digest = await crypto.subtle.digest('SHA-256', await tensor.read());
    hashes[key.replace('vision_model.', '')] = Buffer.from(digest).toString('hex');
  }
  return hashes;
}

const complete = (studio: TestStudio) => studio.until(({ scores }) => scores.phase === 'complete');

describe('the engine', () => {
  it('goes the whole path: drop, score, slide, download, reload', async () => {
    const studio = await openStudio('whole-path');
    await fillStudio(studio);
    const first = await complete(studio);
    expect(first.pool.models.map(({ name, role }) => `${role} ${name}`)).toEqual([
      'base base',
      'expert outlines',
      'expert surfaces',
    ]);
    expect(first.pool.mergeable).toBe(true);
    expect(first.scalingFactor).toBe(0.7);
    expect(first.scores.status).toBe('Scored 190 of 190 images');
    expect(first.tasks.map(({ name, expert }) => [name, expert])).toEqual([
      ['outlines', 'outlines'],
      ['surfaces', 'surfaces'],
    ]);

    await studio.engine.setScalingFactor(0.3);
    const moved = await studio.until(
      ({ scores, scalingFactor }) => scalingFactor === 0.3 && scores.phase === 'complete',
    );
    expect(moved.scores.curve.map((point) => point.scalingFactor)).toEqual([0.3, 0.7]);

    const { name, file } = await studio.engine.exportModel('export', {
      content: 'vision',
      dtype: 'base',
      zip: false,
    });
    expect(name).toBe('model.safetensors');
    const merged = await openSafetensors({ name, blob: file });
    const { scaling_factors: expected } = fixtureJson<Expected>('merge/p8-32/expected.json');
    expect(await hashesOf({ name, file })).toEqual(expected['0.3']);
    expect(merged.metadata.get('format')).toBe('pt');
    const recipe = JSON.parse(merged.metadata.get('task_arithmetic_recipe') ?? '');
    expect(recipe).toMatchObject({ scalingFactor: 0.3, method: 'TaskArithmeticAlgorithm' });
    expect(recipe.experts[0].sha256).toMatch(/^[0-9a-f]{64}$/);

    // The downloaded file, dropped back, brings the pool to what made it.
    const [, outlines] = moved.pool.models;
    await studio.engine.editPool({ type: 'setWeight', id: outlines?.id ?? '', weight: 2 });
    await studio.engine.setScalingFactor(1);
    const dropped = { path: 'merged.safetensors', file: new File([file], 'merged.safetensors') };
    await studio.engine.addCheckpoints('merged', [dropped], 'user');
    const merger = studio.state().pool.models.find((model) => model.name === 'merged');
    await studio.engine.restoreRecipe(merger?.id ?? '');
    const restored = studio.state();
    expect(restored.scalingFactor).toBe(0.3);
    expect(restored.pool.models.map((model) => [model.name, model.included, model.weight])).toEqual(
      [
        ['base', true, 1],
        ['outlines', true, 1],
        ['surfaces', true, 1],
        ['merged', false, 1],
      ],
    );
    await studio.engine.editPool({ type: 'remove', id: merger?.id ?? '' });

    const again = await openStudio('whole-path');
    const reloaded = await complete(again);
    expect(reloaded.pool.models).toHaveLength(3);
    expect(reloaded.scalingFactor).toBe(0.3);
    expect(reloaded.scores.merged).toEqual(moved.scores.merged);
  });

  it('merges the state dict that is chosen of several in a file, and keeps apart what is of each', async () => {
    const studio = await openStudio('parts');
    const added = await studio.engine.addCheckpoints(
      'models',
      [
        ...(await drop('merge/p8-32/base', 'base')),
        ...(await drop('merge/p8-32/experts/surfaces', 'surfaces')),
        ...(await drop('formats/pool/parts', 'outlines')).filter(({ path }) =>
          path.endsWith('outlines.pt'),
        ),
      ],
      'user',
    );
    expect(added.findings.map(({ subject }) => subject)).toEqual(['outlines']);
    await studio.engine.addTaskImages('tasks', await drop('scoring/images', 'images'), 'user');
    await studio.engine.setScalingFactor(0.3);
    const plain = await complete(studio);
    const id = plain.pool.models[1]?.id ?? '';
    expect(plain.pool.models[1]?.parts?.taken).toBe('model');
    const { scaling_factors: expected } = fixtureJson<Expected>('merge/p8-32/expected.json');
    const download = async () => {
      const options = { content: 'vision', dtype: 'base', zip: false } as const;
      return studio.engine.exportModel('export', options);
    };
    expect(await hashesOf(await download())).not.toEqual(expected['0.3']);

    await studio.engine.editPool({ type: 'setPart', id, part: 'model_ema' });
    const chosen = await complete(studio);
    expect(chosen.scores.merged).not.toEqual(plain.scores.merged);
    const scores = fixtureJson<Scores>('scoring/expected.json').models.outlines?.tasks;
    const own = chosen.tasks.find(({ name }) => name === 'outlines')?.id ?? '';
    // FusionBench has it in single precision.
    const accuracy = Math.fround(chosen.scores.expert.tasks[own]?.accuracy ?? Number.NaN);
    expect(accuracy).toBe(scores?.outlines?.accuracy);
    const { name, file } = await download();
    expect(await hashesOf({ name, file })).toEqual(expected['0.3']);

    // What was scored of each is known at once, also after a reload.
    await studio.engine.editPool({ type: 'setPart', id, part: 'model' });
    expect(studio.state().scores).toMatchObject({ phase: 'complete', merged: plain.scores.merged });
    const dropped = { path: 'merged.safetensors', file: new File([file], 'merged.safetensors') };
    await studio.engine.addCheckpoints('merged', [dropped], 'user');
    const merger = studio.state().pool.models.find((model) => model.name === 'merged');
    await studio.engine.restoreRecipe(merger?.id ?? '');
    const restored = studio.state().pool.models.find((model) => model.id === id);
    expect(restored?.parts?.taken).toBe('model_ema');
    await studio.close();
    const again = await openStudio('parts');
    const reloaded = await complete(again);
    expect(reloaded.pool.models.find((model) => model.id === id)?.parts?.taken).toBe('model_ema');
    expect(reloaded.scores.merged).toEqual(chosen.scores.merged);
    await again.close();
  });

  it('tells the first number of a value at once, however seldom it tells how the counts grow', async () => {
    const studio = await openStudio('first-number', undefined, 600_000);
    await fillStudio(studio);
    const first = await studio.until(({ scores }) => scores.merged.average !== null);
    expect(first.scalingFactor).toBe(0.7);
    await studio.engine.setScalingFactor(0.4);
    await studio.until(
      ({ scores, scalingFactor }) => scalingFactor === 0.4 && scores.merged.average !== null,
    );
  });

  it('drops a value in flight for a newer one', async () => {
    const studio = await openStudio('latest-wins');
    await fillStudio(studio);
    for (const value of [0.1, 0.2, 0.25]) await studio.engine.setScalingFactor(value);
    const done = await studio.until(
      ({ scores, scalingFactor }) => scalingFactor === 0.25 && scores.phase === 'complete',
    );
    expect(done.scores.merged.average?.complete).toBe(true);
    expect(done.scores.curve.some((point) => point.scalingFactor === 0.25)).toBe(true);
  });

  it('hears a newer value between two batches', async () => {
    const studio = await openStudio('between-batches');
    await fillStudio(studio);
    await complete(studio);
    const earlier = studio.engine.setScalingFactor(0.1);
    // A message from the page arrives as a task of its own, as a timer does.
    await new Promise((resolve) => setTimeout(resolve, 0));
    await studio.engine.setScalingFactor(0.25);
    const done = await studio.until(
      ({ scores, scalingFactor }) => scalingFactor === 0.25 && scores.phase === 'complete',
    );
    expect(done.scores.curve.map(({ scalingFactor }) => scalingFactor)).toEqual([0.25, 0.7]);
    await earlier;
  });

  it('refuses a bad file by name and keeps what is good', async () => {
    const studio = await openStudio('bad-file');
    const bad = {
      path: 'broken.safetensors',
      file: new File(['not a model'], 'broken.safetensors'),
    };
    const good = await drop('merge/p8-32/base', 'base');
    const outcome = await studio.engine.addCheckpoints('models', [bad, ...good], 'user');
    expect(outcome.added).toEqual(['base']);
    expect(outcome.findings).toHaveLength(1);
    expect(outcome.findings[0]?.message).toContain('broken.safetensors');
  });

  it('keeps an expert of another shape out of the merge and lists its tensors', async () => {
    const studio = await openStudio('misfit');
    await studio.engine.addCheckpoints('base', await drop('merge/p8-32/base', 'base'), 'user');
    await studio.engine.addCheckpoints(
      'expert',
      await drop('merge/p16-48/experts/alpha', 'alpha'),
      'user',
    );
    const { pool } = studio.state();
    expect(pool.mergeable).toBe(false);
    const finding = pool.models[1]?.findings.find(({ severity }) => severity === 'error');
    expect(finding?.message).toContain('alpha does not fit base');
    expect(finding?.details).toContainEqual(
      expect.stringContaining(
        'embeddings.patch_embedding.weight: shape [64, 3, 16, 16], expected [64, 3, 8, 8]',
      ),
    );
    await expect(
      studio.engine.exportModel('export', { content: 'vision', dtype: 'base', zip: false }),
    ).rejects.toThrow('nothing to merge');
  });

  it('removes a model and frees its space', async () => {
    const studio = await openStudio('remove');
    await addPool(studio);
    const before = studio.state();
    const id = before.pool.models[2]?.id ?? '';
    await studio.engine.editPool({ type: 'remove', id });
    const after = studio.state();
    expect(after.pool.models.map(({ name }) => name)).toEqual(['base', 'outlines']);
    expect(after.storage.used).toBeLessThan(before.storage.used);
  });

  it('lets the user’s own models take the demo’s place', async () => {
    const studio = await openStudio('demo-gives-way');
    const demo = [
      ...(await drop('merge/p16-48/base', 'base')),
      ...(await drop('merge/p16-48/experts/alpha', 'alpha')),
    ];
    await studio.engine.addCheckpoints('demo', demo, 'demo');
    await studio.engine.addTaskImages('demo', await drop('scoring/images', 'images'), 'demo');
    expect(studio.state()).toMatchObject({ demoHidden: false, pool: { mergeable: true } });
    await addPool(studio);
    const { pool, tasks, demoHidden } = studio.state();
    expect(pool.models.map(({ name, role }) => `${role} ${name}`)).toEqual([
      'base base',
      'expert outlines',
      'expert surfaces',
    ]);
    expect(tasks).toEqual([]);
    expect(demoHidden).toBe(true);
  });

  it('recognises the same file dropped twice, by its SHA-256', async () => {
    const studio = await openStudio('twice');
    await addPool(studio);
    const again = await drop('merge/p8-32/experts/outlines', 'outlines');
    await studio.engine.addCheckpoints('again', again, 'user');
    const state = await studio.until(({ pool }) =>
      pool.models.every(({ sha256 }) => sha256 !== undefined),
    );
    const [, first, , second] = state.pool.models;
    expect([first?.name, second?.name]).toEqual(['outlines', 'outlines (2)']);
    expect(second?.sha256).toBe(first?.sha256);
    expect(first?.findings).toEqual([]);
    expect(second?.findings[0]?.message).toContain('has the very weights of outlines');
  });

  it('says that a pool mixes element types, and merges it', async () => {
    const studio = await openStudio('mixed');
    const files = [
      ...(await drop('merge/p8-24/base', 'base')),
      ...(await drop('merge/p8-24/experts', 'experts')),
    ];
    await studio.engine.addCheckpoints('models', files, 'user');
    const { pool } = studio.state();
    expect(pool.mergeable).toBe(true);
    expect(pool.findings[0]?.message).toContain('different element types');
    expect(pool.findings[0]?.details).toContain('task-c: BF16');
  });

  it('tells tasks of the same name apart', async () => {
    const studio = await openStudio('same-task');
    for (const job of ['first', 'second']) {
      await studio.engine.addTaskImages(
        job,
        await drop('scoring/images/outlines', 'outlines'),
        'user',
      );
    }
    expect(studio.state().tasks.map(({ name }) => name)).toEqual(['outlines', 'outlines (2)']);
  });

  it('keeps the options that an edit does not name while the method stays', async () => {
    const studio = await openStudio('options');
    const values = () =>
      Object.fromEntries(
        studio.state().method.options.map(({ option, value }) => [option.name, value]),
      );
    await studio.engine.setMethod('TiesMergingAlgorithm', { threshold: 35 });
    await studio.engine.setMethod('TiesMergingAlgorithm', { merge_func: 'mean' });
    expect(values()).toMatchObject({ threshold: 35, merge_func: 'mean' });
    await studio.engine.setMethod('DareTiesMerging', {});
    expect(values()).toMatchObject({ threshold: 20, merge_func: 'sum' });
  });
});
