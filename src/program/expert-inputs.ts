/** What goes into the linear layers of a pool's experts, on pictures of their own tasks: for the command line and the page. */
import { createInputsReader } from '../clip/linear-inputs';
import { patchCount } from '../clip/tensor-names';
import type { ProcessorConfig, VisionConfig } from '../clip/types';
import { CompatibilityError, ConfigError, FormatError } from '../errors';
import type { ExpertInputs } from '../method/types';
import { readVisionTensor } from '../method/vision-tensor';
import type { Expert } from '../modelpool/types';
import type { OrtEngine } from '../runtime/types';
import { createPatchSource, type PictureFile } from '../taskpool/patch-source';

export interface ExpertInputsParts {
  readonly vision: VisionConfig;
  readonly processor: ProcessorConfig;
  /** All pictures that may be looked at of each expert's task, in the order of the pool. Throws where an expert has none. */
  pictures(experts: readonly Expert[]): readonly (readonly PictureFile[])[];
  /** What runs the towers, and how many pictures at once. */
  engine(): Promise<{ readonly vision: OrtEngine; readonly batch: number }>;
  /** Of an expert's task: passed over, unless this throws. */
  onUnreadable?(expert: string, picture: string, reason: FormatError): void;
  /** What the pictures of all experts may take between two layers; any number without. */
  readonly limitBytes?: number;
}

/** Of the pictures of a task as many as are asked for, or all, at even distances. */
export function createExpertInputs(parts: ExpertInputsParts): ExpertInputs {
  const { vision, processor, onUnreadable } = parts;
  return {
    async begin({ experts }, wanted) {
      const own = parts.pictures(experts).map((pictures) => spread(pictures, wanted));
      checkRoom(own, parts);
      const engine = await parts.engine();
      const reader = createInputsReader(vision, engine.vision, engine.batch);
      const begun = experts.map(({ model }, place) => {
        const pictures = own[place] ?? [];
        // Each picture is looked at once: nothing is kept of it.
        const source = createPatchSource(pictures, processor, vision, { left: 0 });
        let unreadable = 0;
        return reader.begin({
          pictures: pictures.length,
          weights: (name) => readVisionTensor(model, name),
          async fill(index, out, offset) {
            try {
              await source.fill(index, out, offset);
              return true;
            } catch (error) {
              if (!(error instanceof FormatError)) throw error;
              onUnreadable?.(model.name, pictures[index]?.name ?? '', error);
              if (++unreadable < pictures.length) return false;
              throw new CompatibilityError(
                `None of the pictures of the task of ${model.name} can be read. Add pictures to it.`,
                { cause: error },
              );
            }
          },
        });
      });
      return { experts: begun, release: () => reader.release() };
    },
  };
}

/** Of rows that lie class by class every class has its share, without a look at labels. */
function spread<T>(rows: readonly T[], count: number): T[] {
  const wanted = Math.min(count, rows.length);
  return Array.from(
    { length: wanted },
    (_, i) => rows[Math.floor((i * rows.length) / wanted)] as T,
  );
}

/** Two values for each token, in float32, are what a picture is between two layers. */
function checkRoom(
  own: readonly (readonly PictureFile[])[],
  { vision, limitBytes = Number.POSITIVE_INFINITY }: ExpertInputsParts,
): void {
  const each = 8 * (patchCount(vision) + 1) * vision.hiddenSize;
  const bytes = each * own.reduce((sum, { length }) => sum + length, 0);
  if (bytes <= limitBytes) return;
  const gigabytes = (size: number) => `${(size / 1e9).toFixed(1)} GB`;
  const fitting = Math.floor(limitBytes / each / own.length);
  throw new ConfigError(
    `Between two layers the pictures of ${own.length} tasks take ${gigabytes(bytes)}, and here they may take ${gigabytes(limitBytes)}. Set num_regmean_examples to ${fitting} or less.`,
  );
}
