/**
 * Task arithmetic: `S = ((tau_1 + tau_2) + ...) + tau_n` with `tau_i = theta_i - theta_0`, in pool order.
 * Source: Ilharco et al., "Editing Models with Task Arithmetic" (ICLR 2023); order and rounding as FusionBench's
 * `method/task_arithmetic/task_arithmetic.py`.
 */
import { defineMethod } from './define';
import { scalingFactor } from './options';
import { filled, withPart } from './vision-tensor';

export const taskArithmetic = defineMethod({
  name: 'TaskArithmeticAlgorithm',
  module: 'fusion_bench.method.task_arithmetic.task_arithmetic',
  configuration: 'task_arithmetic',
  title: 'Task arithmetic',
  summary: 'Adds up what every expert changed in the base, and applies the sum scaled.',
  kind: 'task vector',
  // A pool without experts has a task vector as well: zero.
  experts: { min: 0 },
  options: [scalingFactor(0.3)],
  ignored: [{ name: 'inplace', kind: 'boolean', optional: true, default: true }],
  plan({ experts }, _options, { backend }) {
    return (part, base) =>
      filled(backend, base.length, async (sum) => {
        for (const [i, { model, weight }] of experts.entries()) {
          await withPart(backend, model, part, (tuned) =>
            backend.accumulate(sum, base, tuned, weight, i === 0),
          );
        }
      });
  },
});
