/**
 * A task's pictures as the vision graph's input. What is kept is the 8-bit crop (a quarter of the floats), up to a
 * budget; beyond it pictures are decoded again when they are next needed.
 */
import type { ByteSource } from '../checkpoint/byte-source';
import { pixelTable, writePatches } from '../clip/images/patches';
import { preparePicture } from '../clip/prepare-picture';
import type { ProcessorConfig, RgbImage } from '../clip/types';
import { CompatibilityError } from '../errors';

export interface PatchSource {
  /** Floats per image: `(side / patch)^2 * 3 * patch^2`. */
  readonly length: number;
  /** Writes image `index` at `offset`. Rejects with FormatError where the picture cannot be read. */
  fill(index: number, out: Float32Array, offset: number): Promise<void>;
  /**
   * Has helpers, where there are any, prepare images that are needed soon; resolves when they have them in hand. Nothing
   * but `fill` tells of pictures that cannot be read.
   */
  ahead(indices: readonly number[]): Promise<void>;
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

/** Prepare pictures on other threads, while this one scores. */
export interface PictureHelpers {
  /** Milliseconds that this thread prepares pictures itself before it asks for help, which takes about as long to start. */
  patience: number;
  /** Takes the bytes over at once; rejects as `preparePicture`. */
  prepare(name: string, bytes: ArrayBuffer, processor: ProcessorConfig): Promise<RgbImage>;
}

export function createPatchSource(
  images: readonly PictureFile[],
  processor: ProcessorConfig,
  geometry: { readonly imageSize: number; readonly patchSize: number },
  budget: CropBudget,
  helpers?: PictureHelpers,
): PatchSource {
  const { imageSize, patchSize } = geometry;
  const table = pixelTable(processor);
  const crops = new Map<number, RgbImage>();
  const underway = new Map<number, Promise<RgbImage>>();

  const imageAt = (index: number): PictureFile => {
    const image = images[index];
    if (!image) throw new RangeError(`the task has no image ${index}`);
    return image;
  };

  const prepareHere = async (image: PictureFile): Promise<RgbImage> => {
    const blob = await blobOf(image);
    const begun = performance.now();
    const made = await preparePicture({ name: image.name, blob }, processor);
    if (helpers) helpers.patience -= performance.now() - begun;
    return made;
  };

  const crop = async (index: number): Promise<RgbImage> => {
    const kept = crops.get(index);
    if (kept) return kept;
    const image = imageAt(index);
    const awaited = underway.get(index);
    underway.delete(index);
    const made = await (awaited ?? prepareHere(image));
    if (made.width !== imageSize || made.height !== imageSize) {
      throw new CompatibilityError(
        `${image.name}: the base's processor makes ${made.width} x ${made.height} pixels, its vision tower takes ${imageSize} x ${imageSize}; correct preprocessor_config.json.`,
      );
    }
    if (budget.left >= made.data.byteLength) {
      budget.left -= made.data.byteLength;
      crops.set(index, made);
    }
    return made;
  };

  const handOver = async (index: number, { prepare }: PictureHelpers): Promise<void> => {
    const image = imageAt(index);
    let bytes: ArrayBuffer;
    try {
      bytes = await (await blobOf(image)).arrayBuffer();
    } catch {
      // Read again, and told, when its turn comes.
      return;
    }
    const made = prepare(image.name, bytes, processor);
    made.catch(() => undefined);
    underway.set(index, made);
  };

  return {
    length: imageSize * imageSize * 3,
    async fill(index, out, offset) {
      writePatches(await crop(index), table, patchSize, out, offset);
    },
    async ahead(indices) {
      if (!helpers || helpers.patience > 0) return;
      const missing = indices.filter((index) => !crops.has(index) && !underway.has(index));
      await Promise.all(missing.map((index) => handOver(index, helpers)));
    },
    release() {
      for (const { data } of crops.values()) budget.left += data.byteLength;
      crops.clear();
      underway.clear();
    },
  };
}

function blobOf(image: PictureFile): ByteSource | Promise<ByteSource> {
  return 'blob' in image ? image.blob : image.read();
}
