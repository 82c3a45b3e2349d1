import { describe, expect, it } from 'vitest';
import { NO_RECORDS } from '../records';
import { addModels } from './edits';
import { applyRecipe, type WantedRecipe } from './restoring';

const pool = addModels(
  NO_RECORDS,
  ['base', 'dtd', 'mnist', 'svhn'].map((name) => ({
    id: `id-${name}`,
    name,
    origin: 'user' as const,
    fullClip: name === 'base',
  })),
);

const sumOf = (id: string) => id.replace('id-', 'sha-');

const recipe: WantedRecipe = {
  method: 'TaskArithmeticAlgorithm',
  options: {},
  scalingFactor: 0.42,
  pretrained: { name: '_pretrained_', weight: 1, sha256: 'sha-base' },
  experts: [
    { name: 'renamed since', weight: 0.5, sha256: 'sha-svhn' },
    { name: 'DTD', weight: 1 },
  ],
};

describe('a recipe', () => {
  it('brings back base, experts, order, weights and scaling factor', () => {
    const applied = applyRecipe(recipe, pool, sumOf);
    expect(applied.scalingFactor).toBe(0.42);
    expect(applied.baseId).toBe('id-base');
    expect(applied.models.map(({ name, included, weight }) => [name, included, weight])).toEqual([
      ['base', true, 1],
      ['svhn', true, 0.5],
      ['dtd', true, 1],
      ['mnist', false, 1],
    ]);
  });

  it('takes the present base for _pretrained_ where nothing else tells', () => {
    const nameless = { ...recipe, pretrained: { name: '_pretrained_', weight: 1 } };
    expect(applyRecipe(nameless, pool, sumOf).baseId).toBe('id-base');
  });

  it('names the models that are missing', () => {
    const wanting = { ...recipe, experts: [{ name: 'cars', weight: 1 }] };
    expect(() => applyRecipe(wanting, pool, sumOf)).toThrow('not in the library: cars');
  });

  it('refuses a method that is not there', () => {
    expect(() => applyRecipe({ ...recipe, method: 'Nope' }, pool, sumOf)).toThrow(
      'There is no method Nope',
    );
  });
});
