/**
 * A task's pictures as the vision graph's input. What is kept is the 8-bit crop (a quarter of the floats), up to a
 * budget; beyond it pictures are decoded again when they are next needed.
 */
import type { ByteSource } from '../checkpoint/byte-source';
import { decodeImage } from '../clip/images/decode';
import { pixelTable, writePatches } from '../clip/images/patches';
import { preprocess } from '../clip/images/preprocess';
import type { ProcessorConfig, RgbImage } from '../clip/types';
import { CompatibilityError } from '../errors';

export interface PatchSource {
  /** Floats per image: `(side / patch)^2 * 3 * patch^2`. */
  readonly length: number;
  /** Writes image `index` at `offset`. Rejects with FormatError where the picture cannot be read. */
  fill(index: number, out: Float32Array, offset: number): Promise<void>;
  /** Gives what it keeps back to the budget. */
  release(): void;
}

/** A picture's file: at hand, or read when it is needed. */
export type PictureFile = { readonly name: string } & (
  | { readonly blob: ByteSource }
  | { read(): Promise<ByteSource> }
);

/** Bytes of crops kept by all sources of one budget together. */
export interface CropBudget {
  left: number;
}

/** 256 MiB: about 1,800 crops of 224 px, a small part of what one B/32 takes. */
export const CROP_BUDGET_BYTES = 256 * 2 ** 20;

export function createPatchSource(
  images: readonly PictureFile[],
  processor: ProcessorConfig,
  geometry: { readonly imageSize: number; readonly patchSize: number },
  budget: CropBudget,
): PatchSource {
  const { imageSize, patchSize } = geometry;
  const table = pixelTable(processor);
  const crops = new Map<number, RgbImage>();

  const crop = async (index: number): Promise<RgbImage> => {
    const kept = crops.get(index);
    if (kept) return kept;
    const image = images[index];
    if (!image) throw new RangeError(`the task has no image ${index}`);
    const { name } = image;
    const blob = 'blob' in image ? image.blob : await image.read();
    const made = preprocess(await decodeImage({ name, blob }, processor), processor, name);
    if (made.width !== imageSize || made.height !== imageSize) {
      throw new CompatibilityError(
        `${name}: the base's processor makes ${made.width} x ${made.height} pixels, its vision tower takes ${imageSize} x ${imageSize}; correct preprocessor_config.json.`,
      );
    }
    if (budget.left >= made.data.byteLength) {
      budget.left -= made.data.byteLength;
      crops.set(index, made);
    }
    return made;
  };

  return {
    length: imageSize * imageSize * 3,
    async fill(index, out, offset) {
      writePatches(await crop(index), table, patchSize, out, offset);
    },
    release() {
      for (const { data } of crops.values()) budget.left += data.byteLength;
      crops.clear();
    },
  };
}
