/** A file's CLIP under Hugging Face's names, whatever names the file itself has. */
import type { TensorSource } from '../../checkpoint/types';

export interface Layout {
  readonly convention: 'huggingface' | 'openclip';
  readonly visionPrefix: 'vision_model.' | '';
  /** Everything that stands under the vision tower, by canonical name; not yet checked. */
  readonly vision: ReadonlyMap<string, TensorSource>;
  /** Text tower, projections and logit scale by their Hugging Face names; not yet checked. */
  readonly rest: ReadonlyMap<string, TensorSource>;
  /** Names of the file that belong to no CLIP. */
  readonly foreign: readonly string[];
}
