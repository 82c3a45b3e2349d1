/** Under which names a file keeps its CLIP: found by its patch embedding, then brought to Hugging Face's names. */
import type { Checkpoint, TensorSource } from '../../checkpoint/types';
import { LOGIT_SCALE, TEXT_PROJECTION, VISUAL_PROJECTION } from '../tensor-names';
import { readOpenClip } from './open-clip';
import { refuseForeign } from './refusals';
import type { Layout } from './types';

/** Wrappers that training code puts before every name (DataParallel, Lightning, FusionBench, task_vectors, CLIPSeg). */
export const WRAPPERS = '(?:(?:module|model|state_dict|clip_model|clip|image_encoder)\\.)*';
const HUGGING_FACE = new RegExp(
  `^(${WRAPPERS})(vision_model\\.)?embeddings\\.patch_embedding\\.weight$`,
);
const OPEN_CLIP = new RegExp(`^(${WRAPPERS})(visual\\.)?conv1\\.weight$`);

/**
 * @throws FormatError where the file holds no CLIP vision tower; it says what the file looks like instead
 */
export function readLayout(checkpoint: Checkpoint): Layout {
  const names = [...checkpoint.tensors.keys()];
  refuseForeign(checkpoint.file, names, 'distinctive');
  for (const name of names) {
    const huggingFace = HUGGING_FACE.exec(name);
    if (huggingFace !== null) {
      const [, wrapper = '', prefix = ''] = huggingFace;
      return readHuggingFace(checkpoint, wrapper, prefix === '' ? '' : 'vision_model.');
    }
    const openClip = OPEN_CLIP.exec(name);
    if (openClip !== null) {
      const [, wrapper = '', visual = ''] = openClip;
      if (checkpoint.tensors.has(`${wrapper}${visual}class_embedding`)) {
        return readOpenClip(checkpoint, wrapper, visual);
      }
    }
  }
  return refuseForeign(checkpoint.file, names, 'any');
}

/** Tensors of a vision tower that stands alone. */
export const VISION_TENSOR = /^(embeddings\.|encoder\.layers\.|pre_layrnorm\.|post_layernorm\.)/;

function readHuggingFace(
  checkpoint: Checkpoint,
  wrapper: string,
  visionPrefix: 'vision_model.' | '',
): Layout {
  const vision = new Map<string, TensorSource>();
  const rest = new Map<string, TensorSource>();
  const foreign: string[] = [];
  for (const [fullName, tensor] of checkpoint.tensors) {
    const name = fullName.slice(wrapper.length);
    if (!fullName.startsWith(wrapper)) foreign.push(fullName);
    else if (visionPrefix === '' ? VISION_TENSOR.test(name) : name.startsWith(visionPrefix)) {
      vision.set(name.slice(visionPrefix.length), tensor);
    } else if (isRest(name)) rest.set(name, tensor);
    else foreign.push(fullName);
  }
  return { convention: 'huggingface', visionPrefix, vision, rest, foreign };
}

function isRest(name: string): boolean {
  const single = [VISUAL_PROJECTION, TEXT_PROJECTION, LOGIT_SCALE];
  return name.startsWith('text_model.') || single.includes(name);
}
