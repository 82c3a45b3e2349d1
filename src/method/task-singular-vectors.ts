/**
 * TSV-M: of every expert's matrices the largest singular values, their vectors made orthogonal across the experts.
 * Source: Gargiulo et al., "Task Singular Vectors" (CVPR 2025); FusionBench's `method/task_singular_vector/TSVM.py`.
 */
import { defineMethod } from './define';
import { combineMatrices } from './matrices/combine-matrices';
import { runningMean } from './matrices/means';
import { EXCLUDE_KEYS, MATRIX_REACH, scalingFactor } from './options';
import { notAmong, plainTaskVectors } from './task-vectors';

export const taskSingularVectors = defineMethod({
  name: 'TaskSingularVectorMerging',
  module: 'fusion_bench.method.task_singular_vector.TSVM',
  configuration: 'task_singular_vector/TaskSingularVectorMerging',
  title: 'Task singular vectors (TSV-M)',
  summary:
    'Keeps the strongest directions of every expert in each weight matrix, and turns them so that no two tasks share one.',
  kind: 'task vector',
  wholeMatrices: true,
  options: [
    {
      ...scalingFactor(1),
      reach: MATRIX_REACH,
      name: 'alpha',
      nullable: true,
      orPerExpert: true,
      description:
        'Multiplies the combined task vector before it is added to the base. A list has a weight for each expert’s task vector instead.',
    },
    EXCLUDE_KEYS,
  ],
  ignored: [{ name: 'return_single_task_models', kind: 'boolean', optional: true, default: false }],
  plan: (pool, { exclude_keys }, context) =>
    combineMatrices(pool, context, {
      work: { kind: 'task singular vectors' },
      included: notAmong(exclude_keys),
      others: runningMean(pool, context.backend, plainTaskVectors(pool, context.backend)),
    }),
});
