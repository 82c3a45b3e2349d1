/** Task arithmetic, its singular values calibrated. See `plan.ts`; FusionBench's `method/singular_value_calibration/task_arithmetic.py`. */
import { defineMethod } from '../define';
import { taskArithmetic } from '../task-arithmetic';
import { ACCELERATOR, ALPHA, refuseAlpha } from './options';
import { planCalibration } from './plan';

export const calibratedTaskArithmetic = defineMethod({
  name: 'SingularValueCalibrationArithmeticTask',
  module: 'fusion_bench.method.singular_value_calibration.task_arithmetic',
  exportedBy: 'fusion_bench.method.singular_value_calibration',
  configuration: 'singular_value_calibration/task_arithmetic',
  title: 'Calibrated task arithmetic (SVC)',
  summary:
    'Adds up the task vectors, and brings down what several experts add along the same direction of a weight matrix.',
  kind: 'weights',
  options: [
    {
      name: 'scaling_factor',
      kind: 'number',
      default: 0.3,
      description: 'Of the task arithmetic that is calibrated.',
    },
    ALPHA,
  ],
  ignored: [ACCELERATOR],
  check: refuseAlpha,
  plan: (pool, { scaling_factor: scalingFactor, alpha }, context) =>
    planCalibration(pool, { choice: { method: taskArithmetic }, scalingFactor, alpha }, context),
});
