/**
 * PCB-Merging, parameter competition balancing. FusionBench has no such method. Source: Du et al., "Parameter Competition
 * Balancing for Model Merging" (NeurIPS 2024), and what its authors published (`PCB_merge`), whose defaults these are. See `pcb/balance.ts`.
 */
import { elementCount } from '../checkpoint/data-length';
import { readFloat32Into } from '../checkpoint/dtype';
import type { ModelPool } from '../modelpool/types';
import { accumulate } from '../runtime/cpu/arithmetic';
import { defineMethod } from './define';
import { scalingFactor } from './options';
import { visitParts } from './parts';
import { balanced, type Range, scoresOf, type Vectors } from './pcb/balance';
import { elementsOfRanks, type ShowAll } from './pcb/ranks';
import type { Part, PassContext } from './types';
import { visionTensor } from './vision-tensor';

/** The share of the smallest and of the largest magnitudes that are brought to the next. */
const OUTLIERS = 0.0001;

export const pcbMerging = defineMethod({
  name: 'PCBMerging',
  module: 'task_arithmetic_studio.method.pcb_merging',
  configuration: 'pcb_merging/pcb_merging',
  title: 'PCB-Merging',
  summary:
    'Weighs every expert’s change of a weight by how large it is among its own and how well it agrees with the others’, and drops the least.',
  kind: 'task vector',
  options: [
    scalingFactor(1),
    {
      name: 'pcb_ratio',
      kind: 'number',
      default: 0.1,
      min: 0,
      max: 1,
      optional: true,
      description:
        'The share of each expert’s weights that is not dropped, those of the highest scores.',
    },
  ],
  passes: 5,
  async plan(pool, { pcb_ratio }, context) {
    const length = lengthOf(pool);
    /** Passes over the pool and what `make` makes of it. */
    const show =
      (make: (vectors: Vectors) => Vectors): ShowAll =>
      (see) =>
        eachPart(pool, context, (vectors) => {
          for (const [expert, values] of make(vectors).entries()) see(expert, values);
        });
    const ranges = async (values: ShowAll, low: number, high: number): Promise<Range[]> => {
      // As Python's int() of the same doubles.
      const ranks = [low, high].map((rank) => Math.min(length - 1, Math.trunc(rank)));
      const found = await elementsOfRanks(values, pool.experts.length, ranks);
      return found.map(([least = 0, most = 0]) => ({ low: least, high: most }));
    };
    const magnitudes = await ranges(
      show((vectors) => vectors.map((vector) => vector.map(Math.abs))),
      length * OUTLIERS,
      length * (1 - OUTLIERS) - 1,
    );
    const scores = await ranges(
      show((vectors) => scoresOf(vectors, magnitudes)),
      length * (1 - pcb_ratio),
      length - 1,
    );
    return async (part) => {
      const merged = balanced(await taskVectors(pool, part), magnitudes, scores);
      return context.backend.receive(part.length, async (memory) => memory.set(merged));
    };
  },
});

function lengthOf({ mergedNames, pretrained }: ModelPool): number {
  return mergedNames.reduce(
    (sum, name) => sum + elementCount(pretrained.visionTensors.get(name)?.shape ?? [0]),
    0,
  );
}

/** One pass over the pool. */
function eachPart(
  pool: ModelPool,
  context: PassContext,
  visit: (vectors: Vectors) => void,
): Promise<void> {
  return visitParts(
    pool,
    () => true,
    context,
    async (part) => visit(await taskVectors(pool, part)),
  );
}

/** A part of every expert's task vector, in memory: its scores are computed there on every backend. */
async function taskVectors(
  { pretrained, experts }: ModelPool,
  { name, begin, length }: Part,
): Promise<Vectors> {
  const base = new Float32Array(length);
  await readFloat32Into(visionTensor(pretrained, name), begin, base);
  const vectors: Float32Array<ArrayBuffer>[] = [];
  for (const { model, weight } of experts) {
    const tuned = new Float32Array(length);
    await readFloat32Into(visionTensor(model, name), begin, tuned);
    accumulate(tuned, base, tuned, Math.fround(weight), true);
    vectors.push(tuned);
  }
  return vectors;
}
