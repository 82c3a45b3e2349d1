import { expect, it } from 'vitest';
import { describeClip } from '../describe';
import { BASE_PATCH32, checkpoint, header, visionHeaders } from '../testing-checkpoints';

/** Names as the libraries write them; those of towers that look like a CLIP's come with a CLIP's own tensors. */
const FILES: Readonly<Record<string, readonly string[]>> = {
  'model with LoRA': [
    'base_model.model.vision_model.encoder.layers.0.self_attn.q_proj.lora_A.weight',
  ],
  'kohya LoRA': ['lora_te_text_model_encoder_layers_0_mlp_fc1.lora_down.weight'],
  'model with IA3': ['base_model.model.vision_model.encoder.layers.0.mlp.fc1.ia3_l'],
  SigLIP: ['vision_model.embeddings.patch_embedding.bias', 'vision_model.head.probe'],
  'SigLIP of OpenCLIP': ['visual.trunk.attn_pool.latent', 'visual.trunk.patch_embed.proj.weight'],
  'EVA-CLIP': ['visual.cls_token', 'visual.blocks.0.attn.q_bias'],
  'timm in OpenCLIP': ['visual.trunk.stem.0.weight', 'text.token_embedding.weight'],
  CoCa: ['visual.conv1.weight', 'visual.class_embedding', 'text_decoder.text_projection'],
  'ResNet CLIP': [
    'visual.conv1.weight',
    'visual.layer1.0.conv1.weight',
    'visual.attnpool.k_proj.weight',
  ],
  BLIP: [
    'vision_model.embeddings.class_embedding',
    'vision_model.encoder.layers.0.self_attn.qkv.weight',
  ],
  'BLIP-2': ['query_tokens', 'qformer.encoder.layer.0.attention.attention.query.weight'],
  LLaVA: [
    'vision_tower.vision_model.embeddings.class_embedding',
    'multi_modal_projector.linear_1.weight',
  ],
  'Stable Diffusion': ['model.diffusion_model.input_blocks.0.0.weight'],
  'X-CLIP': ['vision_model.encoder.layers.0.message_fc.weight'],
  DINOv2: ['embeddings.cls_token', 'encoder.layer.0.layer_scale1.lambda1'],
  ViT: ['vit.embeddings.cls_token', 'vit.encoder.layer.0.attention.attention.query.weight'],
  'timm ViT': ['cls_token', 'pos_embed', 'blocks.0.attn.qkv.weight'],
  'CLIP text tower': ['text_model.embeddings.token_embedding.weight'],
  Llama: ['model.embed_tokens.weight', 'model.layers.0.self_attn.q_proj.weight', 'lm_head.weight'],
  BERT: ['bert.embeddings.word_embeddings.weight'],
  ResNet: ['conv1.weight', 'bn1.running_mean', 'fc.weight'],
  'something else': ['a', 'b.weight', 'c', 'd', 'e', 'f'],
  nothing: [],
};

const errorOf = (names: readonly string[]) =>
  describeClip('x', checkpoint(names.map((name) => header(name, [1]))), []).then(
    () => 'no error',
    String,
  );

it('refuses other models by their name', async () => {
  const errors: Record<string, string> = {};
  for (const [kind, names] of Object.entries(FILES)) errors[kind] = await errorOf(names);
  expect(errors).toMatchInlineSnapshot(`
    {
      "BERT": "FormatError: model.safetensors: this is a language model: it has bert.embeddings.word_embeddings.weight. It cannot be merged here: use a CLIP of OpenAI, OpenCLIP or Hugging Face, or a fine-tune of one.",
      "BLIP": "FormatError: model.safetensors: this is BLIP: it has vision_model.encoder.layers.0.self_attn.qkv.weight. It cannot be merged here: use a CLIP of OpenAI, OpenCLIP or Hugging Face, or a fine-tune of one.",
      "BLIP-2": "FormatError: model.safetensors: this is BLIP-2 or InstructBLIP: it has query_tokens. It cannot be merged here: use a CLIP of OpenAI, OpenCLIP or Hugging Face, or a fine-tune of one.",
      "CLIP text tower": "FormatError: model.safetensors: this is a CLIP's text tower alone: it has text_model.embeddings.token_embedding.weight. Add the full CLIP, or its vision tower.",
      "CoCa": "FormatError: model.safetensors: this is CoCa: it has text_decoder.text_projection. It cannot be merged here: use a CLIP of OpenAI, OpenCLIP or Hugging Face, or a fine-tune of one.",
      "DINOv2": "FormatError: model.safetensors: this is DINOv2: it has encoder.layer.0.layer_scale1.lambda1. It cannot be merged here: use a CLIP of OpenAI, OpenCLIP or Hugging Face, or a fine-tune of one.",
      "EVA-CLIP": "FormatError: model.safetensors: this is EVA-CLIP: it has visual.blocks.0.attn.q_bias. It cannot be merged here: use a CLIP of OpenAI, OpenCLIP or Hugging Face, or a fine-tune of one.",
      "LLaVA": "FormatError: model.safetensors: this is a vision-language model built on a CLIP (LLaVA and its kin): it has vision_tower.vision_model.embeddings.class_embedding. Export its CLIP alone (CLIPModel or CLIPVisionModel, save_pretrained) and add that.",
      "Llama": "FormatError: model.safetensors: this is a language model: it has model.embed_tokens.weight. It cannot be merged here: use a CLIP of OpenAI, OpenCLIP or Hugging Face, or a fine-tune of one.",
      "ResNet": "FormatError: model.safetensors: this is a convolutional network: it has bn1.running_mean. It cannot be merged here: use a CLIP of OpenAI, OpenCLIP or Hugging Face, or a fine-tune of one.",
      "ResNet CLIP": "FormatError: model.safetensors: this is a ResNet CLIP: it has visual.layer1.0.conv1.weight. It cannot be merged here: use a CLIP of OpenAI, OpenCLIP or Hugging Face, or a fine-tune of one.",
      "SigLIP": "FormatError: model.safetensors: this is SigLIP: it has vision_model.embeddings.patch_embedding.bias. It cannot be merged here: use a CLIP of OpenAI, OpenCLIP or Hugging Face, or a fine-tune of one.",
      "SigLIP of OpenCLIP": "FormatError: model.safetensors: this is SigLIP: it has visual.trunk.attn_pool.latent. It cannot be merged here: use a CLIP of OpenAI, OpenCLIP or Hugging Face, or a fine-tune of one.",
      "Stable Diffusion": "FormatError: model.safetensors: this is a Stable Diffusion model: it has model.diffusion_model.input_blocks.0.0.weight. It cannot be merged here: use a CLIP of OpenAI, OpenCLIP or Hugging Face, or a fine-tune of one.",
      "ViT": "FormatError: model.safetensors: this is a plain ViT (DINO, MAE, DeiT or a classifier), not a CLIP: it has vit.embeddings.cls_token. It cannot be merged here: use a CLIP of OpenAI, OpenCLIP or Hugging Face, or a fine-tune of one.",
      "X-CLIP": "FormatError: model.safetensors: this is X-CLIP (for video): it has vision_model.encoder.layers.0.message_fc.weight. It cannot be merged here: use a CLIP of OpenAI, OpenCLIP or Hugging Face, or a fine-tune of one.",
      "kohya LoRA": "FormatError: model.safetensors: this is a LoRA adapter in kohya's format: it has lora_te_text_model_encoder_layers_0_mlp_fc1.lora_down.weight. Only adapters of PEFT are folded here: fold it into its model with the program that made it, and add the result.",
      "model with IA3": "FormatError: model.safetensors: this is an adapter of another kind than LoRA: it has base_model.model.vision_model.encoder.layers.0.mlp.fc1.ia3_l. Fold it into its model first (PEFT: merge_and_unload, then save_pretrained) and add the result.",
      "model with LoRA": "FormatError: model.safetensors: this is a model with a LoRA adapter still in it: it has base_model.model.vision_model.encoder.layers.0.self_attn.q_proj.lora_A.weight. Save the adapter alone (PEFT: save_pretrained) or fold it (merge_and_unload, then save_pretrained), and add that.",
      "nothing": "FormatError: model.safetensors: it has no CLIP vision tower: no vision_model.embeddings.patch_embedding.weight, nor that of another known layout. It holds no tensor at all. It cannot be merged here: use a CLIP of OpenAI, OpenCLIP or Hugging Face, or a fine-tune of one.",
      "something else": "FormatError: model.safetensors: it has no CLIP vision tower: no vision_model.embeddings.patch_embedding.weight, nor that of another known layout. It holds a, b.weight, c, d, and 2 more. It cannot be merged here: use a CLIP of OpenAI, OpenCLIP or Hugging Face, or a fine-tune of one.",
      "timm ViT": "FormatError: model.safetensors: this is a plain ViT (DINO, MAE, DeiT or a classifier), not a CLIP: it has cls_token. It cannot be merged here: use a CLIP of OpenAI, OpenCLIP or Hugging Face, or a fine-tune of one.",
      "timm in OpenCLIP": "FormatError: model.safetensors: this is an OpenCLIP model with a timm picture tower: it has visual.trunk.stem.0.weight. It cannot be merged here: use a CLIP of OpenAI, OpenCLIP or Hugging Face, or a fine-tune of one.",
    }
  `);
});

it('refuses a CLIP that still carries an adapter', async () => {
  const tensors = [
    ...visionHeaders(BASE_PATCH32),
    header('vision_model.encoder.layers.0.self_attn.q_proj.lora_A.default.weight', [8, 768]),
  ];
  await expect(describeClip('x', checkpoint(tensors), [])).rejects.toThrow(/a LoRA adapter/);
});
