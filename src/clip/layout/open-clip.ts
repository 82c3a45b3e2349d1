/**
 * OpenAI's and OpenCLIP's names, mapped to Hugging Face's as transformers' own conversion does
 * (`convert_clip_original_pytorch_to_hf.py`): fused q, k, v split by rows, both projections transposed.
 */
import { elementCount } from '../../checkpoint/data-length';
import type { TensorSource } from '../../checkpoint/types';
import { FormatError } from '../../errors';
import {
  LOGIT_SCALE,
  POSITION_EMBEDDING,
  TEXT_PROJECTION,
  TOKEN_EMBEDDING,
  VISUAL_PROJECTION,
} from '../tensor-names';
import { type Anchor, textPrefix } from './anchors';
import { renamed, rowBlock, transposed } from './derived';
import type { Layout } from './types';

/** Tensors of a picture tower outside its layers. */
export const VISION_NAMES: Readonly<Record<string, string>> = {
  'conv1.weight': 'embeddings.patch_embedding.weight',
  class_embedding: 'embeddings.class_embedding',
  positional_embedding: 'embeddings.position_embedding.weight',
  'ln_pre.weight': 'pre_layrnorm.weight',
  'ln_pre.bias': 'pre_layrnorm.bias',
  'ln_post.weight': 'post_layernorm.weight',
  'ln_post.bias': 'post_layernorm.bias',
};

/** The text tower's first tensor. */
const TOKENS = 'token_embedding.weight';

/** Tensors of a text tower outside its layers. */
export const TEXT_NAMES: Readonly<Record<string, string>> = {
  'token_embedding.weight': TOKEN_EMBEDDING,
  positional_embedding: POSITION_EMBEDDING,
  'ln_final.weight': 'text_model.final_layer_norm.weight',
  'ln_final.bias': 'text_model.final_layer_norm.bias',
};

/** A linear layer in some of OpenCLIP's models, and then already the way round that Hugging Face has it. */
const TEXT_READ_NAMES: Readonly<Record<string, string>> = {
  ...TEXT_NAMES,
  'text_projection.weight': TEXT_PROJECTION,
};

/** Modules of one layer. */
export const LAYER_NAMES: Readonly<Record<string, string>> = {
  'attn.out_proj': 'self_attn.out_proj',
  ln_1: 'layer_norm1',
  ln_2: 'layer_norm2',
  'mlp.c_fc': 'mlp.fc1',
  'mlp.c_proj': 'mlp.fc2',
};

/** Constants that OpenAI's TorchScript archives and OpenCLIP's buffers carry beside the weights. */
const BUFFERS = new Set(['input_resolution', 'context_length', 'vocab_size', 'attn_mask']);

/** Text tensors of any OpenCLIP model, whether a CLIP of OpenAI's has them or not. */
const TEXTUAL =
  /^(transformer|token_embedding|positional_embedding|text_projection|ln_final|cls_emb)/;

/**
 * @param tensors by their names without wrappers in the middle
 * @throws FormatError where a fused or transposed tensor has a shape that cannot be taken apart
 */
export function readOpenClip(
  file: string,
  tensors: ReadonlyMap<string, TensorSource>,
  { tower, wrapper }: Anchor,
): Layout {
  const vision = new Map<string, TensorSource>();
  const rest = new Map<string, TensorSource>();
  const foreign: string[] = [];
  // OpenCLIP's CustomTextCLIP keeps the text tower under `text.`.
  const apart = `${wrapper}text.`;
  const text = textPrefix([...tensors.keys()], TOKENS, [wrapper, apart]) ?? wrapper;
  const isApart = text !== wrapper;
  for (const [fullName, tensor] of tensors) {
    if (fullName.startsWith(tower)) {
      const own = fullName.slice(tower.length);
      if (own === 'proj') rest.set(VISUAL_PROJECTION, flipped(file, tensor, VISUAL_PROJECTION));
      else convert(file, own, tensor, VISION_NAMES, '', vision, () => vision.set(own, tensor));
      continue;
    }
    if (fullName === `${wrapper}${LOGIT_SCALE}` || fullName === `${text}${LOGIT_SCALE}`) {
      rest.set(LOGIT_SCALE, scalar(tensor, LOGIT_SCALE));
      continue;
    }
    const own = fullName.startsWith(text) ? fullName.slice(text.length) : undefined;
    const name = own ?? (fullName.startsWith(wrapper) ? fullName.slice(wrapper.length) : '');
    if (BUFFERS.has(name)) continue;
    if (own === undefined || !(isApart || TEXTUAL.test(own))) foreign.push(tensor.name);
    else if (own === 'text_projection') {
      rest.set(TEXT_PROJECTION, flipped(file, tensor, TEXT_PROJECTION));
    } else {
      // Whatever else the text tower has, it is said: without it, it would compute something else.
      convert(file, own, tensor, TEXT_READ_NAMES, 'text_model.', rest, () =>
        rest.set(`text_model.${own}`, tensor),
      );
    }
  }
  return { convention: 'openclip', visionPrefix: 'vision_model.', vision, rest, foreign };
}

/** A tensor of one value, whatever its rank: OpenCLIP's `nonscalar_logit_scale` gives it one. */
function scalar(tensor: TensorSource, name: string): TensorSource {
  const isOne = elementCount(tensor.shape) === 1;
  return { ...renamed(tensor, name), shape: isOne ? [] : tensor.shape };
}

function convert(
  file: string,
  name: string,
  tensor: TensorSource,
  names: Readonly<Record<string, string>>,
  prefix: string,
  into: Map<string, TensorSource>,
  otherwise: () => void,
): void {
  const known = names[name];
  if (known !== undefined) {
    into.set(known, renamed(tensor, known));
    return;
  }
  const layer = /^transformer\.resblocks\.(\d+)\.(.+)$/.exec(name);
  const [, index, module = ''] = layer ?? [];
  const base = `${prefix}encoder.layers.${index}.`;
  const fused = /^attn\.in_proj_(weight|bias)$/.exec(module);
  if (fused !== null) {
    if ((tensor.shape[0] ?? 0) % 3 !== 0) {
      const rows = tensor.shape[0];
      throw new FormatError(
        file,
        `${tensor.name} has ${rows} rows, which are not three equal blocks for q, k and v.`,
      );
    }
    for (const [block, part] of ['q', 'k', 'v'].entries()) {
      const target = `${base}self_attn.${part}_proj.${fused[1]}`;
      into.set(target, rowBlock(tensor, block, 3, target));
    }
    return;
  }
  const plain = /^(.+)\.(weight|bias)$/.exec(module);
  const target = LAYER_NAMES[plain?.[1] ?? ''];
  if (target === undefined) otherwise();
  else
    into.set(`${base}${target}.${plain?.[2]}`, renamed(tensor, `${base}${target}.${plain?.[2]}`));
}

function flipped(file: string, tensor: TensorSource, name: string): TensorSource {
  if (tensor.shape.length === 2) return transposed(tensor, name);
  throw new FormatError(
    file,
    `${tensor.name} is [${tensor.shape.join(', ')}]; a matrix is needed.`,
  );
}
