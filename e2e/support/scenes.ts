/** Snapshots to draw the page with, made up: a filled pool, many experts, names of every kind. */
import { aModel, aScore, aSnapshot, aTask, emptyBoard } from '../../src/state/testing';
import type {
  AverageScore,
  CurvePoint,
  LayersView,
  ScoreBoard,
  StudioState,
} from '../../src/state/types';

export const DEMO_NAMES = ['chess', 'fashion', 'flags', 'mnist'];

/** 60 characters each, and different only at their ends. */
export const LONG_NAMES = ['birds_1', 'cars_12', 'cats_20', 'planes3'].map((word) =>
  `a-clip-vit-base-patch32-fine-tuned-for-pictures-of-all-the_${word}`.slice(-60),
);

/** 60 characters each, with nothing in common and no place to break. */
export const SOLID_NAMES = ['a', 'b', 'c', 'd'].map((letter) => letter.repeat(60));

/** Of scripts that run the other way or have no blanks, and of more than one code point a sign. */
export const FOREIGN_NAMES = [
  '視覚言語モデルの微調整版による鳥類分類データセット用の専門家',
  'نموذج-مدرب-على-صور-السيارات-والطائرات-من-جميع-انحاء-العالم',
  'vit-👩‍👩‍👧‍👦-family-👍🏽-emoji-🇯🇵-flags-expert-with-a-rather-long-name',
  'مُصنِّف_cars_2024_(v2)',
];

export const TWENTY_NAMES = Array.from(
  { length: 20 },
  (_, i) => `clip-vit-base-patch32_dataset-number-${String(i + 1).padStart(2, '0')}`,
);

const base = aModel({
  id: 'base',
  name: '_pretrained_',
  role: 'base',
  geometry: 'ViT-B/32 · 768 × 12 · patch 32 · 224 px',
  hasTextTower: true,
  bytes: 605_247_071,
});

function average(accuracy: number, tasks: number): AverageScore {
  return { accuracy, interval: [accuracy - 0.012, accuracy + 0.012], tasks, complete: true };
}

/** A curve that rises, peaks and falls, different for every task. */
function accuracyAt(factor: number, place: number): number {
  const peak = 0.6 + 0.07 * (place % 7);
  const top = 0.66 + 0.035 * ((place * 3) % 9);
  return Math.max(0.08, top - 0.25 * (factor - peak) ** 2);
}

function curveOf(ids: readonly string[], factors: readonly number[]): CurvePoint[] {
  return factors.map((scalingFactor) => {
    const tasks = Object.fromEntries(ids.map((id, i) => [id, accuracyAt(scalingFactor, i)]));
    const mean = Object.values(tasks).reduce((sum, value) => sum + value, 0) / ids.length;
    return { scalingFactor, average: average(mean, ids.length), tasks };
  });
}

function boardOf(ids: readonly string[], scalingFactor: number): ScoreBoard {
  const column = (accuracy: (place: number) => number) => ({
    tasks: Object.fromEntries(
      ids.map((id, i) => [id, aScore(id, Math.round(400 * accuracy(i)), 400)]),
    ),
    average: average(ids.reduce((sum, _, i) => sum + accuracy(i), 0) / ids.length, ids.length),
  });
  const total = 400 * ids.length;
  return {
    ...emptyBoard,
    pretrained: column((place) => accuracyAt(0, place)),
    merged: column((place) => accuracyAt(scalingFactor, place)),
    expert: column((place) => 0.9 - 0.01 * (place % 5)),
    curve: curveOf(
      ids,
      Array.from({ length: 16 }, (_, i) => i / 10),
    ),
    phase: 'complete',
    status: `Scored ${total} of ${total} images`,
    scored: total,
    total,
  };
}

/** Twelve blocks of which the last count more, by depth and kind. */
export const LAYERED: LayersView = {
  depth: 12,
  groups: Object.fromEntries([
    ['embeddings', 0],
    ...Array.from({ length: 12 }, (_, block) =>
      ['attention', 'mlp', 'norms'].map((kind, i) => [
        `layers.${block}.${kind}`,
        Number((i === 2 ? 1 : 0.1 * block + 0.25 * i).toFixed(2)),
      ]),
    ).flat(),
    ['post', 1],
  ]),
  own: {},
  preset: null,
};

/** Twelve blocks that all count as they are. */
const FLAT: LayersView = {
  ...LAYERED,
  groups: Object.fromEntries(Object.keys(LAYERED.groups).map((group) => [group, 1])),
  preset: 'flat',
};

/** Experts and tasks of these names, all scored at 0.3. */
export function filled(names: readonly string[]): StudioState {
  const ids = names.map((_, i) => `task-${i}`);
  return aSnapshot({
    pool: {
      models: [
        base,
        ...names.map((name, i) =>
          aModel({ id: `model-${i}`, name, relativeNorm: 0.07 + 0.01 * (i % 5) }),
        ),
      ],
      findings: [],
      mergeable: true,
    },
    tasks: names.map((name, i) => aTask({ id: ids[i] ?? '', name, expert: name, origin: 'demo' })),
    layers: FLAT,
    scalingFactor: 0.3,
    scores: boardOf(ids, 0.3),
    storage: { used: 640_000_000, available: 12_000_000_000 },
  });
}

/** The same right after a move to another factor: nothing of the new one is counted yet. */
export function justMoved(state: StudioState, scalingFactor: number): StudioState {
  const { scores } = state;
  return {
    ...state,
    scalingFactor,
    scores: {
      ...scores,
      merged: emptyBoard.merged,
      phase: 'scoring',
      status: `Scoring ${state.tasks[0]?.name} (0 of ${scores.total} images so far)`,
      secondsLeft: 12,
      scored: 0,
    },
  };
}

/** A moment later: the first batch of the new factor is in. */
export function firstBatch(state: StudioState): StudioState {
  const { scores, tasks } = state;
  const id = tasks[0]?.id ?? '';
  return {
    ...state,
    scores: {
      ...scores,
      merged: {
        tasks: { [id]: aScore(id, 40, 64, 400) },
        average: { accuracy: 0.625, interval: [0.5, 0.75], tasks: 1, complete: false },
      },
      scored: 64,
      status: `Scoring ${tasks[0]?.name} (64 of ${scores.total} images so far)`,
    },
  };
}

/** Something is being imported. */
export function importing(state: StudioState, jobs: number): StudioState {
  return {
    ...state,
    jobs: Array.from({ length: jobs }, (_, i) => ({
      id: `job-${i}`,
      label: `Importing ${i + 1} of ${jobs}`,
      progress: 0.4,
      secondsLeft: 4,
    })),
  };
}

/** Every task split, and weights found for experts of these names that all differ from those before. */
export function withWeightsFound(names: readonly string[]): StudioState {
  const state = filled(names);
  const experts = state.pool.models
    .filter(({ role }) => role === 'expert')
    .map(({ id, name }) => ({ id, name }));
  const before = { scalingFactor: 0.3, weights: experts.map(() => 1) };
  const best = { scalingFactor: 0.3, weights: experts.map((_, i) => 0.125 * (i + 9)) };
  const half = (accuracy: number, pictures: number) => ({
    pictures,
    accuracy,
    loss: 1.2345,
    interval: [accuracy - 0.02, accuracy + 0.02] as const,
  });
  return {
    ...state,
    tasks: state.tasks.map((task) => ({
      ...task,
      split: { share: 0.2 as const, choosing: 80, reporting: 320, seed: 7 },
    })),
    search: {
      name: 'weights',
      phase: 'found',
      tried: 40,
      of: 40,
      before,
      best,
      values: [
        { ...before, loss: 1.2345, accuracy: 0.701 },
        { ...best, loss: 1.1234, accuracy: 0.712 },
      ],
      stopped: true,
      experts,
      outcome: {
        choosing: { before: half(0.701, 1600), after: half(0.712, 1600) },
        reporting: {
          before: half(0.7, 6400),
          after: half(0.69, 6400),
          difference: { difference: -0.01, interval: [-0.019, -0.001], pValue: 0.031 },
        },
      },
      verdict: 'worse than before',
    },
  };
}

/** A search for the factor whose values go beyond the lines that are scored whole, at `until` at the most. */
export function withFactorsTried(state: StudioState, until: number): StudioState {
  const { search } = withWeightsFound(DEMO_NAMES);
  if (search === null) throw new Error('something was searched');
  const values = [0, 0.4, 0.8, until].map((scalingFactor) => ({
    scalingFactor,
    weights: search.before.weights,
    loss: 1.25,
    accuracy: 0.72 - Math.abs(scalingFactor - 0.8) / 3,
  }));
  return { ...state, search: { ...search, name: 'lambda', values } };
}
