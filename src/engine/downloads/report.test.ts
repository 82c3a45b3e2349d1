import { beforeAll, describe, expect, it } from 'vitest';
import type { ScoreColumn, StudioState, TaskScore } from '../api';
import { type Micro, openMicro } from '../testing/micro-models';
import { engineValue, poolOf } from '../testing/values';
import type { EngineValue } from '../value';
import { exportReport } from './report';

let micro: Micro;
let value: EngineValue;
beforeAll(async () => {
  micro = await openMicro();
  value = engineValue({
    pool: poolOf(
      micro.models.base,
      { alpha: micro.models.alpha },
      { alpha: { facts: { sha256: 'a'.repeat(64), taskVectors: {} }, weight: 0.5 } },
    ),
    chosenFactor: 0.25,
  });
});

const score = (correct: number, scored: number, total: number): TaskScore => ({
  taskId: 'pets',
  scored,
  total,
  correct,
  accuracy: correct / scored,
  interval: [0.1, 0.9],
  loss: scored === total ? 1.5 : null,
  sampleLoss: 1.25,
  perClass: [
    { scored: 1, correct: 1 },
    { scored: scored - 1, correct: correct - 1 },
  ],
});
const column = (tasks: Record<string, TaskScore>): ScoreColumn => ({ tasks, average: null });

function snapshot(
  merged: ScoreColumn,
  engine: Partial<StudioState['engine']> = {},
  damaged = false,
): StudioState {
  const scores = {
    merged,
    pretrained: column({ pets: score(2, 4, 4) }),
    expert: column({}),
  };
  const unreadable = { pets: [{ image: 'cat/1.png', reason: 'The file is empty.' }], cars: [] };
  const task = (id: 'pets' | 'cars') => ({
    id,
    name: `task ${id}`,
    classnames: ['cat'],
    unreadable: damaged ? unreadable[id] : [],
  });
  return {
    tasks: [task('pets'), task('cars')],
    scores,
    engine: { active: 'cpu', adapter: null, ...engine },
  } as unknown as StudioState;
}

const figures = {
  scored: 4,
  correct: 3,
  top5: 4,
  confusion: [
    { label: 0, prediction: 0, images: 1 },
    { label: 1, prediction: 0, images: 1 },
    { label: 1, prediction: 1, images: 2 },
  ],
  calibration: {
    error: 0.25,
    bins: [{ from: 0, to: 1, images: 4, confidence: 0.5, accuracy: 0.75 }],
  },
};

const read = async (shown: StudioState) => {
  const { file, name } = exportReport(value, shown, '9.9', () => figures, []);
  expect(name).toBe('program_report.json');
  expect(file.type).toBe('application/json');
  const text = await file.text();
  expect(text.endsWith('}\n')).toBe(true);
  return JSON.parse(text);
};

describe('the report', () => {
  it('is FusionBench’s, and under a key of our own what it lacks', async () => {
    const report = await read(snapshot(column({ pets: score(3, 4, 4) })));
    const { base } = micro.models;
    const parameters = [...base.visionTensors]
      .filter(([name]) => !name.endsWith('position_ids'))
      .reduce((sum, [, { byteLength }]) => sum + byteLength / 4, 0);
    expect(report).toEqual({
      model_info: {
        trainable_params: parameters,
        all_params: parameters,
        trainable_percentage: 1,
      },
      'task pets': { accuracy: 0.75, loss: 1.5 },
      average: { accuracy: 0.75, loss: 1.5 },
      task_arithmetic_studio: {
        recipe: {
          method: 'TaskArithmeticAlgorithm',
          options: {},
          scalingFactor: 0.25,
          pretrained: { name: 'base', weight: 1, sha256: null, bytes: 10 },
          experts: [{ name: 'alpha', weight: 0.5, sha256: 'a'.repeat(64) }],
          programVersion: '9.9',
        },
        engine: 'cpu',
        tasks: {
          'task pets': {
            n: 4,
            correct: 3,
            accuracy: 0.75,
            interval: [0.1, 0.9],
            loss: 1.5,
            sampleLoss: 1.25,
            perClass: [
              { classname: 'cat', n: 1, correct: 1 },
              { classname: '', n: 3, correct: 2 },
            ],
            classification: {
              top5: 1,
              calibration: figures.calibration,
              mistakes: [{ label: '', prediction: 'cat', images: 1 }],
            },
          },
        },
        pretrained: { 'task pets': expect.objectContaining({ n: 4, correct: 2 }) },
        expert: {},
      },
    });
  });

  it('says how many pictures there are where only a part was scored', async () => {
    const report = await read(snapshot(column({ pets: score(3, 4, 9) })));
    expect(report.task_arithmetic_studio.tasks['task pets']).toMatchObject({ n: 4, available: 9 });
  });

  it('names the pictures that are in none of the numbers, where there are any', async () => {
    const report = await read(snapshot(column({ pets: score(3, 4, 4) }), {}, true));
    const pictures = [{ image: 'cat/1.png', reason: 'The file is empty.' }];
    expect(report.unreadable).toEqual({ 'task pets': pictures });
    expect(report.task_arithmetic_studio.tasks['task pets'].unreadable).toEqual(pictures);
  });

  it.each([
    [{ active: 'webgpu', adapter: 'H100' }, 'webgpu (H100)'],
    [{ active: 'cpu' }, 'cpu'],
    [{ active: null }, 'none'],
  ] as const)('names what computed: %j', async (engine, expected) => {
    const report = await read(snapshot(column({ pets: score(3, 4, 4) }), engine));
    expect(report.task_arithmetic_studio.engine).toBe(expected);
  });

  it('needs a score, and a base', () => {
    const message = 'There is no score to report yet: add a base, an expert and task images.';
    expect(() => exportReport(value, snapshot(column({})), '', () => null, [])).toThrow(message);
    const scored = snapshot(column({ pets: score(3, 4, 4) }));
    const baseless = { ...value, pool: { ...value.pool, baseId: null } };
    expect(() => exportReport(baseless, scored, '', () => figures, [])).toThrow(message);
  });
});
