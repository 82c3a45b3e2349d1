/** Pillow's resampling filters (Pillow 13, src/libImaging/Resample.c): a weight by distance, and how far it reaches. */

export type FilterName = 'bicubic' | 'bilinear' | 'lanczos' | 'box' | 'hamming';

interface Filter {
  /** Distance, in output pixels, from which on the weight is 0. */
  readonly support: number;
  /** Weight at a signed distance in output pixels. */
  weight(distance: number): number;
}

/** Pillow's bicubic: the parameter of Keys' cubic convolution. */
const A = -0.5;

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI);
}

function bicubic(distance: number): number {
  const x = Math.abs(distance);
  if (x < 1) return ((A + 2) * x - (A + 3)) * x * x + 1;
  return x < 2 ? (((x - 5) * x + 8) * x - 4) * A : 0;
}

/** Written as fp32 constants in Pillow. */
const HAMMING_MEAN = Math.fround(0.54);
const HAMMING_SWING = Math.fround(0.46);

function hamming(distance: number): number {
  const x = Math.abs(distance);
  if (x === 0) return 1;
  if (x >= 1) return 0;
  const angle = x * Math.PI;
  return (Math.sin(angle) / angle) * (HAMMING_MEAN + HAMMING_SWING * Math.cos(angle));
}

export const FILTERS: Readonly<Record<FilterName, Filter>> = {
  box: { support: 0.5, weight: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) },
  bilinear: { support: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) },
  hamming: { support: 1, weight: hamming },
  bicubic: { support: 2, weight: bicubic },
  lanczos: { support: 3, weight: (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0) },
};
