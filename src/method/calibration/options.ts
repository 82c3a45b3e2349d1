/** What both methods of singular value calibration are told. */
import type { OptionProblem } from '../options';

export const ALPHA = {
  name: 'alpha',
  kind: 'number',
  default: 0.1,
  description:
    'The least that an expert counts for in a direction: the smaller, the more is brought up what few experts share.',
} as const;

/** FusionBench's, of the device that computes. */
export const ACCELERATOR = {
  name: 'accelerator',
  kind: 'anything',
  optional: true,
  nullable: true,
  default: null,
} as const;

/** What no expert counts for would be divided by zero. */
export function refuseAlpha({ alpha }: { readonly alpha: number }): OptionProblem | null {
  if (alpha > 0) return null;
  return {
    option: 'alpha',
    problem: 'a direction that no expert shares would be divided by it. Give a number above 0.',
  };
}
