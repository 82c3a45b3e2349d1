/** The methods that a configuration can ask for. */
import type * as v from 'valibot';
import { dareTaskArithmetic } from './dare-task-arithmetic';
import { dareTiesMerging } from './dare-ties-merging';
import type { MethodDefinition } from './definition';
import { dummy } from './dummy';
import { linearInterpolation } from './linear-interpolation';
import { magmax } from './magmax';
import { modelStock } from './model-stock';
import { simpleAverage } from './simple-average';
import { slerp } from './slerp';
import { taskArithmetic } from './task-arithmetic';
import { tiesMerging } from './ties-merging';
import { weightedAverage } from './weighted-average';

export const methodDefinitions = [
  dummy,
  simpleAverage,
  weightedAverage,
  taskArithmetic,
  tiesMerging,
  magmax,
  dareTaskArithmetic,
  dareTiesMerging,
  linearInterpolation,
  modelStock,
  slerp,
] as const;

type ConfigOf<D> =
  D extends MethodDefinition<infer Name, infer Entries>
    ? {
        /** FusionBench's class. */
        readonly target: Name;
        readonly options: Readonly<v.InferOutput<v.ObjectSchema<Entries, undefined>>>;
      }
    : never;

/** A method with its options, told apart by `target`. */
export type MethodConfig = ConfigOf<(typeof methodDefinitions)[number]>;

export type MethodName = MethodConfig['target'];
