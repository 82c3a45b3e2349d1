/** Files that the engine makes. */
import type { ExportFormat } from '../program/export/formats';

export interface ExportOptions {
  /** The vision tower as FusionBench saves it, or the whole CLIP with the base's other tensors. */
  readonly content: 'vision' | 'clip';
  /** Output element type; `base` keeps each tensor's type in the base. */
  readonly dtype: 'base' | 'F32' | 'F16' | 'BF16';
  /** Put the configuration (for a whole CLIP, tokenizer and processor files as well) and a model card beside it in a zip. */
  readonly zip: boolean;
  /** For which library; transformers where it is absent. A LoRA always comes in a zip. */
  readonly format?: ExportFormat;
  /** Of a LoRA. */
  readonly rank?: number;
}

export interface ExportedFile {
  readonly name: string;
  /** Disk-backed where the browser can. */
  readonly file: Blob;
  /** Of a file that takes room on the disk until `releaseDownload`. */
  readonly download?: string;
}

export type ConfigurationFormat = 'fusion_bench' | 'mergekit';
