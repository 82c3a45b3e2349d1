/** Settings that come back in one step, and merges that come in words. */
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { freshStoreName } from '../storage/test-support';
import type { DroppedFile, NamedMerge, NamedModel } from './api';
import { openStudio, type TestStudio } from './testing/drops';
import { fakeOrt } from './testing/fake-ort';
import { type MicroFiles, microFiles } from './testing/micro';

let files: MicroFiles;
beforeAll(async () => {
  files = await microFiles();
});

const studios: TestStudio[] = [];
afterEach(async () => {
  for (const studio of studios.splice(0)) await studio.close();
});

const models = (...names: string[]): DroppedFile[] =>
  names.flatMap((name) => files.models[name] ?? []);

async function filled(...names: string[]): Promise<TestStudio> {
  const studio = await openStudio(freshStoreName(), fakeOrt(async () => undefined).load);
  studios.push(studio);
  await studio.engine.addCheckpoints('models', models(...names), 'user');
  return studio;
}
const inSum = (studio: TestStudio) =>
  studio
    .state()
    .pool.models.map(({ name, role, included, weight }) => [name, role, included, weight]);
const idOf = (studio: TestStudio, name: string) =>
  studio.state().pool.models.find((model) => model.name === name)?.id ?? '';

describe('settings', () => {
  it('come back in one step, whatever was changed', async () => {
    const studio = await filled('base', 'alpha', 'beta');
    const before = studio.state().merge;
    expect(before).toMatchObject({ scalingFactor: null, method: { options: {} } });
    const shown = inSum(studio);
    const { engine } = studio;
    await engine.setScalingFactor(1.25);
    await engine.setMethod('TiesMergingAlgorithm', { threshold: 35 });
    await engine.editPool({ type: 'setWeight', id: idOf(studio, 'alpha'), weight: 2 });
    await engine.editPool({ type: 'move', id: idOf(studio, 'beta'), index: 0 });
    await engine.editPool({ type: 'setIncluded', id: idOf(studio, 'beta'), included: false });
    const after = studio.state().merge;
    await engine.setMerge(before);
    expect(studio.state().merge).toEqual(before);
    expect(inSum(studio)).toEqual(shown);
    await engine.setMerge(after);
    expect(studio.state().merge).toEqual(after);
    expect(studio.state()).toMatchObject({
      scalingFactor: 1.25,
      method: { name: 'TiesMergingAlgorithm' },
    });
  });
});

describe('weights', () => {
  it('are set together at once, and are in the library when that is answered', async () => {
    const studio = await filled('base', 'alpha', 'beta');
    const [alpha, beta] = [idOf(studio, 'alpha'), idOf(studio, 'beta')];
    const seen: unknown[] = [];
    void studio.until(({ pool }) => {
      seen.push(pool.models.map(({ weight }) => weight));
      return false;
    });
    await studio.engine.setWeights({ [alpha]: -1, [beta]: -0, nobody: 3 });
    expect(seen).not.toContainEqual([1, -1, 1]);
    expect(inSum(studio)).toEqual([
      ['base', 'base', true, 1],
      ['alpha', 'expert', true, -1],
      ['beta', 'expert', true, 0],
    ]);
    await studio.engine.editPool({ type: 'rename', id: beta, name: 'gamma' });
    expect(inSum(studio).at(-1)).toEqual(['gamma', 'expert', true, 0]);
  });

  it('that are no numbers are refused, all of them', async () => {
    const studio = await filled('base', 'alpha', 'beta');
    const before = studio.state().merge;
    const wrong = { [idOf(studio, 'alpha')]: 2, [idOf(studio, 'beta')]: Number.NaN };
    await expect(studio.engine.setWeights(wrong)).rejects.toThrow(
      'A weight is a finite number, not NaN.',
    );
    expect(studio.state().merge).toEqual(before);
  });
});

describe('a merge in words', () => {
  const named = (name: string, sha256: string | null, weight = 1): NamedModel => ({
    name,
    weight,
    sha256,
    part: null,
  });
  const sum = (name: string) => files.sums[name] ?? '';
  const merge = (pretrained: NamedModel, ...experts: NamedModel[]): NamedMerge => ({
    method: { name: 'TaskArithmeticAlgorithm', options: {} },
    scalingFactor: 0.4,
    pretrained,
    experts,
  });

  it('takes what is there by its sum, whatever it is called', async () => {
    const studio = await filled('base', 'alpha', 'beta');
    await studio.engine.editPool({ type: 'rename', id: idOf(studio, 'beta'), name: 'mine' });
    const words = merge(named('theirs', sum('base')), named('beta of theirs', sum('beta'), -0.5));
    expect(await studio.engine.applyMerge(words)).toEqual({ missing: [] });
    expect(inSum(studio)).toEqual([
      ['base', 'base', true, 1],
      ['mine', 'expert', true, -0.5],
      ['alpha', 'expert', false, 1],
    ]);
    expect(studio.state().scalingFactor).toBe(0.4);
  });

  it('names what is missing and changes nothing; the same name with other weights is not it', async () => {
    const studio = await filled('base', 'alpha');
    const before = studio.state().merge;
    const words = merge(
      named('_pretrained_', 'f'.repeat(64)),
      named('alpha', sum('beta')),
      named('gamma', null),
    );
    expect(await studio.engine.applyMerge(words)).toEqual({
      missing: ['_pretrained_', 'alpha', 'gamma'],
    });
    expect(studio.state().merge).toEqual(before);
  });

  it('has to do with the name where no sum is known', async () => {
    const studio = await filled('base', 'alpha');
    const words = merge(named('_pretrained_', null), named('Alpha', null));
    expect(await studio.engine.applyMerge(words)).toEqual({ missing: [] });
  });

  it('is refused where its method is none', async () => {
    const studio = await filled('base', 'alpha');
    const words = merge(named('base', null), named('alpha', null));
    const wrong = { ...words, method: { name: 'Nope', options: {} } };
    await expect(studio.engine.applyMerge(wrong)).rejects.toThrow('There is no method Nope');
  });
});
