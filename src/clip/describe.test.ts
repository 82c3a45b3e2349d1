import { describe, expect, it } from 'vitest';
import type { NamedBlob, TensorSource } from '../checkpoint/types';
import { describeClip } from './describe';
import { canonicalTextNames } from './tensor-names';
import { jsonFile, openFixture } from './testing';
import { BASE_PATCH32, checkpoint, header, headers, visionHeaders } from './testing-checkpoints';
import type { TextConfig } from './types';

const TEXT: TextConfig = {
  hiddenSize: 512,
  layers: 12,
  heads: 8,
  intermediateSize: 2048,
  activation: 'quick_gelu',
  layerNormEps: 1e-5,
  vocabSize: 49408,
  maxPositions: 77,
  eosTokenId: 2,
};

const VISION = visionHeaders(BASE_PATCH32);
const FULL = [
  ...VISION,
  header('visual_projection.weight', [512, 768]),
  ...headers(canonicalTextNames(TEXT, 512)),
];

const open = (tensors: Iterable<TensorSource>, ...files: NamedBlob[]) =>
  describeClip('clip', checkpoint(tensors), files);
const errorOf = (promise: Promise<unknown>) => promise.then(() => 'no error', String);
const config = (value: object) => jsonFile('config.json', value);
const without = (tensors: TensorSource[], pattern: RegExp) =>
  tensors.filter(({ name }) => !pattern.test(name));

describe('fixture folders', () => {
  it.each([
    ['p8-32', 'quick_gelu', 1e-5, 2],
    ['p16-48', 'quick_gelu', 1e-5, 793],
    ['p8-24', 'gelu', 1e-6, 793],
  ] as const)('opens the base %s with its configuration', async (shape, activation, eps, eos) => {
    const model = await openFixture(`merge/${shape}/base`);
    const [patchSize, imageSize] = shape.slice(1).split('-').map(Number);
    expect(model.architecture).toBe('CLIPModel');
    expect(model.vision).toMatchObject({ patchSize, imageSize, hiddenSize: 64 });
    expect(model.vision).toMatchObject({ activation, layerNormEps: eps });
    expect(model.text?.config).toMatchObject({ hiddenSize: 32, heads: 2, maxPositions: 77 });
    expect(model.text?.config).toMatchObject({ vocabSize: 794, eosTokenId: eos, activation });
    expect(model.processor).toMatchObject({
      resize: { shortestEdge: imageSize },
      crop: { height: imageSize, width: imageSize },
      mean: shape === 'p8-24' ? [0.5, 0.5, 0.5] : [0.48145466, 0.4578275, 0.40821073],
      rescaleFactor: 1 / 255,
    });
    expect(model.tokenizer).toBeDefined();
    expect(model.assumptions).toEqual([]);
    expect(model.remarks).toEqual([]);
  });

  it('opens experts with and without prefix, and a whole CLIP as one', async () => {
    const base = await openFixture('merge/p16-48/base');
    const open = (name: string) => openFixture(`merge/p16-48/experts/${name}`, base);
    const [alpha, beta, gamma] = await Promise.all(['alpha', 'beta', 'gamma'].map(open));
    expect(alpha).toMatchObject({ architecture: 'CLIPVisionModel', visionPrefix: '' });
    expect(beta).toMatchObject({ architecture: 'CLIPVisionModel', visionPrefix: 'vision_model.' });
    expect(gamma).toMatchObject({ architecture: 'CLIPModel', visionPrefix: 'vision_model.' });
    for (const expert of [alpha, beta, gamma]) {
      expect(expert?.vision).toEqual(base.vision);
      expect([...(expert?.visionTensors.keys() ?? [])].sort()).toEqual(
        [...base.visionTensors.keys()].sort(),
      );
    }
  });
});

describe('configuration', () => {
  it("takes transformers' defaults for keys that a partial config.json leaves out", async () => {
    const partial = config({
      model_type: 'clip',
      vision_config: { hidden_act: 'gelu' },
      text_config: { hidden_act: 'gelu' },
    });
    const { vision, text, assumptions } = await open(FULL, partial);
    expect(vision).toEqual({ ...BASE_PATCH32, activation: 'gelu' });
    expect(text?.config).toEqual({ ...TEXT, activation: 'gelu', eosTokenId: 49407 });
    expect(assumptions).toEqual([
      "No preprocessor_config.json: pictures are prepared as for OpenAI's CLIPs, at 224 pixels.",
    ]);
  });

  it('reads the flat form of a vision tower alone', async () => {
    const flat = { model_type: 'clip_vision_model', hidden_size: 768, num_attention_heads: 8 };
    expect((await open(VISION, config(flat))).vision.heads).toBe(8);
  });

  it('lets vision_config_dict replace vision_config, as transformers does', async () => {
    const { vision } = await open(
      VISION,
      config({
        model_type: 'clip',
        vision_config: { num_attention_heads: 8, hidden_act: 'gelu' },
        vision_config_dict: { num_attention_heads: 16 },
      }),
    );
    expect(vision).toMatchObject({ heads: 16, activation: 'quick_gelu' });
  });

  it('refuses what contradicts the tensors, naming both, and what cannot be used', async () => {
    const wrong = [
      { vision_config: { patch_size: 16 } },
      { vision_config: { num_hidden_layers: 24 } },
      { vision_config: { hidden_size: 1024, num_attention_heads: 16 } },
      { vision_config: { image_size: 336 } },
      { text_config: { max_position_embeddings: 64 } },
      { vision_config: {}, projection_dim: 768 },
      { vision_config: { num_attention_heads: 7 } },
      { vision_config: { hidden_act: 'mish' } },
      { vision_config: { layer_norm_eps: '1e-5' } },
      { text_config: { layer_norm_eps: -1e-5 } },
      { vision_config: { hidden_act: 'x'.repeat(5000) } },
      { text_config: { eos_token_id: [1, 2] } },
      { model_type: 'bert' },
    ];
    const errors = wrong.map((json) => errorOf(open(FULL, config(json))));
    expect(await Promise.all(errors)).toMatchInlineSnapshot(`
      [
        "FormatError: config.json: vision_config.patch_size is 16, but the tensors of model.safetensors have 32. Use the configuration that belongs to these weights.",
        "FormatError: config.json: vision_config.num_hidden_layers is 24, but the tensors of model.safetensors have 12. Use the configuration that belongs to these weights.",
        "FormatError: config.json: vision_config.hidden_size is 1024, but the tensors of model.safetensors have 768. Use the configuration that belongs to these weights.",
        "FormatError: config.json: vision_config.image_size is 336, but the tensors of model.safetensors have 224. Use the configuration that belongs to these weights.",
        "FormatError: config.json: text_config.max_position_embeddings is 64, but the tensors of model.safetensors have 77. Use the configuration that belongs to these weights.",
        "FormatError: config.json: projection_dim is 768, but the tensors of model.safetensors have 512. Use the configuration that belongs to these weights.",
        "FormatError: config.json: vision_config.num_attention_heads is 7, which does not divide the width 768 that the tensors of model.safetensors have. Use the configuration that belongs to these weights.",
        "FormatError: config.json: vision_config.hidden_act is "mish", but one of "quick_gelu", "gelu", "gelu_python", "gelu_new", "gelu_pytorch_tanh", "gelu_python_tanh", "gelu_fast", "gelu_accurate", "relu", "silu", "swish" is needed. Correct the file.",
        "FormatError: config.json: vision_config.layer_norm_eps is "1e-5", but a number is needed. Correct the file.",
        "FormatError: config.json: text_config.layer_norm_eps is -0.00001, but a number of at least 0 is needed. Correct the file.",
        "FormatError: config.json: vision_config.hidden_act is "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…, but one of "quick_gelu", "gelu", "gelu_python", "gelu_new", "gelu_pytorch_tanh", "gelu_python_tanh", "gelu_fast", "gelu_accurate", "relu", "silu", "swish" is needed. Correct the file.",
        "FormatError: config.json: text_config.eos_token_id is [1,2], but one token id is needed. Correct the file.",
        "FormatError: config.json: it is not the configuration of a CLIP but of "bert": it has neither vision_config nor hidden_size. Add the config.json that belongs to the weights, or leave it out.",
      ]
    `);
  });

  it('refuses a file that is no JSON, or no object', async () => {
    const text = (content: string) => ({ name: 'clip/config.json', blob: new Blob([content]) });
    await expect(open(FULL, text('{"a"'))).rejects.toThrow(
      /^clip\/config\.json: this is not valid JSON/,
    );
    await expect(open(FULL, text('[]'))).rejects.toThrowErrorMatchingInlineSnapshot(
      `[FormatError: clip/config.json: a JSON object was expected at its top level.]`,
    );
  });

  it('inherits the configuration of the base', async () => {
    const base = await openFixture('merge/p8-24/base');
    const bare = await describeClip('bare', base.checkpoint, [], base);
    expect(bare.vision).toEqual(base.vision);
    expect(bare.text?.config).toEqual(base.text?.config);
    expect(bare.processor).toEqual(base.processor);
    expect(bare.assumptions).toEqual([]);
    expect(bare.remarks).toEqual(['No config.json: the configuration of the base is used.']);
  });

  it('assumes what was published where there is neither, and says so', async () => {
    const { vision, text, assumptions } = await open(FULL);
    expect(vision).toEqual(BASE_PATCH32);
    expect(text?.config).toEqual(TEXT);
    expect(assumptions).toMatchInlineSnapshot(`
      [
        "No config.json: the vision tower is taken to have 12 attention heads (of size 64), the activation quick_gelu and a layer norm epsilon of 0.00001, as ViT-B-32 was published.",
        "This geometry was published with two activations: quick_gelu is taken (openai, laion400m_e31, laion400m_e32 and 2 more). If the weights are of laion2b_e16, laion2b_s34b_b79k, datacomp_m_s128m_b4k and 14 more, they need gelu: add the model's config.json, which says so.",
        "No config.json: the text tower is taken to have 8 attention heads (of size 64), the activation quick_gelu and a layer norm epsilon of 0.00001, as ViT-B-32 was published.",
        "No config.json: a prompt is taken to end at its largest token id, as in OpenAI's CLIPs.",
        "No preprocessor_config.json: pictures are prepared as for OpenAI's CLIPs, at 224 pixels.",
      ]
    `);
  });
});

describe('tensors', () => {
  it('tells the three architectures apart', async () => {
    const projected = [...VISION, header('visual_projection.weight', [512, 768])];
    expect((await open(VISION)).architecture).toBe('CLIPVisionModel');
    expect((await open(projected)).architecture).toBe('CLIPVisionModelWithProjection');
    expect((await open(projected)).remarks).toMatchInlineSnapshot(`
      [
        "It has a projection of its own, which is not merged: the base's is used.",
      ]
    `);
    expect((await open(FULL)).architecture).toBe('CLIPModel');
  });

  it('reads through wrappers of training code, and leaves strangers out', async () => {
    const wrapped = FULL.map((source) => ({ ...source, name: `model.module.${source.name}` }));
    const model = await open([...wrapped, header('optimizer.step', [])]);
    expect(model.architecture).toBe('CLIPModel');
    expect(model.visionTensors.size).toBe(199);
    expect(model.remarks).toEqual(['Left out, as no part of a CLIP: optimizer.step.']);
  });

  it('keeps position_ids apart from what is unknown', async () => {
    const ids = header('vision_model.embeddings.position_ids', [1, 50], 'I64');
    expect((await open([...VISION, ids])).visionTensors.get('embeddings.position_ids')).toBe(ids);
  });

  it('says that dtypes are mixed', async () => {
    const [first, ...others] = VISION;
    const mixed = first && header(first.name, first.shape, 'F64');
    const { remarks } = await open([...(mixed ? [mixed] : []), ...others]);
    expect(remarks).toMatchInlineSnapshot(`
      [
        "Its vision tensors are of different types (1 in F64, 198 in F32); all are read as F32.",
        "F64 is rounded to F32, in which all arithmetic is done.",
      ]
    `);
  });

  it('lists every tensor that is missing, of another shape or type, or unknown', async () => {
    const bad = [
      ...without(VISION, /layers\.3\.(mlp\.fc1|layer_norm1)\.bias|post_layernorm\.weight/),
      header('vision_model.post_layernorm.weight', [767]),
      header('vision_model.encoder.layers.3.layer_norm1.bias', [768], 'I64'),
      header('vision_model.encoder.layers.3.self_attn.q_norm.weight', [64]),
    ];
    await expect(open(bad)).rejects.toThrowErrorMatchingInlineSnapshot(`
      [FormatError: model.safetensors: its vision tower (12 layers, 768 wide, patches of 32 pixels) is not that of a CLIP:
        - encoder.layers.3.layer_norm1.bias is I64; F32, F16, BF16 or F64 can be merged
        - encoder.layers.3.mlp.fc1.bias [3072] is missing
        - post_layernorm.weight is [767], not [768]
        - encoder.layers.3.self_attn.q_norm.weight is unknown to CLIP's vision tower
      Download the file again, or export it anew from the model it came from.]
    `);
  });

  it('cuts a long list', async () => {
    const promise = open(without(VISION, /layers\.\d+\.self_attn/));
    await expect(promise).rejects.toThrow(/and 76 more/);
  });

  it('refuses shapes that no CLIP has', async () => {
    const wrong = [
      ['vision_model.embeddings.position_embedding.weight', [48, 768]],
      ['vision_model.embeddings.position_embedding.weight', [50]],
      ['vision_model.embeddings.patch_embedding.weight', [768, 4, 32, 32]],
      ['visual_projection.weight', [512, 700]],
    ] as const;
    const errors = wrong.map(([name, shape]) => {
      const others = FULL.filter((source) => source.name !== name);
      return errorOf(open([...others, header(name, shape)]));
    });
    expect(await Promise.all(errors)).toMatchInlineSnapshot(`
      [
        "FormatError: model.safetensors: embeddings.position_embedding.weight has 48 rows, which is not one more than a square number: only CLIPs of square pictures can be used.",
        "FormatError: model.safetensors: its vision tower is not that of a CLIP:
        - embeddings.position_embedding.weight is [50], but a CLIP's has 2 dimensions
      Download the file again, or export it anew from the model it came from.",
        "FormatError: model.safetensors: embeddings.patch_embedding.weight is [768, 4, 32, 32]; a CLIP has 3 channels and square patches.",
        "FormatError: model.safetensors: its projection cannot be used:
        - visual_projection.weight is [512, 700], not [512, 768]",
      ]
    `);
  });

  it('merges a model whose text tower is not whole, and says why it cannot read prompts', async () => {
    const model = await open(without(FULL, /text_model\.encoder\.layers\.5\.layer_norm1/));
    expect(model.architecture).toBe('CLIPVisionModelWithProjection');
    expect(model.text).toBeUndefined();
    expect(model.remarks[0]).toMatchInlineSnapshot(`
      "Its text tower is not a CLIP's and is left out:
        - text_model.encoder.layers.5.layer_norm1.weight [512] is missing
        - text_model.encoder.layers.5.layer_norm1.bias [512] is missing"
    `);
    const chinese = header('text_model.encoder.layer.0.attention.self.query.weight', [768, 768]);
    expect((await open([...VISION, chinese])).remarks[0]).toMatchInlineSnapshot(
      `
      "Its text tower is not a CLIP's and is left out:
        - text_model.embeddings.token_embedding.weight is missing
        - text_model.embeddings.position_embedding.weight is missing
        - text_model.encoder.layers.0.mlp.fc1.weight is missing
        - text_projection.weight is missing"
    `,
    );
  });

  it('refuses towers that do not meet in one space', async () => {
    const narrow = [
      ...without(FULL, /^text_projection/),
      header('text_projection.weight', [256, 512]),
    ];
    await expect(open(narrow)).rejects.toThrowErrorMatchingInlineSnapshot(
      `[FormatError: model.safetensors: its pictures are projected to 512 dimensions and its prompts to 256, so they cannot be compared. Export the model anew.]`,
    );
  });
});
