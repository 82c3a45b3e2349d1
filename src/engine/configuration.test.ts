import 'fake-indexeddb/auto';
import { describe, expect, it } from 'vitest';
import { readConfiguration } from './configuration';
import { drop, openStudio, type TestStudio } from './testing/drops';

async function open(name: string): Promise<TestStudio> {
  const studio = await openStudio(name);
  const files = [
    ...(await drop('merge/p8-24/base', 'base')),
    ...(await drop('merge/p8-24/experts', 'experts')),
  ];
  await studio.engine.addCheckpoints('models', files, 'user');
  return studio;
}

const yaml = (name: string, text: string) => ({ path: name, file: new File([text], name) });

/** What a configuration can say of the state. */
function state(studio: TestStudio) {
  const { pool, method, scalingFactor } = studio.state();
  return {
    models: pool.models.filter(({ included }) => included).map(({ name }) => name),
    method: method.name,
    options: Object.fromEntries(method.options.map(({ option, value }) => [option.name, value])),
    scalingFactor,
  };
}

describe('configurations of the page', () => {
  it.each(['fusion_bench', 'mergekit'] as const)('go out for %s and come back', async (format) => {
    const studio = await open(`round-trip-${format}`);
    const id = (name: string) => studio.state().pool.models.find((m) => m.name === name)?.id ?? '';
    await studio.engine.editPool({ type: 'move', id: id('task-d'), index: 0 });
    await studio.engine.editPool({ type: 'setIncluded', id: id('task-b'), included: false });
    await studio.engine.setScalingFactor(0.45);
    const before = state(studio);
    const { file } = await studio.engine.exportConfiguration(format);

    await studio.engine.editPool({ type: 'move', id: id('task-d'), index: 4 });
    await studio.engine.editPool({ type: 'setIncluded', id: id('task-b'), included: true });
    await studio.engine.setScalingFactor(-1);
    expect(state(studio)).not.toEqual(before);
    await studio.engine.applyConfiguration(yaml('recipe.yaml', await file.text()));
    expect(state(studio)).toEqual(before);
  });

  it('carry the method and its options', async () => {
    const studio = await open('method');
    await studio.engine.setMethod('TiesMergingAlgorithm', { threshold: 35, merge_func: 'mean' });
    await studio.engine.setScalingFactor(0.6);
    const before = state(studio);
    const { file } = await studio.engine.exportConfiguration('fusion_bench');
    await studio.engine.setMethod('TaskArithmeticAlgorithm', {});
    await studio.engine.applyConfiguration(yaml('ties.yaml', await file.text()));
    expect(state(studio)).toEqual(before);
    expect(before.options).toMatchObject({ threshold: 35, merge_func: 'mean' });
  });

  it('leave the base out of an interpolation between two experts', async () => {
    const studio = await open('slerp');
    for (const model of studio.state().pool.models.slice(3)) {
      await studio.engine.editPool({ type: 'setIncluded', id: model.id, included: false });
    }
    await studio.engine.setMethod('SlerpMergeAlgorithm', { t: 0.25 });
    const before = state(studio);
    const { file } = await studio.engine.exportConfiguration('fusion_bench');
    const text = await file.text();
    expect(text).not.toContain('_pretrained_');
    await studio.engine.setMethod('TaskArithmeticAlgorithm', {});
    await studio.engine.applyConfiguration(yaml('slerp.yaml', text));
    expect(state(studio)).toEqual(before);
  });

  it('say what they cannot say', async () => {
    const studio = await open('weights');
    const id = studio.state().pool.models[1]?.id ?? '';
    await studio.engine.editPool({ type: 'setWeight', id, weight: 0.5 });
    await expect(studio.engine.exportConfiguration('fusion_bench')).rejects.toThrow('task-a');
  });

  it('name the models that are missing, and change nothing then', async () => {
    const studio = await open('missing');
    const before = state(studio);
    const { file } = await studio.engine.exportConfiguration('fusion_bench');
    const text = (await file.text()).replaceAll('task-c', 'sun397');
    await expect(studio.engine.applyConfiguration(yaml('x.yaml', text))).rejects.toThrow(
      'not in the library: sun397',
    );
    expect(state(studio)).toEqual(before);
  });

  it('answer a wrong option with the right one', () => {
    const text = `
method:
  _target_: fusion_bench.method.TaskArithmeticAlgorithm
  scale_factor: 0.5
modelpool:
  _target_: fusion_bench.modelpool.CLIPVisionModelPool
  models: { _pretrained_: base, mnist: mnist }
`;
    expect(() => readConfiguration(text, 'x.yaml')).toThrow('scaling_factor');
  });
});
