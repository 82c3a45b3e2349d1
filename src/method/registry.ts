/** All methods, in the order in which page, messages and documentation list them. */
import { dareTaskArithmetic } from './dare-task-arithmetic';
import { dareTiesMerging } from './dare-ties-merging';
import { isoC } from './iso-c';
import { isoCts } from './iso-cts';
import { linearInterpolation } from './linear-interpolation';
import { magMax } from './magmax';
import { modelStock } from './model-stock';
import { simpleAverage } from './simple-average';
import { slerp } from './slerp';
import { taskArithmetic } from './task-arithmetic';
import { taskSingularVectors } from './task-singular-vectors';
import { taskWise } from './task-wise';
import { tiesMerging } from './ties-merging';
import type { Method } from './types';
import { weightedAverage } from './weighted-average';
import { wudi } from './wudi';

const methods = [
  taskArithmetic,
  tiesMerging,
  magMax,
  dareTaskArithmetic,
  dareTiesMerging,
  taskSingularVectors,
  isoC,
  isoCts,
  wudi,
  taskWise,
  simpleAverage,
  weightedAverage,
  modelStock,
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
