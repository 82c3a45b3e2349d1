/**
 * How alike task vectors are: the cosine of the angle between every two of them, each taken as one long vector.
 * Source: FusionBench's `method/analysis/task_vector_cos_similarity.py`: differences in float32, sums in float64, and norms of
 * at least 1e-8. The pool is read once, a piece of one tensor of every model at a time.
 */
import { elementCount } from '../../checkpoint/data-length';
import { readFloat32Into } from '../../checkpoint/dtype';
import type { ClipModel } from '../../clip/types';
import type { ModelPool } from '../../modelpool/types';
import { visionTensor } from '../vision-tensor';

export interface ReadingOptions {
  readonly signal?: AbortSignal;
  /** Tensors read, tensors in all. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Elements of one model in memory at a time. */
  readonly pieceLength?: number;
}

/** torch's `eps`: a task vector of zeros is at right angles to all others, and to itself. */
const LEAST_NORM = 1e-8;
const PIECE_LENGTH = 2 ** 18;

/** A row for each expert, in pool order; symmetric. Weights of experts play no part. Rejects with the signal's reason. */
export async function cosineSimilarities(
  pool: ModelPool,
  options: ReadingOptions = {},
): Promise<number[][]> {
  const products = await dotProducts(pool, options);
  const squares = products.map((row, i) => Math.max(row[i] as number, LEAST_NORM ** 2));
  return products.map((row, i) =>
    row.map((product, j) => product / Math.sqrt((squares[i] as number) * (squares[j] as number))),
  );
}

/** The dot product of every two task vectors. */
async function dotProducts(
  { pretrained, experts, mergedNames }: ModelPool,
  { signal, onProgress, pieceLength = PIECE_LENGTH }: ReadingOptions,
): Promise<number[][]> {
  const models = experts.map(({ model }) => model);
  const products = models.map(() => models.map(() => 0));
  for (const [done, name] of mergedNames.entries()) {
    const length = elementCount(visionTensor(pretrained, name).shape);
    for (let begin = 0; begin < length; begin += pieceLength) {
      signal?.throwIfAborted();
      const read = (model: ClipModel) =>
        readPiece(model, name, begin, Math.min(pieceLength, length - begin));
      const [theta, ...pieces] = await Promise.all([pretrained, ...models].map(read));
      for (const piece of pieces) subtract(piece, theta as Float32Array);
      addProducts(products, pieces);
    }
    onProgress?.(done + 1, mergedNames.length);
  }
  signal?.throwIfAborted();
  return products;
}

async function readPiece(
  model: ClipModel,
  name: string,
  begin: number,
  length: number,
): Promise<Float32Array<ArrayBuffer>> {
  const piece = new Float32Array(length);
  await readFloat32Into(visionTensor(model, name), begin, piece);
  return piece;
}

function subtract(values: Float32Array, base: Float32Array): void {
  for (let i = 0; i < values.length; i++) values[i] = (values[i] as number) - (base[i] as number);
}

/** Adds each piece's part of every product, on both sides of the diagonal. */
function addProducts(products: number[][], pieces: readonly Float32Array[]): void {
  for (const [i, a] of pieces.entries()) {
    for (const [j, b] of pieces.entries()) {
      if (j < i) continue;
      const sum = ((products[i] as number[])[j] as number) + dot(a, b);
      (products[i] as number[])[j] = sum;
      (products[j] as number[])[i] = sum;
    }
  }
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}
