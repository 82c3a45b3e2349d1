/** Under which names a file keeps its CLIP: found by its patch embedding, then brought to Hugging Face's names. */
import type { Checkpoint, TensorSource } from '../../checkpoint/types';
import { FormatError } from '../../errors';
import { LOGIT_SCALE } from '../tensor-names';
import { type Anchor, onlyAnchor, textPrefix, unwrapped } from './anchors';
import { readOpenClip } from './open-clip';
import { refuseForeign } from './refusals';
import type { Layout } from './types';

/**
 * @throws FormatError where the file holds no CLIP vision tower; it says what the file looks like instead. Also where it holds
 *   several, or one name twice
 */
export function readLayout(checkpoint: Checkpoint): Layout {
  const { file } = checkpoint;
  refuseForeign(file, [...checkpoint.tensors.keys()], 'distinctive');
  const tensors = new Map<string, TensorSource>();
  for (const [name, tensor] of checkpoint.tensors) {
    const own = unwrapped(name);
    if (tensors.has(own)) {
      throw new FormatError(
        file,
        `it holds ${own} twice, once behind a wrapper (${name}), and nothing says which is meant. Save the model alone.`,
      );
    }
    tensors.set(own, tensor);
  }
  const anchor = onlyAnchor(file, new Set(tensors.keys()));
  if (anchor === undefined) return refuseForeign(file, [...tensors.keys()], 'any');
  return anchor.convention === 'openclip'
    ? readOpenClip(file, tensors, anchor)
    : readHuggingFace(tensors, anchor);
}

/** Tensors of a vision tower that stands alone. */
export const VISION_TENSOR = /^(embeddings\.|encoder\.layers\.|pre_layrnorm\.|post_layernorm\.)/;

const TEXT_ANCHOR = 'text_model.embeddings.token_embedding.weight';

function readHuggingFace(
  tensors: ReadonlyMap<string, TensorSource>,
  { tower, wrapper, isNamed }: Anchor,
): Layout {
  const vision = new Map<string, TensorSource>();
  const rest = new Map<string, TensorSource>();
  const foreign: string[] = [];
  const textWrapper = textPrefix([...tensors.keys()], TEXT_ANCHOR, [wrapper]) ?? wrapper;
  for (const [fullName, tensor] of tensors) {
    const inTower = fullName.startsWith(tower) ? fullName.slice(tower.length) : undefined;
    const text = fullName.startsWith(textWrapper) ? fullName.slice(textWrapper.length) : '';
    const name = fullName.startsWith(wrapper) ? fullName.slice(wrapper.length) : '';
    if (inTower !== undefined && (isNamed || VISION_TENSOR.test(inTower)))
      vision.set(inTower, tensor);
    else if (isTextual(text)) rest.set(text, tensor);
    else if (isTextual(name) || name.startsWith('visual_projection.')) rest.set(name, tensor);
    else foreign.push(tensor.name);
  }
  return {
    convention: 'huggingface',
    visionPrefix: isNamed ? 'vision_model.' : '',
    vision,
    rest,
    foreign,
  };
}

function isTextual(name: string): boolean {
  return /^(text_model|text_projection)\./.test(name) || name === LOGIT_SCALE;
}
