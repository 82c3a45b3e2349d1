import { beforeAll, describe, expect, it } from 'vitest';
import type { Checkpoint } from '../../checkpoint/types';
import type { ClipModel } from '../../clip/types';
import { openMicro } from '../testing/micro-models';
import { MEASURED, poolModel, poolOf } from '../testing/values';
import type { Pool } from '../value';
import { isUnmeasured } from './findings';
import { canGiveText, poolView } from './view';

let base: ClipModel;
let alpha: ClipModel;
let beta: ClipModel;

beforeAll(async () => {
  const { models } = await openMicro();
  [base, alpha, beta] = [models.base, models.alpha, models.beta].map(quiet) as [
    ClipModel,
    ClipModel,
    ClipModel,
  ];
});

/** Without remarks, which tests add where they are about them. */
const quiet = (clip: ClipModel): ClipModel => ({ ...clip, remarks: [] });
/** As if it had been trained at another width. */
const misfit = (clip: ClipModel): ClipModel => ({
  ...clip,
  visionTensors: new Map(
    [...clip.visionTensors].map(([name, tensor]) => [name, { ...tensor, shape: [9] }]),
  ),
});
const shown = (pool: Pool, id: string) => {
  const view = poolView(pool).models.find((model) => model.id === id);
  if (!view) throw new Error(`${id} is not shown`);
  return view;
};
const errors = (pool: Pool, id: string) =>
  shown(pool, id)
    .findings.filter(({ severity }) => severity === 'error')
    .map(({ message }) => message);

describe('the pool on the page', () => {
  it('begins with the base, wherever that stands, then the experts in their order', () => {
    const { models } = poolOf(base, { alpha, beta });
    const turned = { baseId: 'base', models: models.toReversed() };
    expect(poolView(turned).models.map(({ id, role }) => [id, role])).toEqual([
      ['base', 'base'],
      ['beta', 'expert'],
      ['alpha', 'expert'],
    ]);
  });

  it('shows of a model what it is', () => {
    const pool = poolOf(base, { alpha }, { alpha: { weight: 0.5, bytes: 123 } });
    expect(shown(pool, 'base')).toMatchObject({
      architecture: 'CLIPModel',
      geometry: 'ViT/2 · 4 × 1 · 4 px',
      dtypes: 'F32',
      hasTextTower: true,
      metadata: [['format', 'pt']],
      weight: 1,
    });
    expect(shown(pool, 'alpha')).toMatchObject({
      role: 'expert',
      architecture: 'CLIPVisionModel',
      hasTextTower: false,
      weight: 0.5,
      bytes: 123,
      relativeNorm: 0.1,
    });
    expect(shown(pool, 'alpha').mergedTensors).toBeGreaterThan(10);
    expect(shown(pool, 'alpha').mergedTensors).toBe(shown(pool, 'base').mergedTensors);
  });

  it.each([
    [768, 'ViT-B/2 · 768 × 1 · 4 px'],
    [1024, 'ViT-L/2 · 1024 × 1 · 4 px'],
    [1280, 'ViT-H/2 · 1280 × 1 · 4 px'],
    [1664, 'ViT-bigG/2 · 1664 × 1 · 4 px'],
  ])('calls the published sizes by their names: %i', (hiddenSize, geometry) => {
    const sized = { ...base, vision: { ...base.vision, hiddenSize } };
    expect(shown(poolOf(sized, {}), 'base').geometry).toBe(geometry);
  });

  it('names every element type once, in order', () => {
    const [[first, tensor] = [], [second] = []] = [...base.visionTensors];
    if (!first || !second || !tensor) throw new Error('the base has no tensors');
    const mixed = {
      ...base,
      visionTensors: new Map(base.visionTensors)
        .set(first, { ...tensor, dtype: 'I64' })
        .set(second, { ...tensor, dtype: 'F16' }),
    };
    expect(shown(poolOf(mixed, {}), 'base').dtypes).toBe('F16, F32, I64');
  });

  it('gives the base the weight 1 and no norm, whatever its record says', () => {
    const facts = { nonFinite: {}, taskVectors: { base: MEASURED } };
    const pool = poolOf(base, { alpha }, { base: { weight: 3, facts } });
    expect(shown(pool, 'base').weight).toBe(1);
    expect(shown(pool, 'base').relativeNorm).toBeUndefined();
  });

  it('shows the norm against the base that stands, and none that was measured against another', () => {
    const facts = { taskVectors: { other: { ...MEASURED, relativeNorm: 1.4 } } };
    expect(shown(poolOf(base, { alpha }, { alpha: { facts } }), 'alpha').relativeNorm).toBe(
      undefined,
    );
    expect(shown(poolOf(base, { alpha }, { alpha: { facts } }), 'alpha').findings).toEqual([]);
  });

  it('lists a model that could not be opened, and why', () => {
    const opened = { against: 'base', files: [], failure: 'x: it is no checkpoint.' };
    const pool = poolOf(base, { alpha }, { alpha: { opened } });
    expect(shown(pool, 'alpha')).toMatchObject({
      architecture: 'unreadable',
      geometry: '',
      dtypes: '',
      mergedTensors: 0,
      hasTextTower: false,
      metadata: [],
      assumptions: [],
      findings: [
        { severity: 'error', subject: 'alpha', message: 'x: it is no checkpoint.', details: [] },
      ],
    });
    expect(poolView(pool).mergeable).toBe(false);
  });
});

describe('a model of a file with several state dicts', () => {
  const found = (key: string, ...others: string[]) => ({ found: { key, others } });
  const partsOf = (changes: Partial<Checkpoint>, part: string | null = null) => {
    const clip = { ...alpha, checkpoint: { ...alpha.checkpoint, ...changes } };
    return shown(poolOf(base, { alpha: clip }, { alpha: { part } }), 'alpha').parts;
  };

  it('shows which is taken, and all in one order', () => {
    const choices = ['model', 'model_ema'];
    expect(partsOf(found('model', 'model_ema'))).toEqual({ taken: 'model', choices });
    const averaged = { ...found('model_ema', 'model'), part: 'model_ema' };
    expect(partsOf(averaged, 'model_ema')).toEqual({ taken: 'model_ema', choices });
  });

  it('offers no choice where there is none', () => {
    expect(partsOf({})).toBeUndefined();
    expect(partsOf(found('model'))).toBeUndefined();
    // Tensors at the top have no key.
    expect(partsOf(found('model', ''))).toBeUndefined();
    expect(partsOf(found(''))).toBeUndefined();
  });

  it('offers the way back from a part that is no key of the file', () => {
    const back = { taken: 'ema', choices: ['ema', null] };
    expect(partsOf({ part: 'ema' }, 'ema')).toEqual(back);
    const opened = { against: 'base', files: [], failure: 'x.pt: it has no tensors under "ema".' };
    const pool = poolOf(base, { alpha }, { alpha: { opened, part: 'ema' } });
    expect(shown(pool, 'alpha').parts).toEqual(back);
  });

  it('is another model with another part, as to task vectors, broken numbers and copies', () => {
    const averaged = { ...alpha, checkpoint: { ...alpha.checkpoint, part: 'ema' } };
    const sum = { sha256: 'a', taskVectors: { base: MEASURED } };
    const pool = poolOf(
      base,
      { alpha, beta: averaged },
      { alpha: { facts: sum }, beta: { facts: sum } },
    );
    expect(shown(pool, 'beta').findings).toEqual([]);
    expect(shown(pool, 'beta').relativeNorm).toBeUndefined();
    const broken = { nonFinite: {}, nonFiniteByPart: { ema: { bias: 1 } }, taskVectors: {} };
    const ofBase = { ...base, checkpoint: { ...base.checkpoint, part: 'ema' } };
    expect(errors(poolOf(base, {}, { base: { facts: broken } }), 'base')).toEqual([]);
    expect(errors(poolOf(ofBase, {}, { base: { facts: broken } }), 'base')).toHaveLength(1);
  });
});

describe('the pool can be merged', () => {
  it('with a base and an expert that fits', () => {
    expect(poolView(poolOf(base, { alpha })).mergeable).toBe(true);
  });

  it('not without a base, which is asked for', () => {
    const pool = { ...poolOf(base, { alpha }), baseId: null };
    const view = poolView(pool);
    expect(view.mergeable).toBe(false);
    expect(view.findings).toEqual([
      {
        severity: 'warning',
        message: expect.stringContaining('There is no pretrained model'),
        details: [],
      },
    ]);
    expect(view.models.map(({ role }) => role)).toEqual(['expert', 'expert']);
  });

  it('not without an included expert', () => {
    const pool = poolOf(base, { alpha }, { alpha: { included: false } });
    expect(poolView(pool).mergeable).toBe(false);
    expect(poolView(pool).findings).toEqual([
      {
        severity: 'info',
        message: 'Add at least one fine-tuned model to merge.',
        details: [],
      },
    ]);
  });

  it('and says nothing of an empty pool', () => {
    expect(poolView({ baseId: null, models: [] })).toEqual({
      models: [],
      findings: [],
      mergeable: false,
    });
  });

  it('not with an included expert that does not fit, and again without it', () => {
    const experts = { alpha, beta: misfit(beta) };
    expect(poolView(poolOf(base, experts)).mergeable).toBe(false);
    expect(poolView(poolOf(base, experts, { beta: { included: false } })).mergeable).toBe(true);
  });

  it('not with a base whose numbers are broken', () => {
    const facts = { nonFinite: { 'post_layernorm.weight': 2 }, taskVectors: {} };
    const pool = poolOf(base, { alpha }, { base: { facts } });
    expect(poolView(pool).mergeable).toBe(false);
    // The base is merged whatever its record says of inclusion.
    const excluded = poolOf(base, { alpha }, { base: { facts, included: false } });
    expect(poolView(excluded).mergeable).toBe(false);
    expect(errors(pool, 'base')).toEqual([expect.stringContaining('NaN or infinite weights')]);
  });

  it('with a mixture of element types, which is said of what is merged', () => {
    const half = (clip: ClipModel): ClipModel => ({
      ...clip,
      visionTensors: new Map(
        [...clip.visionTensors].map(([name, tensor]) => [name, { ...tensor, dtype: 'F16' }]),
      ),
    });
    const experts = { alpha, beta: half(beta) };
    const view = poolView(poolOf(base, experts));
    expect(view.mergeable).toBe(true);
    expect(view.findings).toEqual([
      {
        severity: 'info',
        message: expect.stringContaining('different element types'),
        details: ['base: F32', 'alpha: F32', 'beta: F16'],
      },
    ]);
    const without = poolOf(base, experts, { beta: { included: false } });
    expect(poolView(without).findings).toEqual([]);
    const other = poolOf(half(base), { alpha }, { base: { included: false } });
    expect(poolView(other).findings).toHaveLength(1);
  });
});

describe('what is found of a model', () => {
  it('is nothing while there is no base, but that it cannot be opened', () => {
    const pool: Pool = {
      baseId: null,
      models: [
        poolModel('alpha', { ...alpha, remarks: ['It has a projection.'] }),
        poolModel('x', undefined, { opened: { against: null, files: [], failure: 'Damaged.' } }),
        poolModel('y', undefined),
      ],
    };
    expect(shown(pool, 'alpha').findings).toEqual([]);
    expect(errors(pool, 'x')).toEqual(['Damaged.']);
    expect(shown(pool, 'y').findings).toEqual([]);
  });

  it('begins with what keeps its weights from being read', () => {
    const unreadable = {
      severity: 'error',
      message: 'The file has changed.',
      details: [],
    } as const;
    const said = (clip: ClipModel) => ({ ...clip, remarks: ['It has a projection.'] });
    const pool = poolOf(
      said(base),
      { alpha: said(alpha) },
      { alpha: { unreadable }, base: { unreadable } },
    );
    const remark = { severity: 'info', message: 'It has a projection.', details: [] };
    expect(shown(pool, 'alpha').findings).toEqual([unreadable, { ...remark, subject: 'alpha' }]);
    expect(shown(pool, 'base').findings).toEqual([unreadable, { ...remark, subject: 'base' }]);
    expect(poolView(pool).mergeable).toBe(false);
  });

  it('is what its task vector tells: no fine-tune of this base', () => {
    const facts = { taskVectors: { base: { ...MEASURED, relativeNorm: 1.4 } } };
    const { findings } = shown(poolOf(base, { alpha }, { alpha: { facts } }), 'alpha');
    expect(findings.map(({ severity, message }) => [severity, message])).toEqual([
      ['warning', expect.stringContaining('base is probably not the base of alpha')],
    ]);
  });

  it('is that it has the very weights of another, said of the later one', () => {
    const sum = (sha256: string) => ({ facts: { sha256, taskVectors: { base: MEASURED } } });
    const pool = poolOf(base, { alpha, beta }, { base: sum('b'), alpha: sum('a'), beta: sum('a') });
    expect(shown(pool, 'alpha').findings).toEqual([]);
    expect(shown(pool, 'beta').findings).toEqual([
      {
        severity: 'warning',
        subject: 'beta',
        message:
          'beta has the very weights of alpha; remove one of the two, or its task vector counts twice.',
        details: ['SHA-256 a'],
      },
    ]);
    expect(poolView(pool).mergeable).toBe(true);
    expect(shown(poolOf(base, { alpha, beta }), 'beta').findings).toEqual([]);
  });
});

describe('a model that is still to be measured', () => {
  it('is one that fits, against this base', () => {
    const measured = poolOf(base, { alpha });
    const [first, model] = measured.models;
    if (!first || !model) throw new Error('the pool is empty');
    const open = { ...model, facts: { taskVectors: { other: MEASURED } } };
    expect(isUnmeasured(measured, model)).toBe(false);
    expect(isUnmeasured(measured, open)).toBe(true);
    expect(isUnmeasured(measured, first)).toBe(false);
    expect(isUnmeasured({ ...measured, baseId: null }, open)).toBe(false);
    expect(isUnmeasured(measured, { ...open, opened: { against: 'base', files: [] } })).toBe(false);
    const other = { ...open, opened: { ...open.opened, model: misfit(alpha) } };
    expect(isUnmeasured(measured, other)).toBe(false);
  });
});

describe('a text tower', () => {
  it('is given by a model that has it with tokenizer and projection', () => {
    expect(canGiveText(undefined)).toBe(false);
    expect(canGiveText(base)).toBe(true);
    const { text: _, ...noText } = base;
    const { tokenizer: __, ...noTokenizer } = base;
    const { visualProjection: ___, ...noProjection } = base;
    for (const model of [noText, noTokenizer, noProjection]) expect(canGiveText(model)).toBe(false);
  });
});
