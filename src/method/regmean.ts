/**
 * RegMean: every linear layer's weights solve a regression on the inputs that the layer has, in each expert, on pictures of the
 * expert's task; all other tensors are averaged. Labels are not looked at.
 * Source: Jin et al., "Dataless Knowledge Fusion by Merging Weights of Language Models" (ICLR 2023); FusionBench's
 * `method/regmean/clip_regmean.py`. See `spectral/regression.ts`.
 */
import type { LayerGrams } from '../clip/linear-inputs';
import { ConfigError } from '../errors';
import type { ModelPool } from '../modelpool/types';
import { defineMethod } from './define';
import { matrixShape } from './matrices/read-matrix';
import { nameMatcher, patternProblem } from './pruning/name-patterns';
import type { MatrixJob } from './spectral/merge-matrix';
import { sumExperts } from './ties/sum-experts';
import type { BegunInputs, PlanContext } from './types';
import { filled, readVisionTensor, withPart } from './vision-tensor';

/** FusionBench's batches, which a configuration has to name; their size is the engine's affair here. */
const LOADER: ReadonlyMap<string, number> = new Map([
  ['batch_size', 32],
  ['num_workers', 0],
]);

/** The linear maps of a layer, by what goes into them. */
const MAPS: readonly (readonly [string, keyof LayerGrams])[] = [
  ['self_attn.k_proj', 'attention'],
  ['self_attn.v_proj', 'attention'],
  ['self_attn.q_proj', 'attention'],
  ['self_attn.out_proj', 'output'],
  ['mlp.fc1', 'expansion'],
  ['mlp.fc2', 'contraction'],
];

export const regMean = defineMethod({
  name: 'RegMeanAlgorithmForCLIP',
  module: 'fusion_bench.method.regmean.clip_regmean',
  configuration: 'regmean/clip_regmean',
  title: 'RegMean',
  summary:
    'Makes each linear layer give out what every expert’s would on pictures of its own task, as nearly as one layer can.',
  kind: 'weights',
  needsPictures: true,
  options: [
    {
      name: 'exclude_param_names_regex',
      kind: 'string list',
      default: [],
      description:
        'Regular expressions for the beginning of the names of tensors that stay the base’s.',
    },
    {
      name: 'num_regmean_examples',
      kind: 'integer',
      default: 256,
      min: 1,
      description: 'Pictures of each expert’s task.',
    },
    {
      name: 'reduce_non_diagonal_ratio',
      kind: 'number',
      default: 0.95,
      min: 0,
      max: 1,
      description:
        'What goes into a layer is taken to hang together by this share: 0 averages each weight for itself.',
    },
  ],
  ignored: [
    { name: 'weight_transpose', kind: 'boolean', default: true },
    { name: 'dataloader_kwargs', kind: 'anything', default: LOADER },
  ],
  passes: 2,
  check: ({ exclude_param_names_regex: patterns }) =>
    patternProblem('exclude_param_names_regex', patterns),
  async plan(pool, options, context) {
    const { backend } = context;
    const isExcluded = nameMatcher(options.exclude_param_names_regex);
    const merged = await mergeLinear(pool, options, (name) => !isExcluded(name), context);
    return async (part, base) => {
      const { name, begin, length } = part;
      const whole = merged.get(name);
      if (whole) {
        const values = await whole;
        return backend.receive(length, async (memory) => {
          memory.set(values.subarray(begin, begin + length));
        });
      }
      return filled(backend, base.length, async (mean) => {
        if (isExcluded(name)) {
          backend.copy(mean, 0, base);
          return;
        }
        await sumExperts(backend, mean, pool.experts.length, async (sum, expert) => {
          const model = pool.experts[expert]?.model;
          if (!model) throw new RangeError(`the pool has no expert ${expert}`);
          await withPart(backend, model, part, (tuned) => backend.addScaled(sum, tuned, 1, false));
        });
        backend.divide(mean, pool.experts.length);
      });
    };
  },
});

/** The merged weights of all linear layers that are included, by name: layer after layer, all experts side by side. */
async function mergeLinear(
  pool: ModelPool,
  {
    num_regmean_examples: pictures,
    reduce_non_diagonal_ratio: ratio,
  }: { readonly num_regmean_examples: number; readonly reduce_non_diagonal_ratio: number },
  included: (name: string) => boolean,
  { inputs, matrices, signal, visited }: PlanContext,
): Promise<ReadonlyMap<string, Promise<Float32Array<ArrayBuffer>>>> {
  if (!inputs) {
    throw new ConfigError(
      'RegMeanAlgorithmForCLIP looks at pictures of each expert’s task, and there is no task pool to take them from. Give a task of each expert’s name.',
    );
  }
  const begun = await inputs.begin(pool, pictures);
  try {
    return await mergeLayers(pool, begun, ratio, included, { matrices, signal, visited });
  } finally {
    await begun.release();
  }
}

async function mergeLayers(
  pool: ModelPool,
  { experts }: BegunInputs,
  ratio: number,
  included: (name: string) => boolean,
  { matrices, signal, visited }: Pick<PlanContext, 'matrices' | 'signal' | 'visited'>,
): Promise<ReadonlyMap<string, Promise<Float32Array<ArrayBuffer>>>> {
  const merged = new Map<string, Promise<Float32Array<ArrayBuffer>>>();
  const { layers } = pool.pretrained.vision;
  // Inputs take longer than the solve: a step for each expert, and one for the layer.
  const steps = layers * (experts.length + 1);
  let [told, stepped] = [0, 0];
  const tell = () => {
    const done = Math.floor((pool.mergedNames.length * ++stepped) / steps);
    for (; told < done; told++) visited();
  };
  for (let layer = 0; layer < layers; layer++) {
    const grams: LayerGrams[] = [];
    for (const expert of experts) {
      grams.push(await expert.next(signal));
      tell();
    }
    for (const [map, input] of MAPS) {
      const name = `encoder.layers.${layer}.${map}.weight`;
      if (!included(name)) continue;
      const isShared = MAPS.filter(([, other]) => other === input).length > 1;
      const prepare = async (): Promise<MatrixJob> => {
        const shape = matrixShape(pool, name);
        if (!shape) throw new RangeError(`${name} is no matrix`);
        const tensors: Float32Array<ArrayBuffer>[] = [];
        for (const [i, { model }] of pool.experts.entries()) {
          const gram = grams[i]?.[input];
          if (!gram) throw new RangeError(`nothing is known of expert ${i}`);
          // What a thread gets is given away, and what several maps have is not one's to give.
          tensors.push(await readVisionTensor(model, name), isShared ? gram.slice() : gram);
        }
        return { work: { kind: 'regression', ratio }, shape, tensors };
      };
      merged.set(name, matrices.run(prepare, signal));
    }
    // The next layer's inputs would only wait beside these.
    await Promise.all(merged.values());
    tell();
  }
  return merged;
}
