/** What AdaMerging's two classes have in common: coefficients that are given, and options of the learning that is left out. */
import type { Expert } from '../../modelpool/types';
import type { TensorBackend, TensorBuffer } from '../../runtime/types';
import type { IgnoredOption } from '../options';
import type { Part } from '../types';
import { filled, withPart } from '../vision-tensor';

export const CLAMP_WEIGHTS = {
  name: 'clamp_weights',
  kind: 'boolean',
  default: false,
  description: 'Brings coefficients below 0 to 0 and above 1 to 1.',
} as const;

export const LEARNING_OPTIONS: readonly IgnoredOption[] = [
  // For `functional_call`, which only learning does; FusionBench reads them all the same.
  { name: 'tie_weights', kind: 'boolean', default: true },
  { name: 'strict', kind: 'boolean', default: false },
  // Of the learning that given coefficients leave out.
  { name: 'optimizer', kind: 'text', optional: true },
  { name: 'lr', kind: 'number', optional: true },
  { name: 'init_values', kind: 'number', optional: true, nullable: true },
  { name: 'devices', kind: 'anything', optional: true },
  { name: 'batch_size', kind: 'integer', optional: true },
  { name: 'num_workers', kind: 'integer', optional: true },
  { name: 'max_steps', kind: 'integer', optional: true },
  { name: 'fast_dev_run', kind: 'boolean', optional: true },
  { name: 'save_merging_weights', kind: 'anything', optional: true },
  { name: 'cache_dir', kind: 'text', optional: true },
];

/** What `clamp_weights` makes of coefficients. */
export function clamped(coefficients: readonly number[], isOn: boolean): readonly number[] {
  return isOn ? coefficients.map((value) => Math.min(1, Math.max(0, value))) : coefficients;
}

/** A part of `((theta_0 + w_1 tau_1) + w_2 tau_2) + ...`, every operation rounded; `base` is that part of `theta_0`. */
export function addedOneByOne(
  backend: TensorBackend,
  base: TensorBuffer,
  part: Part,
  experts: readonly Expert[],
  coefficientOf: (expert: number) => number,
): Promise<TensorBuffer> {
  return filled(backend, base.length, async (merged) => {
    backend.addScaled(merged, base, 1, true);
    const delta = backend.borrow(base.length);
    try {
      for (const [i, { model }] of experts.entries()) {
        await withPart(backend, model, part, (tuned) =>
          backend.accumulate(delta, base, tuned, 1, true),
        );
        backend.addScaled(merged, delta, coefficientOf(i), false);
      }
    } finally {
      backend.free(delta);
    }
  });
}
