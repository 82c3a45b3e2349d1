import { beforeEach, describe, expect, it } from 'vitest';
import { NO_RECORDS, type Records } from '../records';
import { addModels } from './edits';
import { applyRecipe, needsSums, type WantedModel, type WantedRecipe } from './restoring';

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

  it('says how to get those that lie on the Hub, and finds them by their repositories', () => {
    const cars = { name: 'cars', weight: 1, repository: 'org/clip-cars', aliases: ['clip-cars'] };
    const pets = { name: 'pets', weight: 1 };
    expect(() => applyRecipe({ ...recipe, experts: [cars, pets] }, pool, sumOf)).toThrow(
      'restore the recipe again. From the Hugging Face Hub, in a terminal: hf download org/clip-cars --local-dir clip-cars.',
    );
    const [first, ...others] = pool.models;
    if (!first) throw new Error('the pool has models');
    const added = { ...first, id: 'id-cars', name: 'org/clip-cars' };
    const { models } = applyRecipe(
      { ...recipe, experts: [cars] },
      { ...pool, models: [first, ...others, added] },
      sumOf,
    );
    expect(models[1]?.name).toBe('org/clip-cars');
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

describe('parts of a file', () => {
  /** Two copies of one file. */
  const twice = (id: string) => (id === 'id-dtd' || id === 'id-svhn' ? 'sha-twins' : sumOf(id));
  const wanted = (...experts: WantedModel[]) => ({ ...recipe, experts });
  const ofTwins = (name: string, part?: string): WantedModel => ({
    name,
    weight: 1,
    sha256: 'sha-twins',
    ...(part !== undefined && { part }),
  });
  const parts = ({ models }: Records, count = 3) =>
    models.slice(1, count).map(({ name, part }) => [name, part]);
  const withParts = (chosen: Readonly<Record<string, string>>): Records => ({
    ...pool,
    models: pool.models.map((model) => ({ ...model, part: chosen[model.name] ?? null })),
  });

  it('are set where the recipe names them, and taken back where it does not', () => {
    const ema = applyRecipe(wanted({ name: 'dtd', weight: 1, part: 'ema' }), pool, sumOf);
    expect(parts(ema, 2)).toEqual([['dtd', 'ema']]);
    const plain = applyRecipe(wanted({ name: 'dtd', weight: 1 }), ema, sumOf);
    expect(parts(plain, 2)).toEqual([['dtd', null]]);
    const pretrained = { name: 'base', weight: 1, part: 'model' };
    expect(applyRecipe({ ...recipe, pretrained }, pool, sumOf).models[0]?.part).toBe('model');
  });

  it('come from one file that is there twice, the copy with the part first, then that of the name', () => {
    const both = wanted(ofTwins('svhn', 'ema'), ofTwins('dtd'));
    expect(parts(applyRecipe(both, pool, twice))).toEqual([
      ['svhn', 'ema'],
      ['dtd', null],
    ]);
    expect(parts(applyRecipe(both, withParts({ dtd: 'ema' }), twice))).toEqual([
      ['dtd', 'ema'],
      ['svhn', null],
    ]);
  });

  it('of a file that is there once are one model, and the other is missing', () => {
    const three = wanted(ofTwins('svhn', 'ema'), ofTwins('dtd'), ofTwins('third', 'x'));
    expect(() => applyRecipe(three, pool, twice)).toThrow('not in the library: third');
  });

  it('stay as they are of the page’s own base, where the recipe has none', () => {
    const chosen = withParts({ base: 'ema' });
    const own = applyRecipe({ ...wanted(), pretrained: null }, chosen, sumOf);
    expect(own.models[0]).toMatchObject({ name: 'base', part: 'ema' });
    const baseless = { ...chosen, baseId: null };
    expect(() => applyRecipe({ ...wanted(), pretrained: null }, baseless, sumOf)).toThrow(
      'library: _pretrained_',
    );
  });

  it('are none of a model whose name has the sign in it', () => {
    const named = { ...pool, models: pool.models.map((m) => ({ ...m, name: `${m.name}#3` })) };
    const whole = { name: 'x', weight: 1, part: '3', aliases: ['dtd#3', 'dtd'] };
    expect(parts(applyRecipe(wanted(whole), named, sumOf), 2)).toEqual([['dtd#3', null]]);
    expect(parts(applyRecipe(wanted(whole), pool, sumOf), 2)).toEqual([['dtd', '3']]);
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
