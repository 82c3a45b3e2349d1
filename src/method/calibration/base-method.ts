/** What another method merges, its singular values calibrated. See `plan.ts`; FusionBench's `method/singular_value_calibration/generic.py`. */
import { dareTaskArithmetic } from '../dare-task-arithmetic';
import { defineMethod } from '../define';
import { isoC } from '../iso-c';
import { isoCts } from '../iso-cts';
import {
  type ChosenMethod,
  findScalingFactor,
  type OptionProblem,
  offered,
  problemText,
  withDefaults,
} from '../options';
import { simpleAverage } from '../simple-average';
import { taskSingularVectors } from '../task-singular-vectors';
import { tiesMerging } from '../ties-merging';
import type { Method } from '../types';
import { wudi } from '../wudi';
import { ACCELERATOR, ALPHA, refuseAlpha } from './options';
import { planCalibration } from './plan';

/** Those for which FusionBench has a configuration, the first where none is chosen. */
const BASES: readonly [Method, ...Method[]] = [
  tiesMerging,
  simpleAverage,
  dareTaskArithmetic,
  taskSingularVectors,
  isoC,
  isoCts,
  wudi,
];

/** Where FusionBench's configuration of the calibrated method has another scaling factor than the method's own. */
const FACTORS: Readonly<Record<string, number>> = { [isoC.name]: 1.5, [isoCts.name]: 1.5 };

const offer = (method: Method) => offered(method, FACTORS[method.name]);

export const calibrated = defineMethod({
  name: 'SingularValueCalibrationWithBaseMethod',
  module: 'fusion_bench.method.singular_value_calibration.generic',
  exportedBy: 'fusion_bench.method.singular_value_calibration',
  configuration: 'singular_value_calibration/ties_merging',
  title: 'Another method, calibrated (SVC)',
  summary:
    'Merges by another method, and brings down what several experts add along the same direction of a weight matrix.',
  kind: 'weights',
  options: [
    {
      name: 'base_method',
      kind: 'method',
      methods: BASES.map(offer),
      default: withDefaults(offer(BASES[0])),
      description: 'The method whose merged weights are calibrated, with its own options.',
    },
    ALPHA,
  ],
  ignored: [ACCELERATOR],
  check: (options) => refuseAlpha(options) ?? refuseBase(options.base_method),
  plan(pool, { base_method: chosen, alpha }, context) {
    const method = baseOf(chosen);
    const name = findScalingFactor(method.options)?.name ?? '';
    const { [name]: factor = 1, ...options } = chosen.options;
    const choice = { method, options };
    return planCalibration(pool, { choice, scalingFactor: Number(factor), alpha }, context);
  },
});

function baseOf({ method: name }: ChosenMethod): Method {
  const found = BASES.find((method) => method.name === name);
  if (!found) throw new RangeError(`${name} is not offered`);
  return found;
}

/** What its options make impossible together. */
function refuseBase(chosen: ChosenMethod): OptionProblem | null {
  const method = baseOf(chosen);
  const found = method.check(chosen.options);
  if (!found) return null;
  return { option: 'base_method', problem: problemText(method.name, found, chosen.options) };
}
