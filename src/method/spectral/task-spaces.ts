/**
 * Isotropic merging of one matrix in common and task-specific subspaces: the largest directions of the sum, of every expert's
 * task vector the largest that these leave, all of them side by side, made orthogonal, and every singular value their mean.
 * Marczak et al., "No Task Left Behind: Isotropic Model Merging with Common and Task-Specific Subspaces" (2025); FusionBench's
 * `iso_cts`.
 */
import type { Block, Products } from '../../runtime/linear-algebra/matrix';
import { transpose } from '../../runtime/linear-algebra/transpose';
import { rankOf } from './directions';
import { leftSingular, rightSingular, roomForSingular } from './singular';
import { putTogether } from './triples';
import { addTensor, room, type Shape, type Sides, sidesOf, takeMatrix } from './wide';

/** How many directions are the sum's, and how many each expert's. */
export interface Spaces {
  readonly common: number;
  readonly each: number;
}

/**
 * As FusionBench rounds: what is not common is divided among the experts evenly, to the nearest number. Where that comes to
 * more directions than there are, FusionBench stops with an error; here each gets one less.
 */
export function spacesOf(short: number, fraction: number, experts: number): Spaces {
  const wanted = (short - Math.trunc(short * fraction)) / experts;
  const each = Math.min(roundToEven(wanted), Math.floor(short / experts));
  return { common: short - each * experts, each };
}

/** Python's `round`. */
function roundToEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  if (rest === 0.5) return below % 2 === 0 ? below : below + 1;
  return rest < 0.5 ? below : below + 1;
}

/**
 * @param taskVectors one or more, row by row
 * @param fraction of the directions that are common ones
 * @param out the merged task vector
 */
export function mergeInTaskSpaces(
  products: Products,
  taskVectors: readonly Float32Array[],
  fraction: number,
  shape: Shape,
  out: Float32Array,
): void {
  const sides = sidesOf(shape);
  const { short, long } = sides;
  const { common, each } = spacesOf(short, fraction, taskVectors.length);
  // Row by row: the common directions, then those of the first expert, of the second, ...
  const lefts = new Float64Array(short * short);
  const rights = new Float64Array(short * long);
  let total = 0;
  let filled = 0;
  const keep = (matrix: Block, count: number, size: number) => {
    const singular = leftSingular(products, matrix, short, long, count);
    const known = Math.min(count, rankOf(singular.values, size));
    const right = rightSingular(products, singular, matrix, short, long, count, known);
    lefts.set(singular.vectors.data.subarray(0, known * short), filled * short);
    rights.set(right.data.subarray(0, count * long), filled * long);
    for (const value of singular.values.subarray(0, count)) total += value;
    filled += count;
    return known;
  };

  products.reserve(room(short, long) + roomForSingular(short, long) + room(common, long));
  const whole = takeMatrix(products, short, long);
  for (const taskVector of taskVectors) addTensor(whole, taskVector, sides);
  const known = keep(whole, common, 0);
  for (const taskVector of taskVectors) {
    products.reserve(
      room(short, long) +
        roomForSingular(short, long) +
        room(each, long) +
        2 * room(known, long) +
        room(short, known) +
        room(long, known),
    );
    const matrix = takeMatrix(products, short, long);
    addTensor(matrix, taskVector, sides);
    let squares = 0;
    for (const value of taskVector) squares += value * value;
    leaveOut(products, matrix, { lefts, rights }, known, sides);
    keep(matrix, each, Math.sqrt(squares));
  }
  const mean = total / short;
  putTogether(products, { lefts, rights, values: Array(short).fill(mean) }, sides, out);
}

/** Takes out of a matrix what lies in the tensor's common left directions, which of a turned one are the right. */
function leaveOut(
  products: Products,
  matrix: Block,
  { lefts, rights }: { readonly lefts: Float64Array; readonly rights: Float64Array },
  known: number,
  { short, long, isTurned }: Sides,
): void {
  const length = isTurned ? long : short;
  const rows = takeMatrix(products, known, length);
  rows.data.set((isTurned ? rights : lefts).subarray(0, known * length));
  const columns = takeMatrix(products, length, known);
  transpose(rows, known, length, columns);
  // M -= (M V') V of a turned matrix, M -= U' (U M) of another: the coordinates are negated between the two.
  const coordinates = isTurned
    ? takeMatrix(products, short, known)
    : takeMatrix(products, known, long);
  if (isTurned) products.multiplyAdd(coordinates, matrix, columns, short, known, long);
  else products.multiplyAdd(coordinates, rows, matrix, known, long, short);
  for (let i = 0; i < coordinates.data.length; i++) {
    coordinates.data[i] = -(coordinates.data[i] as number);
  }
  if (isTurned) products.multiplyAdd(matrix, coordinates, rows, short, long, known);
  else products.multiplyAdd(matrix, columns, coordinates, short, long, known);
}
