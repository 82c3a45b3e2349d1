/** Models that are built like a CLIP and are none, as transformers writes them: each is called by its name. */
import { describe, expect, it } from 'vitest';
import { describeClip } from './describe';
import { fixtureJson, jsonFile } from './testing';
import { checkpoint, header } from './testing-checkpoints';

interface Relative {
  readonly config: Readonly<Record<string, unknown>>;
  readonly shapes: Readonly<Record<string, number[]>>;
}
const { models } = fixtureJson<{ models: Record<string, Relative> }>('formats/relatives.json');

async function outcome({ shapes, config }: Relative, withConfig: boolean): Promise<string> {
  const tensors = Object.entries(shapes).map(([name, shape]) => header(name, shape));
  const files = withConfig ? [jsonFile('config.json', config)] : [];
  return describeClip('x', checkpoint(tensors), files).then(
    ({ architecture, remarks }) => [architecture, ...remarks].join(' '),
    String,
  );
}
const outcomes = async (withConfig: boolean) => {
  const rows: Record<string, string> = {};
  for (const [name, model] of Object.entries(models)) rows[name] = await outcome(model, withConfig);
  return rows;
};

it('with their config.json', async () => {
  expect(await outcomes(true)).toMatchInlineSnapshot(`
    {
      "AlignModel": "FormatError: config.json: it says that this is ALIGN (model_type "align"): a relative of CLIP whose picture tower has an EfficientNet. It cannot be merged here: use a CLIP of OpenAI, OpenCLIP or Hugging Face, or a fine-tune of one.",
      "AltCLIPModel": "CLIPVisionModelWithProjection Its text tower is not a CLIP's and is left out:
      - text_model.embeddings.token_embedding.weight is missing
      - text_model.embeddings.position_embedding.weight is missing
      - text_model.encoder.layers.0.mlp.fc1.weight is missing It has a projection of its own, which is not merged: the base's is used. It is AltCLIP: its picture tower is a CLIP's and is read, its text tower (XLM-RoBERTa) is not.",
      "BlipModel": "FormatError: config.json: it says that this is BLIP (model_type "blip"): a relative of CLIP whose picture tower has fused attention and a bias of the patches. It cannot be merged here: use a CLIP of OpenAI, OpenCLIP or Hugging Face, or a fine-tune of one.",
      "CLIPSegForImageSegmentation": "CLIPModel Left out, as no part of a CLIP: decoder.film_mul.weight, decoder.film_mul.bias, decoder.film_add.weight and 21 more. It is CLIPSeg: the CLIP in it is read, its decoder is not.",
      "CLIPTextModelWithProjection": "FormatError: model.safetensors: this is a CLIP's text tower alone: it has text_model.embeddings.token_embedding.weight. Add the full CLIP, or its vision tower.",
      "ChineseCLIPModel": "CLIPVisionModelWithProjection Its text tower is not a CLIP's and is left out:
      - text_model.embeddings.token_embedding.weight is missing
      - text_model.embeddings.position_embedding.weight is missing
      - text_model.encoder.layers.0.mlp.fc1.weight is missing It has a projection of its own, which is not merged: the base's is used. It is Chinese CLIP: its picture tower is a CLIP's and is read, its text tower (BERT) is not.",
      "GroupViTModel": "FormatError: config.json: it says that this is GroupViT (model_type "groupvit"): a relative of CLIP whose picture tower has grouping tokens. It cannot be merged here: use a CLIP of OpenAI, OpenCLIP or Hugging Face, or a fine-tune of one.",
      "MLCDVisionModel": "FormatError: config.json: it says that this is MLCD (model_type "mlcd_vision_model"): a relative of CLIP whose picture tower has rotary positions. It cannot be merged here: use a CLIP of OpenAI, OpenCLIP or Hugging Face, or a fine-tune of one.",
      "MetaClip2Model": "CLIPModel It is MetaCLIP 2: a CLIP whose prompts are pooled at their end token, whatever its id.",
      "OwlViTModel": "FormatError: config.json: it says that this is OWL-ViT (model_type "owlvit"): a relative of CLIP whose picture tower has other norms and heads that find objects. It cannot be merged here: use a CLIP of OpenAI, OpenCLIP or Hugging Face, or a fine-tune of one.",
      "Owlv2Model": "FormatError: config.json: it says that this is OWLv2 (model_type "owlv2"): a relative of CLIP whose picture tower has other norms and heads that find objects. It cannot be merged here: use a CLIP of OpenAI, OpenCLIP or Hugging Face, or a fine-tune of one.",
      "Siglip2Model": "FormatError: config.json: it says that this is SigLIP 2 (model_type "siglip2"): a relative of CLIP whose picture tower has a pooling head and no class token. It cannot be merged here: use a CLIP of OpenAI, OpenCLIP or Hugging Face, or a fine-tune of one.",
      "SiglipModel": "FormatError: config.json: it says that this is SigLIP (model_type "siglip"): a relative of CLIP whose picture tower has a pooling head and no class token. It cannot be merged here: use a CLIP of OpenAI, OpenCLIP or Hugging Face, or a fine-tune of one.",
      "XCLIPModel": "FormatError: config.json: it says that this is X-CLIP (model_type "xclip"): a relative of CLIP whose picture tower has messages between the frames of a video. It cannot be merged here: use a CLIP of OpenAI, OpenCLIP or Hugging Face, or a fine-tune of one.",
    }
  `);
});

it('by their tensors alone', async () => {
  expect(await outcomes(false)).toMatchInlineSnapshot(`
    {
      "AlignModel": "FormatError: model.safetensors: this is ALIGN: it has vision_model.embeddings.convolution.weight. It cannot be merged here: use a CLIP of OpenAI, OpenCLIP or Hugging Face, or a fine-tune of one.",
      "AltCLIPModel": "FormatError: model.safetensors: its vision tower (1 layers, 16 wide) is none of a published CLIP's, and without a config.json nothing says how many attention heads it has and which activation. Add the model's config.json, or the base it was fine-tuned from.",
      "BlipModel": "FormatError: model.safetensors: this is BLIP: it has vision_model.encoder.layers.0.self_attn.qkv.weight. It cannot be merged here: use a CLIP of OpenAI, OpenCLIP or Hugging Face, or a fine-tune of one.",
      "CLIPSegForImageSegmentation": "FormatError: model.safetensors: its vision tower (1 layers, 16 wide) is none of a published CLIP's, and without a config.json nothing says how many attention heads it has and which activation. Add the model's config.json, or the base it was fine-tuned from.",
      "CLIPTextModelWithProjection": "FormatError: model.safetensors: this is a CLIP's text tower alone: it has text_model.embeddings.token_embedding.weight. Add the full CLIP, or its vision tower.",
      "ChineseCLIPModel": "FormatError: model.safetensors: its vision tower (1 layers, 16 wide) is none of a published CLIP's, and without a config.json nothing says how many attention heads it has and which activation. Add the model's config.json, or the base it was fine-tuned from.",
      "GroupViTModel": "FormatError: model.safetensors: this is GroupViT: it has vision_model.encoder.stages.0.group_token. It cannot be merged here: use a CLIP of OpenAI, OpenCLIP or Hugging Face, or a fine-tune of one.",
      "MLCDVisionModel": "FormatError: model.safetensors: this is MLCD: it has class_pos_emb. It cannot be merged here: use a CLIP of OpenAI, OpenCLIP or Hugging Face, or a fine-tune of one.",
      "MetaClip2Model": "FormatError: model.safetensors: its vision tower (1 layers, 16 wide) is none of a published CLIP's, and without a config.json nothing says how many attention heads it has and which activation. Add the model's config.json, or the base it was fine-tuned from.",
      "OwlViTModel": "FormatError: model.safetensors: this is OWL-ViT or OWLv2: it has vision_model.pre_layernorm.weight. It cannot be merged here: use a CLIP of OpenAI, OpenCLIP or Hugging Face, or a fine-tune of one.",
      "Owlv2Model": "FormatError: model.safetensors: this is OWL-ViT or OWLv2: it has vision_model.pre_layernorm.weight. It cannot be merged here: use a CLIP of OpenAI, OpenCLIP or Hugging Face, or a fine-tune of one.",
      "Siglip2Model": "FormatError: model.safetensors: this is SigLIP: it has vision_model.embeddings.patch_embedding.bias. It cannot be merged here: use a CLIP of OpenAI, OpenCLIP or Hugging Face, or a fine-tune of one.",
      "SiglipModel": "FormatError: model.safetensors: this is SigLIP: it has vision_model.embeddings.patch_embedding.bias. It cannot be merged here: use a CLIP of OpenAI, OpenCLIP or Hugging Face, or a fine-tune of one.",
      "XCLIPModel": "FormatError: model.safetensors: this is X-CLIP (for video): it has vision_model.encoder.layers.0.message_fc.weight. It cannot be merged here: use a CLIP of OpenAI, OpenCLIP or Hugging Face, or a fine-tune of one.",
    }
  `);
});

it('none is called damaged, and none with a picture tower a text tower alone', async () => {
  for (const withConfig of [true, false]) {
    const { CLIPTextModelWithProjection: text, ...others } = await outcomes(withConfig);
    expect(text).toContain("this is a CLIP's text tower alone");
    for (const said of Object.values(others)) {
      expect(said).not.toMatch(/Download the file again|text tower alone/);
    }
  }
});

describe('MetaCLIP 2', () => {
  it('pools at its end token even where that is 2', async () => {
    const { shapes = {}, config = {} } = models.MetaClip2Model ?? {};
    const tensors = Object.entries(shapes).map(([name, shape]) => header(name, shape));
    const text_config = { ...Object(config.text_config), eos_token_id: 2 };
    const file = jsonFile('config.json', { ...config, text_config });
    const { text } = await describeClip('x', checkpoint(tensors), [file]);
    expect(text?.config).toMatchObject({ eosTokenId: 2, pooling: 'end token' });
  });
});
