import { beforeEach, describe, expect, it } from 'vitest';
import { NO_RECORDS, type Records } from '../records';
import { addModels } from './edits';
import { applyRecipe, needsSums, type WantedRecipe } from './restoring';

let pool: Records;
beforeEach(() => {
  pool = addModels(
    NO_RECORDS,
    ['base', 'dtd', 'mnist', 'svhn'].map((name) => ({
      id: `id-${name}`,
      name,
      origin: 'user' as const,
      fullClip: name === 'base',
    })),
  );
});

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

  it('names every model that is missing, the base too', () => {
    const wanting = {
      ...recipe,
      pretrained: { name: 'other', weight: 1 },
      experts: [
        { name: 'cars', weight: 1 },
        { name: 'dtd', weight: 1 },
        { name: 'pets', weight: 1 },
      ],
    };
    expect(() => applyRecipe(wanting, pool, sumOf)).toThrow(
      'The recipe needs models that are not in the library: other, cars, pets. Add them and restore the recipe again.',
    );
  });

  it('wants a base that is there, where the present one is called otherwise', () => {
    const other = { ...recipe, pretrained: { name: 'another', weight: 1 } };
    expect(() => applyRecipe(other, pool, sumOf)).toThrow('library: another');
    const none = { ...pool, baseId: null };
    const nameless = { ...recipe, pretrained: { name: '_pretrained_', weight: 1 } };
    expect(() => applyRecipe(nameless, none, sumOf)).toThrow('library: _pretrained_');
  });

  it('makes its base the base, included and with weight 1', () => {
    const excluded = {
      ...pool,
      models: pool.models.map((model) => ({ ...model, included: false, weight: 3 })),
    };
    const wanted = { ...recipe, pretrained: { name: 'mnist', weight: 1 } };
    const { baseId, models, method } = applyRecipe(
      { ...wanted, method: 'TiesMergingAlgorithm', options: { threshold: 35 } },
      excluded,
      sumOf,
    );
    expect(baseId).toBe('id-mnist');
    expect(method).toEqual({ name: 'TiesMergingAlgorithm', options: { threshold: 35 } });
    expect(
      models.map(({ name, included, weight, order }) => [name, included, weight, order]),
    ).toEqual([
      ['mnist', true, 1, 1],
      ['svhn', true, 0.5, 2],
      ['dtd', true, 1, 3],
      ['base', false, 3, 4],
    ]);
  });

  it('takes no expert for the base, nor the base for an expert', () => {
    const twice = { ...recipe, experts: [{ name: 'base', weight: 1 }] };
    expect(() => applyRecipe(twice, pool, sumOf)).toThrow('library: base');
  });

  it('goes by the sum before the name, and by the name where no model has the sum', () => {
    const expert = (sha256: string | null, name: string) => ({
      ...recipe,
      experts: [{ name, weight: 1, sha256 }],
    });
    const first = (wanted: WantedRecipe) => applyRecipe(wanted, pool, sumOf).models[1]?.name;
    expect(first(expert('sha-svhn', 'dtd'))).toBe('svhn');
    expect(first(expert('sha-gone', 'dtd'))).toBe('dtd');
    expect(first(expert(null, 'dtd'))).toBe('dtd');
    const unknown = () => undefined;
    const nameless = { ...recipe, pretrained: { name: 'base', weight: 1, sha256: null } };
    const wanted = { ...nameless, experts: [{ name: 'svhn', weight: 1, sha256: null }] };
    expect(applyRecipe(wanted, pool, unknown).models[1]?.name).toBe('svhn');
  });

  it('looks for other names after the first', () => {
    const aliased = (name: string, ...aliases: string[]) =>
      applyRecipe({ ...recipe, experts: [{ name, weight: 1, aliases }] }, pool, sumOf).models[1]
        ?.name;
    expect(aliased('expert-1', 'nothing', 'mnist')).toBe('mnist');
    expect(aliased('dtd', 'mnist')).toBe('dtd');
  });
});

describe('sums', () => {
  const known =
    (...ids: string[]) =>
    (id: string) =>
      ids.includes(id) ? sumOf(id) : undefined;

  it('are wanted while the recipe names one that no model is known to have', () => {
    expect(needsSums(recipe, pool.models, known())).toBe(true);
    expect(needsSums(recipe, pool.models, known('id-base'))).toBe(true);
  });

  it('are not wanted where all that it names are known, or no model is left to hash', () => {
    expect(needsSums(recipe, pool.models, known('id-base', 'id-svhn'))).toBe(false);
    const foreign = { ...recipe, pretrained: { name: 'x', weight: 1, sha256: 'sha-x' } };
    expect(needsSums(foreign, pool.models, sumOf)).toBe(false);
    expect(needsSums(foreign, pool.models, known('id-base', 'id-svhn'))).toBe(true);
    const nameless = {
      ...recipe,
      pretrained: { name: 'base', weight: 1, sha256: null },
      experts: [{ name: 'dtd', weight: 1 }],
    };
    expect(needsSums(nameless, pool.models, known())).toBe(false);
  });
});
