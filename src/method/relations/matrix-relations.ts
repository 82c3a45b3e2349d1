/**
 * The spectra of every expert's task vector and of their sum, matrix by matrix, and how far the experts' directions coincide. Each
 * matrix is a job (`method/matrices/jobs.ts`), read when its turn has come; whatever is under way when a turn ends is dropped at
 * once and done again, so that nobody waits for it.
 */
import type { ModelPool } from '../../modelpool/types';
import { layerGroup } from '../layers/groups';
import { eachAtOnce } from '../matrices/each-at-once';
import type { MatrixJobs } from '../matrices/jobs';
import { matrixShape, matrixTaskVectors } from '../matrices/read-matrix';
import { directionsOf, rankOf, squaresOf } from '../spectral/directions';
import { mostCompared, readSubspaces } from '../spectral/subspaces';
import { type Shape, sidesOf } from '../spectral/wide';
import type { AnalysisOptions, TakeTurn } from './options';

/** Singular values of one matrix. */
export interface Spectrum {
  /** The root of the sum of their squares, which is the matrix's own length. */
  readonly norm: number;
  /** Their sum. */
  readonly nuclearNorm: number;
  readonly largest: number;
  /** How many are told from rounding (`spectral/directions.ts`). */
  readonly rank: number;
  /** How many of the largest hold 95 % of the sum of squares. */
  readonly directions: number;
  /** Share of the sum of squares in the first so many as TSV-M keeps of each expert; 0 of zeros. */
  readonly held: number;
  /** Those at the matrix's places. */
  readonly values: readonly number[];
}

export interface MatrixRelations extends Shape {
  /** The tensor's canonical name. */
  readonly tensor: string;
  readonly layer: string;
  /** Of the singular values that are kept ({@link shownPlaces}). */
  readonly places: readonly number[];
  /** Of every expert, in pool order. */
  readonly experts: readonly Spectrum[];
  readonly sum: Spectrum;
  /** As `Subspaces` has them. */
  readonly compared: readonly number[];
  readonly overlaps: readonly (readonly (number | null)[])[];
}

/** Places, from 1, of the singular values that are kept: about three to a doubling, and the last. */
export function shownPlaces(short: number): number[] {
  const places = new Set<number>();
  for (let power = 1; power < short; power *= 2) {
    for (const factor of [1, 1.25, 1.5]) places.add(Math.round(power * factor));
  }
  return [...places, short].filter((place, i, all) => place <= short && all.indexOf(place) === i);
}

/**
 * By the order of the tensors. Weights of experts are those of the pool.
 *
 * @throws CompatibilityError where a task vector holds what is no finite number, DeviceError, and the signal's reason
 */
export async function matrixRelations(
  pool: ModelPool,
  matrices: MatrixJobs,
  { signal = new AbortController().signal, onProgress, turn = atOnce }: AnalysisOptions = {},
): Promise<MatrixRelations[]> {
  const due = pool.mergedNames.flatMap((tensor) => {
    const shape = matrixShape(pool, tensor);
    return shape ? [{ tensor, shape, cost: costOf(shape) }] : [];
  });
  const total = due.reduce((sum, { cost }) => sum + cost, 0);
  const found = new Map<string, MatrixRelations>();
  let done = 0;
  await eachAtOnce(due, matrices.atOnce, signal, async ({ tensor, shape, cost }, wanted) => {
    found.set(
      tensor,
      await inTurn(turn, wanted, async (during) => {
        const packed = await matrices.run(async () => {
          const tensors: Float32Array<ArrayBuffer>[] = [];
          for await (const one of matrixTaskVectors(pool, tensor, during)) tensors.push(one);
          return { work: { kind: 'subspaces' }, shape, tensors };
        }, during);
        return relationsOf(tensor, shape, packed, pool.experts.length);
      }),
    );
    done += cost;
    onProgress?.(done, total);
  });
  return due.flatMap(({ tensor }) => found.get(tensor) ?? []);
}

/** In proportion to the time that a matrix takes. */
function costOf(shape: Shape): number {
  const { short, long } = sidesOf(shape);
  return short ** 2 * (long + 4 * short);
}

const NEVER = new AbortController().signal;
const atOnce: TakeTurn = async () => NEVER;

/** Does it until a turn is long enough. */
async function inTurn<T>(
  turn: TakeTurn,
  signal: AbortSignal,
  work: (during: AbortSignal) => Promise<T>,
): Promise<T> {
  for (;;) {
    const over = await turn();
    signal.throwIfAborted();
    try {
      return await work(AbortSignal.any([signal, over]));
    } catch (error) {
      if (signal.aborted || !over.aborted) throw error;
    }
  }
}

function relationsOf(
  tensor: string,
  shape: Shape,
  packed: Float32Array,
  experts: number,
): MatrixRelations {
  const { values, compared, overlaps } = readSubspaces(packed, shape, experts);
  const { short } = sidesOf(shape);
  const spectra = values.map((each) => spectrumOf(each, mostCompared(short, experts)));
  return {
    tensor,
    layer: layerGroup(tensor),
    rows: shape.rows,
    columns: shape.columns,
    places: shownPlaces(short),
    experts: spectra.slice(0, experts),
    sum: spectra[experts] as Spectrum,
    compared,
    overlaps,
  };
}

function spectrumOf(values: Float32Array, kept: number): Spectrum {
  const squares = squaresOf(values, values.length);
  return {
    norm: Math.sqrt(squares),
    nuclearNorm: values.reduce((sum, value) => sum + value, 0),
    largest: values[0] ?? 0,
    rank: rankOf(values),
    directions: directionsOf(values),
    held: squares === 0 ? 0 : squaresOf(values, kept) / squares,
    values: shownPlaces(values.length).map((place) => values[place - 1] as number),
  };
}
