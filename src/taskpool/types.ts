/** What a classification task is to the rest of the program. */

import type { ByteSource } from '../checkpoint/byte-source';

/** A picture with its class, not yet decoded. */
export interface LabelledImage {
  /** Path inside the task's folder, e.g. `cat/001.png`, or Parquet file and row. */
  readonly name: string;
  /** Index into the task's classes. */
  readonly label: number;
  readonly blob: ByteSource;
}

/** A named zero-shot classification task: pictures, what their classes are called, and the prompts. */
export interface ImageTask {
  readonly name: string;
  /** Where it lies among the files: the path of its folder, or of the first of its files. */
  readonly path: string;
  /** What fills the templates, in label order. */
  readonly classnames: readonly string[];
  /** Prompts with `{}` or `{c}` for the class name. */
  readonly templates: readonly string[];
  /** In data order: of folders by class, then by file name in code-point order; of Parquet files by row. */
  readonly images: readonly LabelledImage[];
}
