import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { canonicalVisionNames } from '../../../clip/tensor-names';
import { BASE_PATCH32 } from '../../../clip/testing-checkpoints';
import { ConfigError } from '../../../errors';
import { type LayerFactors, layerFactor } from '../../../method/layers/factors';
import { plannedFactors } from '../../../method/layers/plan';
import { LAYER_PRESETS, presetFactors } from '../../../method/layers/presets';
import type { MethodConfig } from '../methods/index';
import type { ModelPoolConfig, ModelSource } from '../program/types';
import type { MergekitMerge } from './mergekit-merge';
import { readMergekitConfig } from './read-mergekit';
import { writeMergekitConfig } from './write-mergekit';

const written = (name: string) =>
  fileURLToPath(
    new URL(
      `../../../../reference/fixtures/configuration/written/mergekit/${name}.yml`,
      import.meta.url,
    ),
  );

const models = (...names: string[]): readonly ModelSource[] =>
  names.map((name) =>
    name === '_pretrained_'
      ? { name, reference: 'openai/clip-vit-base-patch32' }
      : { name, reference: `tanganke/clip-vit-base-patch32_${name}` },
  );

const poolOf = (...names: string[]): ModelPoolConfig => ({
  target: 'CLIPVisionModelPool',
  models: models(...names),
  processor: null,
  platform: 'hf',
});

const merges: readonly (readonly [
  name: string,
  MethodConfig,
  ModelPoolConfig,
  expertWeights?: readonly number[],
])[] = [
  [
    'task-arithmetic',
    { target: 'TaskArithmeticAlgorithm', options: { scaling_factor: 0.3, inplace: true } },
    poolOf('_pretrained_', 'sun397', 'dtd'),
  ],
  [
    'task-arithmetic-weighted',
    { target: 'TaskArithmeticAlgorithm', options: { scaling_factor: 0.7, inplace: true } },
    poolOf('_pretrained_', 'sun397', 'dtd'),
    [0.75, -0.4],
  ],
  [
    'linear',
    { target: 'SimpleAverageAlgorithm', options: { show_pbar: false, inplace: true } },
    {
      ...poolOf(),
      models: [
        { name: 'a', reference: 'me/a' },
        { name: 'b', reference: './b' },
      ],
    },
  ],
  [
    'linear-weighted',
    {
      target: 'WeightedAverageAlgorithm',
      options: { normalize: false, weights: [0.7, 1e-8], verbose: true },
    },
    {
      ...poolOf(),
      models: [
        { name: 'a', reference: 'me/a' },
        { name: 'a-2', reference: 'you/a' },
      ],
    },
  ],
  [
    'ties',
    {
      target: 'TiesMergingAlgorithm',
      options: { scaling_factor: 0.3, threshold: 20, remove_keys: [], merge_func: 'mean' },
    },
    poolOf('_pretrained_', 'sun397', 'dtd'),
  ],
  [
    'dare-linear',
    {
      target: 'DareTaskArithmetic',
      options: {
        scaling_factor: 0.5,
        sparsity_ratio: 0.75,
        only_on_linear_weights: false,
        rescale: true,
      },
    },
    {
      ...poolOf(),
      models: [
        ...models('_pretrained_', 'sun397'),
        {
          name: 'lora-16',
          reference: 'openai/clip-vit-base-patch32',
          revision: 'v1',
          adapter: 'me/lora-16',
        },
      ],
    },
  ],
  [
    'breadcrumbs',
    {
      target: 'Breadcrumbs',
      options: { scaling_factor: 0.3, density: 0.9, gamma: 0.02, rescale: true },
    },
    poolOf('_pretrained_', 'sun397', 'dtd'),
    [0.75, -0.4],
  ],
  [
    'breadcrumbs-ties',
    {
      target: 'BreadcrumbsTies',
      options: { scaling_factor: 0.3, density: 0.9, gamma: 0.01, rescale: false, normalize: true },
    },
    poolOf('_pretrained_', 'sun397', 'dtd'),
  ],
  [
    'della',
    {
      target: 'Della',
      options: { scaling_factor: 1.2, density: 0.5, epsilon: 0.15, normalize: true, rescale: true },
    },
    poolOf('_pretrained_', 'sun397', 'dtd'),
  ],
  [
    'della-linear',
    {
      target: 'DellaLinear',
      options: { scaling_factor: 0.3, density: 0.5, epsilon: 0.2, rescale: false },
    },
    poolOf('_pretrained_', 'sun397', 'dtd'),
    [0.75, -0.4],
  ],
  [
    'slerp',
    { target: 'SlerpMergeAlgorithm', options: { t: 0.25, DOT_THRESHOLD: 0.9995, epsilon: 1e-8 } },
    {
      ...poolOf(),
      models: [
        { name: 'a', reference: 'me/a' },
        { name: 'b', reference: 'me/b' },
      ],
    },
  ],
  [
    'nuslerp',
    {
      target: 'NuSlerp',
      options: { scaling_factor: 1, t: 0.25, nuslerp_flatten: false, nuslerp_row_wise: true },
    },
    poolOf('_pretrained_', 'sun397', 'dtd'),
  ],
  [
    'karcher',
    { target: 'KarcherMean', options: { max_iter: 20, tol: 1e-6 } },
    {
      ...poolOf(),
      models: [
        { name: 'a', reference: 'me/a' },
        { name: 'b', reference: 'me/b' },
      ],
    },
  ],
  [
    'sce',
    { target: 'SCE', options: { scaling_factor: 1, select_topk: 0.1 } },
    poolOf('_pretrained_', 'sun397', 'dtd'),
  ],
  [
    'model-stock',
    {
      target: 'ModelStock',
      options: { ignore_keys: null, model_save_path: null, model_save_kwargs: undefined },
    },
    poolOf('_pretrained_', 'sun397', 'dtd'),
  ],
];

describe("mergekit's YAML", () => {
  it.each(
    merges.map(([name, method, modelpool, given]) => {
      const experts = modelpool.models.filter((model) => model.name !== '_pretrained_');
      return { name, merge: { method, modelpool, expertWeights: given ?? experts.map(() => 1) } };
    }),
  )('$name comes back the same', async ({ name, merge }) => {
    const yaml = writeMergekitConfig(merge);
    expect(readMergekitConfig(yaml)).toEqual(merge);
    await expect(yaml).toMatchFileSnapshot(written(name));
  });

  it('reads what people write: the base among the models, weights for all, no names', () => {
    const { method, modelpool } = readMergekitConfig(`
      merge_method: task_arithmetic
      base_model: openai/clip-vit-base-patch16
      models:
        - model: openai/clip-vit-base-patch16
        - model: tanganke/clip-vit-base-patch16_dtd
          parameters: {weight: 0.4}
        - model: ./checkpoints/mnist/model.safetensors
      parameters: {weight: 0.4, int8_mask: true}
      dtype: bfloat16
    `);
    expect(method.options).toEqual({ scaling_factor: 0.4, inplace: true });
    expect(modelpool.models.map(({ name }) => name)).toEqual(['_pretrained_', 'dtd', 'model']);
  });

  it('reads weights that are all the same as a part of the scaling factor, and others as they are', () => {
    const read = (weights: readonly number[], parameters: string) => {
      const models = weights.map((weight, i) => `{model: m${i}, parameters: {weight: ${weight}}}`);
      const { method, expertWeights } = readMergekitConfig(
        `{merge_method: task_arithmetic, base_model: b, models: [${models}], parameters: {${parameters}}}`,
      );
      return [method.options.scaling_factor, ...expertWeights];
    };
    expect(read([0.5, 0.5], 'lambda: 0.25')).toEqual([0.125, 1, 1]);
    expect(read([0.5, -0.25], 'lambda: 0.75')).toEqual([0.75, 0.5, -0.25]);
    expect(read([3, 1], 'lambda: 2, normalize: true')).toEqual([0.5, 3, 1]);
    expect(read([2, 2], 'lambda: 1, normalize: true')).toEqual([0.5, 1, 1]);
    // As mergekit does where nothing can be divided by.
    expect(read([1, -1], 'lambda: 2, normalize: true')).toEqual([2, 1, -1]);
  });

  it('reads density, gamma and epsilon of each model, as people write them, where they are the same', () => {
    const read = (first: string, second: string, parameters = '{}') =>
      `{merge_method: della, base_model: b, models: [{model: x, parameters: {weight: 1, ${first}}}, {model: y, parameters: {weight: 1, ${second}}}], parameters: ${parameters}}`;
    const { method } = readMergekitConfig(read('density: 0.4', 'density: 0.4', '{epsilon: 0.1}'));
    expect(method.options).toEqual({
      scaling_factor: 1,
      density: 0.4,
      epsilon: 0.1,
      normalize: true,
      rescale: true,
    });
    // What mergekit has where nothing is said.
    const { method: usual } = readMergekitConfig(
      'merge_method: breadcrumbs\nbase_model: b\nmodels: [{model: x, parameters: {weight: 0.5}}]',
    );
    expect(usual.options).toEqual({ scaling_factor: 0.5, density: 1, gamma: 0.01, rescale: false });
    expect(refusal(read('density: 0.4', 'density: 0.5'))).toMatchInlineSnapshot(
      `"mergekit_config.yml: the models have different values of density (0.4, 0.5). Give all the same: methods here have one for all of them."`,
    );
  });

  it('reads the weights of nuslerp as the place on the arc, and the base of karcher as a model', () => {
    const arc = (first: number, second: number) =>
      readMergekitConfig(
        `{merge_method: nuslerp, base_model: b, models: [{model: x, parameters: {weight: ${first}}}, {model: y, parameters: {weight: ${second}}}]}`,
      ).method.options;
    const rest = { scaling_factor: 1, nuslerp_flatten: true, nuslerp_row_wise: false };
    expect(arc(3, 1)).toEqual({ ...rest, t: 0.25 });
    expect(arc(1, -1)).toEqual({ ...rest, t: 0.5 });
    const { modelpool } = readMergekitConfig(
      '{merge_method: karcher, base_model: b, models: [{model: x}, {model: y}]}',
    );
    expect(modelpool.models.map(({ name }) => name)).toEqual(['x', 'y', 'b']);
  });

  describe('with a factor by layer', () => {
    const names = canonicalVisionNames({ ...BASE_PATCH32, layers: 3 }).map(({ name }) => name);
    const merge = (scaling_factor: number): MergekitMerge => ({
      method: { target: 'TaskArithmeticAlgorithm', options: { scaling_factor, inplace: true } },
      modelpool: poolOf('_pretrained_', 'sun397', 'dtd'),
      expertWeights: [1, 1],
    });
    const readFactors = ({ layers }: MergekitMerge) =>
      layers ? plannedFactors(layers, names, 2) : null;
    const read = (parameters: string, weight = '{weight: 1}') =>
      readMergekitConfig(
        `{merge_method: task_arithmetic, base_model: b, models: [{model: x, parameters: ${weight}}, {model: y, parameters: ${weight}}], parameters: ${parameters}}`,
      );

    it.each<[string, LayerFactors]>([
      ['kinds', { 'layers.0.mlp': 0, 'layers.1.mlp': 0, 'layers.2.mlp': 0, embeddings: 0.5 }],
      [
        'blocks',
        { 'layers.1.attention': 0.7, 'layers.1.mlp': 0.7, 'layers.1.norms': 0.7, post: 0 },
      ],
      ['tensors', { 'layers.2.mlp': 0.1, 'encoder.layers.2.mlp.fc1.bias': 1 }],
    ])('comes back the same: %s', async (name, factors) => {
      const yaml = writeMergekitConfig(merge(0.3), { factors, names });
      const again = readMergekitConfig(yaml);
      expect(readFactors(again)).toEqual(factors);
      expect(again.method.options.scaling_factor).toBe(0.3);
      await expect(yaml).toMatchFileSnapshot(written(`layers-${name}`));
    });

    it('is read from every preset as it was written, for any scaling factor', () => {
      for (const preset of LAYER_PRESETS) {
        for (const scaling of [0.3, 1, -0.7, 1e-3]) {
          const factors = presetFactors(preset, names, 3);
          const yaml = writeMergekitConfig(merge(scaling), { factors, names });
          const again = readMergekitConfig(yaml);
          const { scaling_factor } = again.method.options;
          const found = readFactors(again) ?? {};
          for (const name of names) {
            const product = Number(scaling_factor) * layerFactor(found, name);
            expect(Math.fround(product)).toBe(Math.fround(scaling * layerFactor(factors, name)));
          }
        }
      }
    });

    it('reads gradients and filters of lambda and of weights, which multiply', () => {
      const gradient = read('{lambda: [0, 1]}');
      expect(gradient.method.options.scaling_factor).toBe(1);
      expect(readFactors(gradient)).toMatchObject({
        embeddings: 0,
        'layers.0.mlp': 0,
        'layers.1.mlp': 0.5,
        post: 0,
      });
      const both = read(
        '{lambda: [{filter: mlp, value: 0.5}, {filter: "*", value: 2}]}',
        '{weight: [{filter: layers.0., value: [3, 1]}, {value: 0.25}]}',
      );
      expect(both.expertWeights).toEqual([1, 1]);
      expect(both.method.options.scaling_factor).toBe(0.5);
      expect(readFactors(both)).toEqual({
        'layers.0.attention': 12,
        'layers.0.mlp': 3,
        'layers.0.norms': 12,
        'layers.1.mlp': 0.25,
        'layers.2.mlp': 0.25,
      });
    });

    it('is not written for a method without lambda', () => {
      const average: MergekitMerge = {
        ...merge(1),
        method: { target: 'SimpleAverageAlgorithm', options: { show_pbar: false, inplace: true } },
      };
      expect(() => writeMergekitConfig(average, { factors: { post: 0 }, names })).toThrow(
        'mergekit has no factor by layer for this method: it has no lambda.',
      );
    });
  });

  function refusal(yaml: string): string {
    try {
      readMergekitConfig(yaml);
    } catch (error) {
      if (error instanceof ConfigError) return error.message;
      throw error;
    }
    return 'accepted';
  }

  it('refuses what FusionBench has no option for', () => {
    expect(refusal('merge_method: passthrough\nmodels: []')).toMatchInlineSnapshot(
      `"merge_method: one of linear, task_arithmetic, ties, dare_linear, breadcrumbs, breadcrumbs_ties, della, della_linear, slerp, nuslerp, karcher, sce, model_stock is expected, but it is the text "passthrough"."`,
    );
    expect(
      refusal(
        'merge_method: ties\nbase_model: b\nmodels: [{model: x, parameters: {weight: 1}}, {model: y, parameters: {weight: 2}}]',
      ),
    ).toMatchInlineSnapshot(
      `"mergekit_config.yml: the models have different weights (1, 2), which the mean of what agrees has no option for. Give all the same weight, or set normalize to false."`,
    );
    expect(
      refusal(
        'merge_method: ties\nbase_model: b\nmodels: [{model: x, parameters: {weight: [0, 1]}}]\nparameters: {densty: 0.5}',
      ),
    ).toMatchInlineSnapshot(
      `"parameters.densty: mergekit has no option densty. The name is density."`,
    );
    expect(
      refusal(
        'merge_method: ties\nbase_model: b\nmodels: [{model: x, parameters: {weight: 1}}]\nparameters: {density: [0, 1]}',
      ),
    ).toMatchInlineSnapshot(
      `"parameters.density: a number between 0 and 1 is expected, but it is a list."`,
    );
    expect(
      refusal(
        'merge_method: task_arithmetic\nbase_model: b\nmodels: [{model: x, parameters: {weight: [0, 1]}}, {model: y, parameters: {weight: 1}}]',
      ),
    ).toMatchInlineSnapshot(
      `"mergekit_config.yml: the models have different weights by tensor. A factor by layer is one for all of them: give every model the same list, or a number."`,
    );
    expect(
      refusal(
        'merge_method: ties\nbase_model: b\nmodels: [{model: x}, {model: y}]\nparameters: {weight: [0, 1]}',
      ),
    ).toMatchInlineSnapshot(
      `"mergekit_config.yml: the weights by tensor are the same for all models, and normalize takes them out again. Set normalize to false, or give numbers."`,
    );
    expect(
      refusal('merge_method: linear\nmodels: [{model: x}]\nparameters: {weight: [0, 1]}'),
    ).toMatchInlineSnapshot(
      `"mergekit_config.yml: a weight is a list, and an average has no factor by layer. Give numbers, or choose task_arithmetic."`,
    );
    expect(
      refusal(
        'merge_method: task_arithmetic\nbase_model: b\nmodels: []\nparameters: {weight: 1, lambda: [{filtr: a, value: 1}]}',
      ),
    ).toMatchInlineSnapshot(
      `"parameters.lambda: a list of numbers (a gradient) is expected here, or a list of filter and value, with finite numbers."`,
    );
    expect(refusal('merge_method: slerp\nslices: []')).toMatchInlineSnapshot(
      `"mergekit_config.yml: slices is not supported: models are merged as a whole."`,
    );
  });

  it('refuses to write what mergekit does not have', () => {
    const modelpool = poolOf('_pretrained_', 'sun397');
    const magmax: MethodConfig = {
      target: 'MagMaxAlgorithm',
      options: { scaling_factor: 0.5, inplace: true },
    };
    expect(() =>
      writeMergekitConfig({ method: magmax, modelpool, expertWeights: [1] }),
    ).toThrowErrorMatchingInlineSnapshot(
      `[ConfigError: mergekit does not have MagMaxAlgorithm. Write the configuration in FusionBench's words instead.]`,
    );
    const ties: MethodConfig = {
      target: 'TiesMergingAlgorithm',
      options: { scaling_factor: 1, threshold: 20, remove_keys: [], merge_func: 'max' },
    };
    expect(() =>
      writeMergekitConfig({ method: ties, modelpool, expertWeights: [1] }),
    ).toThrowErrorMatchingInlineSnapshot(
      `[ConfigError: mergekit does not have merge_func: max. Write the configuration in FusionBench's words instead.]`,
    );
    const mean: MethodConfig = {
      target: 'TiesMergingAlgorithm',
      options: { scaling_factor: 1, threshold: 20, remove_keys: [], merge_func: 'mean' },
    };
    expect(() =>
      writeMergekitConfig({ method: mean, modelpool, expertWeights: [0.5] }),
    ).toThrowErrorMatchingInlineSnapshot(
      `[ConfigError: mergekit does not have a plain mean of weighted task vectors. Write the configuration in FusionBench's words instead.]`,
    );
    const scaled: MethodConfig = {
      target: 'SCE',
      options: { scaling_factor: 1.5, select_topk: 1 },
    };
    expect(() =>
      writeMergekitConfig({ method: scaled, modelpool, expertWeights: [1] }),
    ).toThrowErrorMatchingInlineSnapshot(
      `[ConfigError: mergekit does not have a scaling factor for this method, other than 1. Write the configuration in FusionBench's words instead.]`,
    );
    const coefficients: MethodConfig = {
      target: 'CLIPTaskWiseAdaMergingAlgorithm',
      options: { weights: [0.5], clamp_weights: false, tie_weights: true, strict: false },
    };
    expect(() =>
      writeMergekitConfig({ method: coefficients, modelpool, expertWeights: [1] }),
    ).toThrowErrorMatchingInlineSnapshot(
      `[ConfigError: mergekit sums task vectors up before it adds them to the base, which rounds otherwise. Choose task arithmetic, with the coefficients as the weights of the experts.]`,
    );
    const average: MethodConfig = {
      target: 'TaskArithmeticAlgorithm',
      options: { scaling_factor: 1, inplace: true },
    };
    expect(() =>
      writeMergekitConfig({ method: average, modelpool: poolOf('sun397'), expertWeights: [1] }),
    ).toThrowErrorMatchingInlineSnapshot(
      `[ConfigError: modelpool.models: there is no _pretrained_, which is the base here.]`,
    );
  });
});
