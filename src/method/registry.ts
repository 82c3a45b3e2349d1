/** All methods, in the order in which page, messages and documentation list them. */
import { layerWise } from './adamerging/layer-wise';
import { taskWise } from './adamerging/task-wise';
import { dareSimpleAverage } from './dare-simple-average';
import { dareTaskArithmetic } from './dare-task-arithmetic';
import { dareTiesMerging } from './dare-ties-merging';
import { expo } from './expo';
import { isoC } from './iso-c';
import { isoCts } from './iso-cts';
import { linearInterpolation } from './linear-interpolation';
import { lines } from './lines';
import { magMax } from './magmax';
import { modelStock } from './model-stock';
import { magnitudeDiffPruning } from './pruning/magnitude-diff-pruning';
import { simpleAverage } from './simple-average';
import { slerp } from './slerp';
import { taskArithmetic } from './task-arithmetic';
import { taskSingularVectors } from './task-singular-vectors';
import { tiesMerging } from './ties-merging';
import type { Method } from './types';
import { weightedAverage } from './weighted-average';
import { wudi } from './wudi';

const methods = [
  taskArithmetic,
  lines,
  tiesMerging,
  magMax,
  dareTaskArithmetic,
  dareTiesMerging,
  taskSingularVectors,
  isoC,
  isoCts,
  wudi,
  taskWise,
  layerWise,
  simpleAverage,
  weightedAverage,
  dareSimpleAverage,
  modelStock,
  expo,
  magnitudeDiffPruning,
  linearInterpolation,
  slerp,
] as const;

export const METHODS: readonly Method[] = methods;

/** The methods one by one, with their names and options. */
export type RegisteredMethod = (typeof methods)[number];

/** The method of FusionBench's class name (also with its module before it); undefined where there is none. */
export function findMethod(name: string): Method | undefined {
  const className = name.slice(name.lastIndexOf('.') + 1);
  return METHODS.find((method) => method.name === className || method.alias === className);
}
