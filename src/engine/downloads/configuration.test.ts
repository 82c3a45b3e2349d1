import 'fake-indexeddb/auto';
import { describe, expect, it } from 'vitest';
import { fixtureJson } from '../../clip/testing';
import { findScalingFactor } from '../../method/options';
import { ALL_METHODS } from '../../method/registry';
import type { MethodFixture } from '../../method/testing/method-parity';
import { otherOptions } from '../../method/testing/other-options';
import { drop, openStudio, type TestStudio } from '../testing/drops';
import { readConfiguration } from './configuration';

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

async function coefficientsFile(name: string) {
  const [found] = (await drop('methods', 'methods')).filter(({ path }) => path.endsWith(name));
  if (!found) throw new Error(`no fixture ${name}`);
  return { ...found, path: name };
}

/** What a configuration can say of the state. */
function state(studio: TestStudio) {
  const { pool, method, scalingFactor } = studio.state();
  return {
    models: pool.models
      .filter(({ included }) => included)
      .map(({ name, weight }) => [name, weight]),
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

  it.each(ALL_METHODS.map((method) => [method.name, method] as const))(
    'carry the method and its options: %s',
    async (name, method) => {
      const studio = await open(`method-${name}`);
      const { models } = studio.state().pool;
      for (const { id } of models.slice(1 + (method.experts.max ?? models.length))) {
        await studio.engine.editPool({ type: 'setIncluded', id, included: false });
      }
      const experts = studio.state().pool.models.filter(({ included }) => included).length - 1;
      const factor = findScalingFactor(method.options)?.name ?? '';
      const { [factor]: _, ...options } = otherOptions(method, experts);
      await studio.engine.setMethod(name, options);
      await studio.engine.setScalingFactor(0.6);
      const before = state(studio);
      expect(before).toMatchObject({ method: name, options });
      const { file } = await studio.engine.exportConfiguration('fusion_bench');

      const other = name === 'MagMaxAlgorithm' ? 'TaskArithmeticAlgorithm' : 'MagMaxAlgorithm';
      await studio.engine.setMethod(other, {});
      await studio.engine.setScalingFactor(-1);
      await studio.engine.applyConfiguration(yaml('method.yaml', await file.text()));
      expect(state(studio)).toEqual(before);
    },
  );

  it('carry weights of task vectors to mergekit and back, which FusionBench has none for', async () => {
    const studio = await open('weights');
    const [, first, second] = studio.state().pool.models;
    await studio.engine.editPool({ type: 'setWeight', id: first?.id ?? '', weight: 0.25 });
    await studio.engine.editPool({ type: 'setWeight', id: second?.id ?? '', weight: -0.5 });
    await studio.engine.setScalingFactor(0.6);
    const before = state(studio);
    const { file } = await studio.engine.exportConfiguration('mergekit');
    await expect(
      studio.engine.exportConfiguration('fusion_bench'),
    ).rejects.toThrowErrorMatchingInlineSnapshot(
      `[CompatibilityError: FusionBench has no weight for a task vector; set those of task-a, task-b to 1, choose the method with coefficients, or take mergekit's configuration.]`,
    );
    await studio.engine.editPool({ type: 'setWeight', id: first?.id ?? '', weight: 1 });
    await studio.engine.setScalingFactor(1);
    await studio.engine.applyConfiguration(yaml('mergekit.yaml', await file.text()));
    expect(state(studio)).toEqual(before);

    await studio.engine.setMethod('SimpleAverageAlgorithm', {});
    const average = await studio.engine.exportConfiguration('fusion_bench');
    expect(await average.file.text()).toContain('SimpleAverageAlgorithm');
  });

  it('take coefficients for every tensor from the file that FusionBench saves', async () => {
    const studio = await open('coefficients');
    const name = 'merging_weights-p8-24.pt';
    const dropped = await coefficientsFile(name);
    const { results } = fixtureJson<MethodFixture>('methods/expected.json');
    const row = results.find((each) => each.weightsFile === name);
    await studio.engine.applyConfiguration(dropped);
    expect(state(studio)).toMatchObject({
      method: 'CLIPLayerWiseAdaMergingAlgorithm',
      options: { weights: row?.options.weights, clamp_weights: false },
    });

    const { models } = studio.state().pool;
    await studio.engine.editPool({ type: 'setIncluded', id: models[2]?.id ?? '', included: false });
    await expect(
      studio.engine.applyConfiguration(dropped),
    ).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ConfigError: merging_weights-p8-24.pt holds coefficients of 5 experts, and the pool merges 4. Include as many as they were learned for, in the same order.]`,
    );
    await studio.engine.editPool({ type: 'setIncluded', id: models[3]?.id ?? '', included: false });
    await studio.engine.editPool({ type: 'setIncluded', id: models[4]?.id ?? '', included: false });
    await expect(
      studio.engine.applyConfiguration(await coefficientsFile('merging_weights-p8-32.pt')),
    ).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ConfigError: merging_weights-p8-32.pt holds coefficients of 39 tensors, and the base has 23: they were learned with another size of CLIP.]`,
    );
  });

  it('are refused where they name files that the page cannot look for, or merge nothing', () => {
    const pool = `
modelpool:
  _target_: fusion_bench.modelpool.CLIPVisionModelPool
  models: { _pretrained_: base, mnist: mnist }
`;
    const coefficients =
      'method: { name: clip_layer_wise_adamerging, weights: runs/w.pt, clamp_weights: false, tie_weights: true, strict: false }';
    expect(() =>
      readConfiguration(coefficients + pool, 'x.yaml'),
    ).toThrowErrorMatchingInlineSnapshot(
      `[ConfigError: x.yaml: method.weights names runs/w.pt, which the page cannot look for. Drop that file itself: it chooses the method and its coefficients.]`,
    );
    const cosines =
      'method: { _target_: fusion_bench.method.TaskVectorCosSimilarity, plot_heatmap: true }';
    expect(() => readConfiguration(cosines + pool, 'x.yaml')).toThrowErrorMatchingInlineSnapshot(
      `[ConfigError: x.yaml: TaskVectorCosSimilarity merges nothing. On the page its table is had by "Compare task vectors" below the model pool.]`,
    );
  });

  it('carry weights of task vectors to FusionBench and back where its method takes them', async () => {
    const studio = await open('alphas');
    const [, first, second] = studio.state().pool.models;
    await studio.engine.setMethod('TaskSingularVectorMerging', {});
    await studio.engine.editPool({ type: 'setWeight', id: first?.id ?? '', weight: 0.25 });
    await studio.engine.editPool({ type: 'setWeight', id: second?.id ?? '', weight: -0.5 });
    await studio.engine.setScalingFactor(2);
    const { file } = await studio.engine.exportConfiguration('fusion_bench');
    const text = await file.text();
    expect(text.replaceAll(/\n +- /g, ' ')).toContain('alpha: 0.5 -1 2 2 2\n');
    await studio.engine.applyConfiguration(yaml('alphas.yaml', text));
    const { models } = studio.state().pool;
    expect(models.slice(1).map(({ weight }) => weight)).toEqual([0.5, -1, 2, 2, 2]);
    expect(studio.state().scalingFactor).toBe(1);
  });

  it('say what FusionBench passes over of a method', async () => {
    const studio = await open('own-options');
    const head = async () => {
      const { file } = await studio.engine.exportConfiguration('fusion_bench');
      return (await file.text()).split('\n').filter((line) => line.includes('passes over'));
    };
    await studio.engine.setMethod('WUDIMerging', { solver: 'adam' });
    expect(await head()).toEqual([]);
    await studio.engine.setMethod('WUDIMerging', { solver: 'exact' });
    await studio.engine.setScalingFactor(1.5);
    expect(await head()).toEqual([
      "# FusionBench passes over scaling_factor and merges as with 1; Task Arithmetic Studio's command line does as it says.",
      "# FusionBench passes over solver and merges as with adam; Task Arithmetic Studio's command line does as it says.",
    ]);
  });

  it('draw by the program’s seed, as on the command line', () => {
    const text = `
seed: 7
method: { _target_: fusion_bench.method.DareTaskArithmetic, scaling_factor: 1, sparsity_ratio: 0.5, only_on_linear_weights: true }
modelpool:
  _target_: fusion_bench.modelpool.CLIPVisionModelPool
  models: { _pretrained_: base, mnist: mnist }
`;
    expect(readConfiguration(text, 'dare.yaml').options).toMatchObject({ seed: 7 });
    const own = text.replace('scaling_factor: 1', 'scaling_factor: 1, seed: 8');
    expect(readConfiguration(own, 'dare.yaml').options).toMatchObject({ seed: 8 });
  });

  it('are refused where an interpolation ends with the base', () => {
    const text = `
method: { _target_: fusion_bench.method.SlerpMergeAlgorithm, t: 0.25 }
modelpool:
  _target_: fusion_bench.modelpool.CLIPVisionModelPool
  models: { mnist: mnist, _pretrained_: base }
`;
    expect(() => readConfiguration(text, 'x.yaml')).toThrowErrorMatchingInlineSnapshot(
      `[ConfigError: x.yaml: modelpool.models ends with _pretrained_, but the page goes from the base to an expert. Put _pretrained_ first, and 1 - t in the place of t.]`,
    );
  });

  it('are refused where coefficients would have to be learned', () => {
    const text = `
method: { name: clip_task_wise_adamerging, weights: null, clamp_weights: false, tie_weights: true, strict: false }
modelpool:
  _target_: fusion_bench.modelpool.CLIPVisionModelPool
  models: { _pretrained_: base, mnist: mnist }
`;
    expect(() => readConfiguration(text, 'x.yaml')).toThrowErrorMatchingInlineSnapshot(
      `[ConfigError: method.weights: there are none, so FusionBench would learn them from pictures, which this program does not. Give one for each fine-tuned model, in pool order (method.weights=[0.3,0.4]), or use task arithmetic (method=task_arithmetic), whose one scaling factor is for all.]`,
    );
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
