/** Four merges of the demo that show what task arithmetic does, each one step that can be undone. Pure. */
import type { DemoResults } from './demo-results';
import type { MergeSettings, ModelView } from './types';
import { type Mix, mixWeights } from './weight-presets';
import { weighed } from './weights';

export interface DemoCard {
  readonly title: string;
  /** What it sets, in a few words. */
  readonly detail: string;
  apply(merge: MergeSettings): MergeSettings;
}

const TASK_ARITHMETIC = { name: 'TaskArithmeticAlgorithm', options: {} } as const;
const TIES = { name: 'TiesMergingAlgorithm', options: {} } as const;

const NUMBERS = ['no', 'one', 'two', 'three', 'four', 'five', 'six'];

/** Whose task is the plainest to forget: flags are seen at a glance. */
const FORGOTTEN = 'flags';

/**
 * @param results - what was measured of the demo: its best scaling factor is taken
 */
export function demoCards(
  models: readonly ModelView[],
  results: DemoResults | null,
): readonly DemoCard[] {
  const experts = models.filter(({ role }) => role === 'expert');
  const forgotten = experts.find(({ name }) => name === FORGOTTEN) ?? experts.at(-1);
  const alone = experts.find((expert) => expert !== forgotten) ?? forgotten;
  if (!forgotten || !alone) return [];
  const ids = new Set(experts.map(({ id }) => id));
  const by = (
    mix: Mix,
    method: MergeSettings['method'],
    scalingFactor: number | null,
  ): DemoCard['apply'] => {
    const weights = mixWeights(experts, mix) ?? {};
    return (merge) => ({
      ...merge,
      method,
      scalingFactor,
      layers: {},
      models: weighed(merge.models, weights).map((model) =>
        ids.has(model.id) ? { ...model, included: true } : model,
      ),
    });
  };
  const best = results?.points.toSorted((a, b) => b.accuracy - a.accuracy)[0]?.scalingFactor;
  const count = NUMBERS[experts.length] ?? String(experts.length);
  return [
    {
      title: `Add ${count} skills`,
      detail: best === undefined ? 'all weights 1' : `all weights 1, best\u00a0λ:\u00a0${best}`,
      apply: by({ preset: 'all' }, TASK_ARITHMETIC, best ?? null),
    },
    {
      title: `Forget ${forgotten.name}`,
      detail: 'weight −1, others 0, λ\u00a01',
      apply: by({ preset: 'forget', expert: forgotten.id }, TASK_ARITHMETIC, 1),
    },
    {
      title: 'One expert alone',
      detail: `${alone.name} as it is, λ\u00a01`,
      apply: by({ preset: 'alone', expert: alone.id }, TASK_ARITHMETIC, 1),
    },
    {
      title: 'TIES instead',
      detail: 'trims, elects signs, adds',
      apply: by({ preset: 'all' }, TIES, null),
    },
  ];
}
