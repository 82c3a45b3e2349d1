/** How a merged model is saved: this program's own options beside FusionBench's `merged_model_save_path`. */
import type * as v from 'valibot';
import { EXPORT_FORMATS, type ExportFormat } from '../../export/formats';
import type { Reading } from './reading';
import { countingNumber, oneOf, orNull } from './schemas';
import { CONTENTS, type MergedModelAs } from './types';

export const savedAsOptions = {
  merged_model_format: orNull(oneOf(EXPORT_FORMATS)),
  merged_model_content: orNull(oneOf(CONTENTS)),
  merged_model_dtype: orNull(oneOf(['float32', 'float16', 'bfloat16'])),
  merged_model_rank: orNull(countingNumber),
};

type Read = {
  readonly [Key in keyof typeof savedAsOptions]: v.InferOutput<(typeof savedAsOptions)[Key]>;
} & { readonly merged_model_save_path: string | null };

/** Undefined where nothing is said. Adds a problem where what is said would change nothing. */
export function readSavedAs(reading: Reading, read: Read): MergedModelAs | undefined {
  const given = Object.keys(savedAsOptions).filter((key) => read[key as keyof Read] !== null);
  const [first] = given;
  if (first === undefined) return undefined;
  const format: ExportFormat = read.merged_model_format ?? 'transformers';
  if (read.merged_model_save_path === null) {
    reading.problems.push(
      `${first}: no model is saved. Name a folder for it: merged_model_save_path.`,
    );
  }
  if (read.merged_model_rank !== null && format !== 'lora') {
    reading.problems.push(
      `merged_model_rank: ${format} has no rank. Set merged_model_format to lora, or leave it out.`,
    );
  }
  if (read.merged_model_content === 'clip' && format === 'onnx') {
    reading.problems.push(
      'merged_model_content: an ONNX file holds the vision tower. Leave it out, or choose another merged_model_format.',
    );
  }
  return {
    format,
    content: read.merged_model_content,
    dtype: read.merged_model_dtype,
    rank: read.merged_model_rank,
  };
}
