/**
 * Singular value calibration of one merged matrix: where several experts push the same way along a singular direction, its singular
 * value is brought down. Source: "When Shared Knowledge Hurts: Spectral Over-Accumulation in Model Merging" (2026,
 * arXiv:2602.05536), algorithm 1; FusionBench's `method/singular_value_calibration/utils.py`, in float64 like it.
 */
import type { Block, Products } from '../../runtime/linear-algebra/matrix';
import { transpose } from '../../runtime/linear-algebra/transpose';
import { rankOf } from './directions';
import { leftSingular, rightSingular, roomForSingular } from './singular';
import { addTensor, room, type Shape, type Sides, sidesOf, takeMatrix, toTensor } from './wide';

/** FusionBench's: a response shorter than its root counts as that long. */
const LEAST_SQUARE = 1e-12;

/** All row by row, as they stand in the checkpoints. */
export interface Calibrated {
  readonly merged: Float32Array;
  readonly base: Float32Array;
  readonly experts: readonly Float32Array[];
}

/**
 * @param alpha the least that an expert's coefficient counts for: the larger, the more is brought down
 * @param out the calibrated weights
 */
export function calibrateSingularValues(
  products: Products,
  { merged, base, experts }: Calibrated,
  alpha: number,
  shape: Shape,
  out: Float32Array,
): void {
  const sides = sidesOf(shape);
  const { short, long, isTurned } = sides;
  products.reserve(
    4 * room(short, long) +
      roomForSingular(short, long) +
      2 * room(short, long) +
      room(short, short) +
      room(long, short),
  );
  const change = takeMatrix(products, short, long);
  addDifference(change, merged, base, sides);
  const singular = leftSingular(products, change, short, long);
  const rank = rankOf(singular.values);
  /** Row r is `u_r' M`, whose length is the singular value. */
  const responses = takeMatrix(products, short, long);
  products.multiplyAdd(responses, singular.vectors, change, rank, long, short);

  // FusionBench's left singular vectors are those of the tensor as it stands, which the turned matrix has on its right.
  const basis = isTurned
    ? rightSingular(products, singular, change, short, long, rank, rank)
    : singular.vectors;
  const length = isTurned ? short : long;
  const mergedResponse = isTurned
    ? scaledRows(products, singular.vectors, singular.values, rank, short)
    : responses;
  const difference = takeMatrix(products, short, long);
  const standing = isTurned ? takeMatrix(products, long, short) : difference;
  const response = takeMatrix(products, short, length);
  const sums = new Float64Array(rank);
  for (const expert of experts) {
    difference.data.fill(0);
    addDifference(difference, expert, base, sides);
    if (isTurned) transpose(difference, short, long, standing);
    response.data.fill(0);
    products.multiplyAdd(response, basis, standing, rank, length, isTurned ? long : short);
    for (let r = 0; r < rank; r++) {
      const coefficient = coefficientOf(response, mergedResponse, r, length);
      sums[r] =
        (sums[r] as number) + (Number.isNaN(coefficient) ? alpha : Math.max(alpha, coefficient));
    }
  }

  const left = takeMatrix(products, short, short);
  transpose(singular.vectors, rank, short, left);
  for (let r = 0; r < rank; r++) {
    const factor = experts.length / (sums[r] as number);
    for (let i = 0; i < short; i++) {
      const place = left.at + i * left.stride + r;
      left.data[place] = factor * (left.data[place] as number);
    }
  }
  const calibrated = takeMatrix(products, short, long);
  products.multiplyAdd(calibrated, left, responses, short, long, rank);
  addTensor(calibrated, base, sides);
  toTensor(calibrated, sides, out);
}

function addDifference(to: Block, values: Float32Array, base: Float32Array, sides: Sides): void {
  addTensor(to, values, sides);
  addTensor(to, base, sides, -1);
}

/** Row r times its value. */
function scaledRows(
  products: Products,
  rows: Block,
  values: Float64Array,
  count: number,
  length: number,
): Block {
  const scaled = takeMatrix(products, length, length);
  for (let r = 0; r < count; r++) {
    for (let j = 0; j < length; j++) {
      scaled.data[scaled.at + r * scaled.stride + j] =
        (values[r] as number) * (rows.data[rows.at + r * rows.stride + j] as number);
    }
  }
  return scaled;
}

/** `<merged, expert> / |expert|^2` of row r. */
function coefficientOf(expert: Block, merged: Block, r: number, length: number): number {
  let product = 0;
  let square = 0;
  for (let j = 0; j < length; j++) {
    const value = expert.data[expert.at + r * expert.stride + j] as number;
    product += value * (merged.data[merged.at + r * merged.stride + j] as number);
    square += value * value;
  }
  return product / Math.max(LEAST_SQUARE, square);
}
