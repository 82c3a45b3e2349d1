/** The methods, in the order in which page, messages and documentation list them. */
import { layerWise } from './adamerging/layer-wise';
import { taskWise } from './adamerging/task-wise';
import { breadcrumbs } from './breadcrumbs';
import { breadcrumbsTies } from './breadcrumbs-ties';
import { calibrated } from './calibration/base-method';
import { calibratedTaskArithmetic } from './calibration/task-arithmetic';
import { dareSimpleAverage } from './dare-simple-average';
import { dareTaskArithmetic } from './dare-task-arithmetic';
import { dareTiesMerging } from './dare-ties-merging';
import { della } from './della';
import { dellaLinear } from './della-linear';
import { expo } from './expo';
import { isoC } from './iso-c';
import { isoCts } from './iso-cts';
import { karcherMean } from './karcher-mean';
import { linearInterpolation } from './linear-interpolation';
import { lines } from './lines';
import { magMax } from './magmax';
import { modelStock } from './model-stock';
import { nuSlerp } from './nu-slerp';
import { pcbMerging } from './pcb-merging';
import { magnitudeDiffPruning } from './pruning/magnitude-diff-pruning';
import { regMean } from './regmean';
import { sce } from './sce';
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
  pcbMerging,
  dareTaskArithmetic,
  dareTiesMerging,
  breadcrumbs,
  breadcrumbsTies,
  dellaLinear,
  della,
  sce,
  nuSlerp,
  taskSingularVectors,
  isoC,
  isoCts,
  wudi,
  calibratedTaskArithmetic,
  calibrated,
  taskWise,
  layerWise,
  simpleAverage,
  weightedAverage,
  dareSimpleAverage,
  karcherMean,
  modelStock,
  expo,
  magnitudeDiffPruning,
  linearInterpolation,
  slerp,
] as const;

/** Those that look at nothing but the models. */
export const METHODS: readonly Method[] = methods;

const onPictures = [regMean] as const;

/** Those that look at pictures of each expert's task as well: had on the command line, beside a task pool. */
export const METHODS_ON_PICTURES: readonly Method[] = onPictures;

export const ALL_METHODS: readonly Method[] = [...METHODS, ...METHODS_ON_PICTURES];

/** The methods one by one, with their names and options. */
export type RegisteredMethod = (typeof methods)[number] | (typeof onPictures)[number];

/** The method of FusionBench's class name (also with its module before it); undefined where there is none. */
export function findMethod(name: string): Method | undefined {
  const className = name.slice(name.lastIndexOf('.') + 1);
  return ALL_METHODS.find((method) => method.name === className || method.alias === className);
}
