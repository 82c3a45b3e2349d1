/**
 * The thinning out of Model Breadcrumbs: the share `gamma` of the largest magnitudes of a tensor is left out, and then so many of the
 * smallest that the share `density` stays.
 * Source: mergekit 0.1.5, `mergekit/sparsify.py`, `magnitude_outliers`.
 */
import { keepBand } from './magnitude-band';
import { dropAndRescale, RESCALE_SUM, ratioOfSums } from './rescale';
import type { BandOptions, ThinOut } from './types';

export const BAND_OPTIONS = [
  {
    name: 'density',
    kind: 'number',
    default: 0.9,
    min: 0,
    max: 1,
    optional: true,
    description: 'The share of each tensor that stays; 1 keeps all, the largest too.',
  },
  {
    name: 'gamma',
    kind: 'number',
    default: 0.01,
    min: 0,
    max: 1,
    optional: true,
    description: 'The share of the largest magnitudes that is left out, as far as density allows.',
  },
  { ...RESCALE_SUM, default: false },
] as const;

export function keepMiddle({ density, gamma, rescale }: BandOptions): ThinOut {
  return (delta, tensor) => {
    if (density === 1) return;
    const kept = Math.trunc(density * delta.length);
    const largest = Math.trunc(gamma * delta.length);
    const smallest = Math.max(0, delta.length - kept - largest);
    const drop = () => keepBand(delta, smallest, kept);
    if (rescale) dropAndRescale(delta, tensor, ratioOfSums, drop);
    else drop();
  };
}
