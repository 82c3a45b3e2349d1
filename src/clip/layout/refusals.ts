/** Files that hold something else than a CLIP: told by the names of their tensors, refused by the name of what they are. */
import { FormatError } from '../../errors';

interface Foreign {
  /** With its article: "a LoRA adapter". */
  readonly what: string;
  /** A tensor name that only this kind has. */
  readonly sign: RegExp;
  readonly remedy: string;
  /** Also where the file has a patch embedding like a CLIP's. */
  readonly distinctive: boolean;
  /** A name with which it is something else after all. */
  readonly unless?: RegExp;
}

const USE_CLIP =
  'It cannot be merged here: use a CLIP of OpenAI, OpenCLIP or Hugging Face, or a fine-tune of one.';
const EXTRACT =
  'Export its CLIP alone (CLIPModel or CLIPVisionModel, save_pretrained) and add that.';

const distinctive = (what: string, sign: RegExp, remedy = USE_CLIP): Foreign => ({
  what,
  sign,
  remedy,
  distinctive: true,
});
const lookalike = (what: string, sign: RegExp, remedy = USE_CLIP, unless?: RegExp): Foreign => ({
  what,
  sign,
  remedy,
  distinctive: false,
  ...(unless && { unless }),
});

/** The first that matches names the file, so the special stand before the general. */
const FOREIGN: readonly Foreign[] = [
  distinctive(
    "a LoRA adapter in kohya's format",
    /^lora_\w+\.(lora_(down|up)\.weight|alpha)$/,
    'Only adapters of PEFT are folded here: fold it into its model with the program that made it, and add the result.',
  ),
  distinctive(
    'a model with a LoRA adapter still in it',
    /(^|[._])lora_(A|B|down|up|embedding_A|embedding_B)\b/,
    'Save the adapter alone (PEFT: save_pretrained) or fold it (merge_and_unload, then save_pretrained), and add that.',
  ),
  distinctive(
    'an adapter of another kind than LoRA',
    /(^|[._])(ia3_l|oft_[rs]|hada_w\d|lokr_w\d|vera_lambda)/,
    'Fold it into its model first (PEFT: merge_and_unload, then save_pretrained) and add the result.',
  ),
  distinctive(
    'a Stable Diffusion model',
    /^(model\.diffusion_model|first_stage_model|cond_stage_model|down_blocks\.\d+|unet)\./,
  ),
  distinctive(
    'a vision-language model built on a CLIP (LLaVA and its kin)',
    /(^|\.)(multi_modal_projector|mm_projector|vision_tower)\./,
    EXTRACT,
  ),
  distinctive('BLIP-2 or InstructBLIP', /(^|\.)(qformer|query_tokens|language_projection)(\.|$)/),
  distinctive('X-CLIP (for video)', /(^|\.)(message_fc|mit|prompts_generator)\./),
  distinctive('OWL-ViT or OWLv2', /(^|\.)vision_model\.pre_layernorm\.(weight|bias)$/),
  distinctive('MLCD', /(^|\.)class_pos_emb$/),
  distinctive('GroupViT', /(^|\.)(group_token|(visual|text)_projection\.\d+\.)/),
  distinctive(
    'ALIGN',
    /(^|\.)vision_model\.(embeddings\.convolution\.|encoder\.blocks\.\d+\.depthwise_conv\.)/,
  ),
  distinctive('BLIP', /(^|\.)(self_attn\.qkv\.|text_decoder\.(bert|cls)|visual_encoder\.)/),
  distinctive(
    'SigLIP',
    /(^|\.)(vision_model\.head\.|(vision_model\.)?embeddings\.patch_embedding\.bias$|visual\.trunk\.attn_pool\.)/,
  ),
  distinctive(
    'EVA-CLIP',
    /(^|\.)(visual\.(blocks|rope)\.|blocks\.\d+\.attn\.(q_bias|inner_attn_ln))/,
  ),
  distinctive('an OpenCLIP model with a timm picture tower', /(^|\.)visual\.trunk\./),
  distinctive('CoCa', /(^|\.)text_decoder\./),
  distinctive('an OpenCLIP model with attention pooling', /(^|\.)visual\.attn_pool\./),
  distinctive(
    'an OpenCLIP model with other layers (layer scale, or norms and scales in its attention)',
    /(^|\.)visual\.transformer\.resblocks\.\d+\.(ls_\d\.|ln_attn\.|mlp\.ln\.|attn\.(ln_\w+\.|head_scale|logit_scale))/,
  ),
  distinctive('a ResNet CLIP', /(^|\.)visual\.(attnpool|layer1)\./),
  lookalike('DINOv2', /(layer_scale1\.lambda1|\.ls1\.gamma|register_tokens)$/),
  lookalike('a plain ViT (DINO, MAE, DeiT or a classifier), not a CLIP', /(^|\.)cls_token$/),
  lookalike(
    "a CLIP's text tower alone",
    /(^|\.)(text_model\.embeddings\.token_embedding|token_embedding)\.weight$/,
    'Add the full CLIP, or its vision tower.',
    /(^|\.)(vision|visual|image)(_\w+)?\./,
  ),
  lookalike('a language model', /(^|\.)(lm_head|embed_tokens|wte|word_embeddings|shared)\.weight$/),
  lookalike('a convolutional network', /(^|\.)(running_mean|features\.0\.weight|stem\.0\.weight)$/),
];

const MAX_SHOWN = 4;

/**
 * Refuses what only something else than a CLIP has (`distinctive`), or, when no CLIP was found, whatever the file is (`any`).
 * @throws FormatError that names what the file looks like, the tensor that tells it, and the remedy
 */
export function refuseForeign(file: string, names: readonly string[], which: 'any'): never;
export function refuseForeign(
  file: string,
  names: readonly string[],
  which: 'any' | 'distinctive',
): void;
export function refuseForeign(
  file: string,
  names: readonly string[],
  which: 'any' | 'distinctive',
): void {
  for (const kind of FOREIGN) {
    if (which === 'distinctive' && !kind.distinctive) continue;
    const sign = names.find((name) => kind.sign.test(name));
    const { unless } = kind;
    const isOther = unless !== undefined && names.some((name) => unless.test(name));
    if (sign !== undefined && !isOther) {
      throw new FormatError(file, `this is ${kind.what}: it has ${sign}. ${kind.remedy}`);
    }
  }
  if (which === 'distinctive') return;
  const shown = names.slice(0, MAX_SHOWN).join(', ');
  const more = names.length > MAX_SHOWN ? `, and ${names.length - MAX_SHOWN} more` : '';
  throw new FormatError(
    file,
    `it has no CLIP vision tower: no vision_model.embeddings.patch_embedding.weight, nor that of another known layout. It holds ${shown || 'no tensor at all'}${more}. ${USE_CLIP}`,
  );
}
