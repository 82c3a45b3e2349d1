/**
 * Magnitude pruning of what an expert changed: in each row of every linear weight the smallest (or largest) changes are
 * dropped, and the rest is added to the base. Everything else stays the base's.
 * Source: FusionBench's `method/pruning/magnitude_diff_pruning.py`; its order, its rounding and its `rescale`.
 */
import { readFloat32Into } from '../../checkpoint/dtype';
import { ConfigError } from '../../errors';
import type { ModelPool } from '../../modelpool/types';
import { defineMethod } from '../define';
import { isLinearWeight } from '../linear-weights';
import type { OptionProblem } from '../options';
import type { Part } from '../types';
import { filled, visionTensor } from '../vision-tensor';
import { nameMatcher, patternProblem } from './name-patterns';
import { type PruneType, pruneRows } from './prune-rows';

const NAME = 'MagnitudeDiffPruningAlgorithm';

export const magnitudeDiffPruning = defineMethod({
  name: NAME,
  module: 'fusion_bench.method.pruning.magnitude_diff_pruning',
  configuration: 'pruning/magnitude_diff_pruning',
  title: 'Magnitude pruning of one expert',
  summary:
    'Drops the smallest changes in each row of the expert’s linear weights, and adds the rest to the base.',
  kind: 'weights',
  experts: { min: 1, max: 1 },
  options: [
    {
      name: 'prune_ratio',
      kind: 'number',
      default: 0.5,
      min: 0,
      max: 1,
      description: 'The share of each row that is dropped.',
    },
    {
      name: 'rescale',
      kind: 'factor',
      rules: ['none', true, false],
      default: 'none',
      nullable: true,
      description:
        'Multiplies what is left: a number, true for 1 / prune_ratio, false for 0 (then the base is all that stays), none to leave it.',
    },
    {
      name: 'extract_names',
      kind: 'string list',
      default: [],
      nullable: true,
      neverEmpty: true,
      description:
        'Regular expressions for the beginning of the names of the tensors that are pruned; without any the weights of linear layers are.',
    },
    {
      name: 'prune_type',
      kind: 'choice',
      choices: ['minor', 'major'],
      default: 'minor',
      optional: true,
      description: 'Drops the smallest changes (minor) or the largest (major).',
    },
  ],
  check: ({ prune_ratio, rescale, extract_names }) =>
    refuseRescale(prune_ratio, rescale) ?? patternProblem('extract_names', extract_names),
  plan(pool, { prune_ratio, rescale, extract_names, prune_type }, { backend }) {
    const isPruned =
      extract_names.length > 0
        ? nameMatcher(extract_names)
        : (name: string) => isLinearWeight(pool, name);
    refuseOtherThanMatrices(pool, isPruned);
    const factor = rescaleFactor(prune_ratio, rescale);
    return (part, base) =>
      filled(backend, base.length, async (merged) => {
        backend.addScaled(merged, base, 1, true);
        if (!isPruned(part.name)) return;
        const pruned = await backend.receive(part.length, async (memory) =>
          memory.set(await prunedPart(pool, part, prune_ratio, prune_type)),
        );
        try {
          backend.addScaled(merged, pruned, factor, false);
        } finally {
          backend.free(pruned);
        }
      });
  },
});

/** In Python 1 equals true; false multiplies by 0, and none not at all. */
function rescaleFactor(ratio: number, rescale: number | boolean | 'none'): number {
  if (rescale === 'none') return 1;
  if (rescale === true || rescale === 1) return 1 / ratio;
  return Number(rescale);
}

/** FusionBench divides by zero there, and stops. */
function refuseRescale(ratio: number, rescale: number | boolean | 'none'): OptionProblem | null {
  if (ratio !== 0 || (rescale !== true && rescale !== 1)) return null;
  return {
    option: 'prune_ratio',
    problem: 'rescale would divide by it. Raise it, or leave rescale out.',
  };
}

/** FusionBench stops at them, or prunes by another dimension than it means. */
function refuseOtherThanMatrices(pool: ModelPool, isPruned: (name: string) => boolean): void {
  const { visionTensors } = pool.pretrained;
  const other = pool.mergedNames.find(
    (name) => isPruned(name) && visionTensors.get(name)?.shape.length !== 2,
  );
  if (other === undefined) return;
  throw new ConfigError(
    `${NAME}: extract_names matches ${other}, which is no matrix; only matrices have rows to prune. Write expressions that match matrices alone, such as ".*mlp.*weight".`,
  );
}

/** A part of the pruned difference: computed from the whole rows that it touches. */
async function prunedPart(
  { pretrained, experts }: ModelPool,
  { name, begin, length }: Part,
  ratio: number,
  type: PruneType,
): Promise<Float32Array<ArrayBuffer>> {
  const base = visionTensor(pretrained, name);
  const columns = base.shape[1] ?? 0;
  const first = Math.floor(begin / columns) * columns;
  const last = Math.ceil((begin + length) / columns) * columns;
  const theta = new Float32Array(last - first);
  await readFloat32Into(base, first, theta);
  const difference = new Float32Array(last - first);
  for (const { model } of experts) {
    await readFloat32Into(visionTensor(model, name), first, difference);
  }
  for (let i = 0; i < theta.length; i++) {
    difference[i] = (difference[i] as number) - (theta[i] as number);
  }
  pruneRows(difference, columns, Math.trunc(columns * ratio), type);
  return difference.subarray(begin - first, begin - first + length);
}
