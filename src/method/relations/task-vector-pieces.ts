/** A pool's task vectors, a piece of one tensor of every model at a time: the pool is read once, and never held. */
import { elementCount } from '../../checkpoint/data-length';
import { readFloat32Into } from '../../checkpoint/dtype';
import type { ClipModel } from '../../clip/types';
import type { ModelPool } from '../../modelpool/types';
import { visionTensor } from '../vision-tensor';
import type { AnalysisOptions } from './options';

export interface TaskVectorPiece {
  /** The tensor's canonical name. */
  readonly name: string;
  readonly base: Float32Array;
  /** Of every expert `theta_i - theta_0`, rounded to float32. Weights of experts play no part. */
  readonly taskVectors: readonly Float32Array[];
}

export interface PieceOptions extends AnalysisOptions {
  /** Elements of one model in memory at a time. */
  readonly pieceLength?: number;
}

const PIECE_LENGTH = 2 ** 18;

/** Tells its progress in tensors. Rejects with the signal's reason. */
export async function* taskVectorPieces(
  { pretrained, experts, mergedNames }: ModelPool,
  { signal, onProgress, turn, pieceLength = PIECE_LENGTH }: PieceOptions,
): AsyncGenerator<TaskVectorPiece, void, undefined> {
  for (const [done, name] of mergedNames.entries()) {
    const length = elementCount(visionTensor(pretrained, name).shape);
    for (let begin = 0; begin < length; begin += pieceLength) {
      await turn?.();
      signal?.throwIfAborted();
      const read = (model: ClipModel) =>
        readPiece(model, name, begin, Math.min(pieceLength, length - begin));
      const [base, taskVectors] = await Promise.all([
        read(pretrained),
        Promise.all(experts.map(({ model }) => read(model))),
      ]);
      for (const piece of taskVectors) subtract(piece, base);
      yield { name, base, taskVectors };
    }
    onProgress?.(done + 1, mergedNames.length);
  }
  signal?.throwIfAborted();
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
