import { describe, expect, it } from 'vitest';
import { demoCards } from './demo-cards';
import { aModel, aSnapshot } from './testing';

const names = ['chess', 'fashion', 'flags', 'mnist'];
const models = [
  aModel({ id: 'base', name: '_pretrained_', role: 'base' }),
  ...names.map((name) => aModel({ id: name, name, included: name !== 'mnist', weight: 0.5 })),
];
const { merge } = aSnapshot({ pool: { models, findings: [], mergeable: true } });
const results = {
  experts: names,
  tasks: names,
  points: [
    { scalingFactor: 0, accuracy: 0.4 },
    { scalingFactor: 0.8, accuracy: 0.7 },
    { scalingFactor: 1.5, accuracy: 0.5 },
  ],
};
const applied = (title: string) => {
  const card = demoCards(models, results).find((each) => each.title === title);
  if (!card) throw new Error(`there is no card ${title}`);
  const { models: all, ...settings } = card.apply({ ...merge, layers: { post: 0 } });
  expect(all.every(({ included }) => included)).toBe(true);
  return { ...settings, weights: all.map(({ weight }) => weight) };
};

describe('the cards of the demo', () => {
  it('are four, named by what is there', () => {
    expect(demoCards(models, results).map(({ title }) => title)).toEqual([
      'Add four skills',
      'Forget flags',
      'One expert alone',
      'TIES instead',
    ]);
    const two = [models[0], models[1], models[2]].flatMap((model) => model ?? []);
    expect(demoCards(two, null).map(({ title }) => title)).toContain('Forget fashion');
    expect(demoCards(two, null)[0]).toMatchObject({
      title: 'Add two skills',
      detail: 'all weights 1',
    });
    expect(demoCards(models.slice(0, 1), results)).toEqual([]);
  });

  it.each([
    ['Add four skills', 'TaskArithmeticAlgorithm', 0.8, [1, 1, 1, 1, 1]],
    ['Forget flags', 'TaskArithmeticAlgorithm', 1, [1, 0, 0, -1, 0]],
    ['One expert alone', 'TaskArithmeticAlgorithm', 1, [1, 1, 0, 0, 0]],
    ['TIES instead', 'TiesMergingAlgorithm', null, [1, 1, 1, 1, 1]],
  ])('%s', (title, method, scalingFactor, weights) => {
    expect(applied(title)).toEqual({
      baseId: 'base',
      method: { name: method, options: {} },
      scalingFactor,
      layers: {},
      weights,
    });
  });
});
