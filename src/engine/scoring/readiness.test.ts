import { describe, expect, it } from 'vitest';
import type { ClipModel } from '../../clip/types';
import { FLAT } from '../../method/layers/factors';
import { TASK_ARITHMETIC } from '../method';
import { taskSplit } from '../tasks/split';
import { openMicro } from '../testing/micro-models';
import type { Pool, PoolModel, Task } from '../value';
import {
  mergeInputs,
  mergeRefusal,
  modelReadiness,
  ownExpert,
  scoringReadiness,
} from './readiness';

const { models } = await openMicro();

const MEASURED = { relativeNorm: 0.1, perTensor: {}, identical: false, nonFinite: {} };

function model(
  id: string,
  clip: ClipModel | undefined,
  changes: Partial<PoolModel> = {},
): PoolModel {
  return {
    id,
    name: id,
    origin: 'user',
    order: 0,
    included: true,
    weight: 1,
    part: null,
    bytes: 0,
    opened: { against: id === 'base' ? null : 'base', files: [], ...(clip && { model: clip }) },
    facts: { taskVectors: { base: MEASURED } },
    unreadable: null,
    ...changes,
  };
}

const REGMEAN = { name: 'RegMeanAlgorithmForCLIP', options: {} };

const BASE = model('base', models.base);
const ALPHA = model('alpha', models.alpha);
const BETA = model('beta', models.beta, { weight: 0.5 });

const pool = (...all: PoolModel[]): Pool => ({ baseId: 'base', models: all });

function task(name: string, part: Partial<Task> = {}): Task {
  return {
    id: `task ${name}`,
    name,
    expert: null,
    origin: 'user',
    order: 0,
    included: true,
    classnames: ['cat', 'dog'],
    templates: ['a photo of a {}'],
    images: [{ name: '0.png', blob: new Blob() }],
    labels: [1],
    ...part,
  };
}

const ready = (all: Pool, tasks: readonly Task[] = [task('pets')]) => {
  const { inputs, missing } = scoringReadiness(all, tasks, TASK_ARITHMETIC, FLAT);
  if (!inputs) throw new Error(missing);
  return inputs;
};
const missing = (all: Pool, tasks: readonly Task[] = [task('pets')]) => {
  const { inputs, missing } = scoringReadiness(all, tasks, TASK_ARITHMETIC, FLAT);
  expect(inputs).toBeNull();
  return missing;
};

/** A vision tower alone. */
function withoutText({ text: _, tokenizer: __, ...rest }: ClipModel): ClipModel {
  return { ...rest, architecture: 'CLIPVisionModelWithProjection' };
}
const VISION_ONLY = model('base', withoutText(models.base));

describe('what is missing to score', () => {
  it('is a pretrained CLIP where there is no base, or none that can be read', () => {
    const sentence = 'Add a pretrained CLIP to begin.';
    expect(missing({ baseId: null, models: [] })).toBe(sentence);
    expect(missing({ baseId: null, models: [ALPHA] })).toBe(sentence);
    expect(missing(pool(model('base', undefined), ALPHA))).toBe(sentence);
    expect(
      mergeInputs(pool(model('base', undefined), ALPHA), [], TASK_ARITHMETIC, FLAT),
    ).toBeNull();
  });

  it('is a text tower where no model of the pool has one that fits', () => {
    const sentence =
      'base has no text tower with a tokenizer: add a full CLIP to score against class names.';
    expect(missing(pool(VISION_ONLY, ALPHA))).toBe(sentence);
    const { visualProjection: _, ...projectionless } = models.second;
    expect(missing(pool(VISION_ONLY, model('second', projectionless)))).toBe(sentence);
    const wide = { ...models.base.vision, hiddenSize: 8 };
    const wideBase = model('base', { ...withoutText(models.base), vision: wide });
    expect(missing(pool(wideBase, model('second', models.second, { included: false })))).toBe(
      sentence,
    );
  });

  it('is not the measuring of an expert, which comes after the first number', () => {
    const unmeasured = { ...ALPHA, facts: { taskVectors: {} } };
    expect(ready(pool(BASE, BETA, unmeasured)).experts).toHaveLength(2);
  });

  it('is a task with pictures that counts', () => {
    const sentence = 'Add task images to see accuracies.';
    expect(missing(pool(BASE), [])).toBe(sentence);
    expect(missing(pool(BASE), [task('pets', { included: false })])).toBe(sentence);
    expect(missing(pool(BASE), [task('pets', { images: [], labels: [] })])).toBe(sentence);
  });
});

describe('what pictures of no task are scored with', () => {
  it('is the same, with the layers, and lacks the same but tasks', () => {
    const layers = { 'layers.0.mlp': 0.5 };
    const whole = scoringReadiness(pool(BASE, ALPHA), [task('pets')], TASK_ARITHMETIC, layers);
    const { inputs } = modelReadiness(pool(BASE, ALPHA), [], TASK_ARITHMETIC, layers);
    expect(inputs).toEqual({ ...whole.inputs, tasks: [] });
    expect(inputs?.layers).toBeDefined();
    const { missing: sentence } = modelReadiness(pool(VISION_ONLY), [], TASK_ARITHMETIC, FLAT);
    expect(sentence).toBe(missing(pool(VISION_ONLY)));
  });
});

describe('what is scored', () => {
  it('is told with everything that it is computed from', () => {
    const inputs = ready(pool(BASE, BETA, ALPHA));
    const base = { files: 'base', openedAgainst: null };
    expect(inputs.key).toEqual({
      base,
      experts: [
        { source: { files: 'beta', openedAgainst: 'base' }, weight: 0.5 },
        { source: { files: 'alpha', openedAgainst: 'base' }, weight: 1 },
      ],
      method: 'TaskArithmeticAlgorithm',
      options: inputs.method.options,
    });
    expect(inputs.base).toEqual({ key: base, model: models.base });
    expect(inputs.donor).toEqual(inputs.base);
    expect(inputs.experts).toEqual([
      { model: models.beta, weight: 0.5 },
      { model: models.alpha, weight: 1 },
    ]);
    expect(inputs.method.method.name).toBe('TaskArithmeticAlgorithm');
  });

  it('is every task that counts and has pictures', () => {
    const pets = task('pets');
    const tasks = [task('cars', { included: false }), pets, task('empty', { images: [] })];
    const { id, name, images, labels, classnames, templates } = pets;
    const donor = { files: 'base', openedAgainst: null };
    expect(ready(pool(BASE), tasks).tasks).toEqual([
      {
        key: { pictures: id, classnames, templates, donor },
        id,
        name,
        images,
        labels,
        split: null,
        expert: null,
      },
    ]);
  });

  it('is the base alone where what counts cannot be merged', () => {
    const broken = model('gamma', models.gamma, {
      unreadable: { severity: 'error', subject: 'gamma', message: 'cut off', details: [] },
    });
    const inputs = ready(pool(BASE, ALPHA, broken));
    expect(inputs.experts).toEqual([]);
    expect(inputs.key.experts).toEqual([]);
    expect(ready(pool(BASE, ALPHA, { ...broken, included: false })).experts).toHaveLength(1);
  });

  it('is the base alone where the method refuses so many experts', () => {
    const slerp = { name: 'SlerpMergeAlgorithm', options: {} };
    const three = pool(BASE, ALPHA, BETA, model('gamma', models.gamma));
    expect(mergeInputs(three, [], slerp, FLAT)?.experts).toEqual([]);
    expect(mergeInputs(pool(BASE, ALPHA), [], slerp, FLAT)?.experts).toHaveLength(1);
  });

  it('has the pictures of each expert’s own task, in the order of the sum, where the method looks at any', () => {
    const all = pool(BASE, ALPHA, BETA);
    const alpha = task('alpha');
    const images = Array.from({ length: 8 }, (_, i) => ({ name: `${i}.png`, blob: new Blob() }));
    const labels = images.map((_, i) => i % 2);
    const pets = task('pets', { expert: 'beta', images, labels, split: 0.5 });
    const inputs = mergeInputs(all, [pets, alpha], REGMEAN, FLAT);
    expect(inputs?.key.looksAt).toEqual({
      tasks: [
        { pictures: 'task alpha', share: null },
        { pictures: 'task pets', share: 0.5 },
      ],
    });
    const choosing = taskSplit(pets)?.choosing ?? [];
    expect(choosing).toHaveLength(4);
    expect(inputs?.looksAt?.pictures).toEqual([alpha.images, choosing.map((row) => images[row])]);
    expect(mergeRefusal(all, [pets, alpha], REGMEAN)).toBeNull();
    // All others have the keys that they always had.
    expect(mergeInputs(all, [pets, alpha], TASK_ARITHMETIC, FLAT)?.key).not.toHaveProperty(
      'looksAt',
    );
  });

  it('is the base alone where an expert has no pictures that count', () => {
    const all = pool(BASE, ALPHA, BETA);
    const alpha = task('alpha');
    for (const others of [
      [],
      [task('beta', { included: false })],
      [task('beta', { images: [], labels: [] })],
      [task('pets')],
    ]) {
      const tasks = [alpha, ...others];
      expect(mergeInputs(all, tasks, REGMEAN, FLAT)?.key.experts).toEqual([]);
      expect(mergeRefusal(all, tasks, REGMEAN)).toContain('and beta has none.');
    }
    expect(mergeRefusal(all, [], REGMEAN)).toContain('and alpha, beta have none.');
    expect(mergeInputs(all, [alpha, task('beta')], REGMEAN, FLAT)?.experts).toHaveLength(2);
  });

  it('has the preprocessing of what gives the text tower where the base has none', () => {
    const { processor, ...bare } = models.base;
    const base = model('base', bare);
    const second = model('second', models.base, { included: false });
    const tasks = [task('alpha')];
    const inputs = mergeInputs(pool(base, second, ALPHA), tasks, REGMEAN, FLAT);
    const donor = scoringReadiness(pool(base, second, ALPHA), tasks, REGMEAN, FLAT).inputs?.donor;
    expect(inputs?.looksAt?.processor ?? 'none').toEqual(donor?.model.processor ?? 'none');
    expect(inputs?.key.looksAt?.prepared).toEqual(donor?.model.processor && donor?.key);
    expect(processor).toBeDefined();
  });

  it('is without an expert that is not open yet', () => {
    const opening = model('gamma', undefined);
    expect(ready(pool(BASE, ALPHA, opening)).key.experts).toHaveLength(1);
  });

  it('is the very same for the same pool, tasks and method', () => {
    const all = pool(BASE, ALPHA);
    const tasks = [task('pets')];
    expect(ready(all, tasks)).toBe(ready(all, tasks));
  });
});

describe('the donor of text', () => {
  const second = model('second', models.second, { included: false });

  it('is the base where it is a full CLIP, wherever it stands', () => {
    expect(ready(pool(second, BASE)).donor.key.files).toBe('base');
  });

  it('is else the first full CLIP whose projection fits, merged or not', () => {
    const { donor, tasks, base } = ready(pool(VISION_ONLY, ALPHA, second));
    expect(donor).toEqual({
      key: { files: 'second', openedAgainst: 'base' },
      model: models.second,
    });
    expect(tasks[0]?.key.donor).toEqual(donor.key);
    expect(base.key.files).toBe('base');
  });
});

describe("a task's own expert", () => {
  const found = (all: Pool, name: string) => ownExpert(all, task(name))?.id ?? null;

  it('is the model of the same name, whatever its case and blanks, counted or not', () => {
    const cars = model('x', models.alpha, { name: 'Stanford_Cars', included: false });
    expect(found(pool(BASE, ALPHA, cars), 'stanford-cars')).toBe('x');
    expect(found(pool(BASE, ALPHA, cars), 'car')).toBeNull();
  });

  it('is the only model whose last words are the task’s name', () => {
    const named = (id: string, name: string) => model(id, models.alpha, { name });
    const cars = named('x', 'clip-vit-base-patch32_stanford-cars');
    expect(found(pool(BASE, ALPHA, cars), 'cars')).toBe('x');
    expect(found(pool(BASE, ALPHA, cars, named('y', 'other_cars')), 'cars')).toBeNull();
    expect(found(pool(BASE, ALPHA, cars, named('y', 'cars')), 'cars')).toBe('y');
  });

  it('is the one that was chosen, whatever its name, as long as it is there and fits', () => {
    const chosen = (all: Pool, expert: string) =>
      ownExpert(all, task('alpha', { expert }))?.id ?? null;
    expect(chosen(pool(BASE, ALPHA, BETA), 'beta')).toBe('beta');
    expect(chosen(pool(BASE, ALPHA), 'beta')).toBe('alpha');
    expect(chosen(pool(BASE, ALPHA), 'base')).toBe('alpha');
    expect(chosen(pool(BASE, ALPHA, model('beta', undefined)), 'beta')).toBeNull();
  });

  it('is never the base', () => {
    expect(found(pool(BASE, ALPHA), 'base')).toBeNull();
  });

  it('is none that cannot be read or does not fit', () => {
    expect(found(pool(BASE, model('alpha', undefined)), 'alpha')).toBeNull();
    const unreadable = { severity: 'error', message: 'cut off', details: [] } as const;
    expect(found(pool(BASE, { ...ALPHA, unreadable }), 'alpha')).toBeNull();
    expect(
      found(pool(BASE, { ...ALPHA, unreadable: { ...unreadable, severity: 'info' } }), 'alpha'),
    ).toBe('alpha');
  });

  it('is scored with its own weights', () => {
    const [pets, alpha] = ready(pool(BASE, ALPHA), [task('pets'), task('alpha')]).tasks;
    expect(pets?.expert).toBeNull();
    expect(alpha?.expert).toEqual({
      key: { files: 'alpha', openedAgainst: 'base' },
      model: models.alpha,
    });
  });
});
