import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import type { TensorSource } from '../../checkpoint/types';
import { describeClip } from '../describe';
import {
  cutPatches,
  fixtureJson,
  jsonFile,
  openFixture,
  relativeError,
  upload,
  visionWeights,
  wasmEngine,
} from '../testing';
import { checkpoint, header } from '../testing-checkpoints';
import { embedTokenIds } from '../text-tower';
import type { ClipModel } from '../types';
import { createVisionTower } from '../vision-tower';

const LAYOUTS = 'formats/layouts';
/** The project's promise: embeddings within 1e-5, relative to their largest value. */
const TOLERANCE = 1e-5;

interface Expected {
  readonly openClip: {
    readonly tensors: Record<string, { readonly shape: number[]; readonly sha256: string }>;
    readonly pixelValues: number[];
    readonly ids: number[][];
    readonly imageEmbeds: number[][];
    readonly textEmbeds: number[][];
  };
}

function allTensors(model: ClipModel): Map<string, TensorSource> {
  const vision = [...model.visionTensors].map(
    ([name, source]) => [`vision_model.${name}`, source] as const,
  );
  const all = new Map([...vision, ...(model.text?.tensors ?? [])]);
  if (model.visualProjection) all.set('visual_projection.weight', model.visualProjection);
  return all;
}

it("converts OpenCLIP's file to the bytes of transformers' own conversion", async () => {
  const model = await openFixture(`${LAYOUTS}/open-clip`);
  const { openClip } = fixtureJson<Expected>(`${LAYOUTS}/expected.json`);
  const converted: Expected['openClip']['tensors'] = {};
  for (const [name, source] of allTensors(model)) {
    const sha256 = createHash('sha256')
      .update(await source.read())
      .digest('hex');
    converted[name] = { shape: [...source.shape], sha256 };
  }
  expect(converted).toEqual(openClip.tensors);
  expect(model.assumptions).toEqual([]);
  expect(model.processor).toMatchObject({ resample: 'bicubic', resize: { shortestEdge: 16 } });
});

it("computes OpenCLIP's own embeddings from it", async () => {
  const model = await openFixture(`${LAYOUTS}/open-clip`);
  const { openClip } = fixtureJson<Expected>(`${LAYOUTS}/expected.json`);
  if (!model.text || !model.visualProjection) throw new Error('this fixture is a full CLIP');
  const engine = await wasmEngine();
  const texts = await embedTokenIds(model.text, engine, openClip.ids);
  const patches = cutPatches(Float32Array.from(openClip.pixelValues), model.vision);
  const tower = await createVisionTower(model.vision, 16, engine, 2);
  const projection = await upload(model.visualProjection);
  const images = await tower.encode(patches, await visionWeights(model), projection);
  await tower.release();
  const joined = texts.flatMap((embedding) => [...embedding]);
  expect(relativeError(joined, openClip.textEmbeds.flat())).toBeLessThan(TOLERANCE);
  expect(relativeError(images, openClip.imageEmbeds.flat())).toBeLessThan(TOLERANCE);
});

it.each([
  ['base', 'CLIPModel', 'I64'],
  ['expert', 'CLIPVisionModel', 'I64'],
  ['expert-float-ids', 'CLIPVisionModel', 'F32'],
])('opens the export with position_ids %s', async (name, architecture, dtype) => {
  const model = await openFixture(`${LAYOUTS}/position-ids/${name}`);
  expect(model.architecture).toBe(architecture);
  expect(model.visionTensors.get('embeddings.position_ids')?.dtype).toBe(dtype);
  expect(model.remarks).toEqual([]);
});

it('opens what is a CLIP and refuses by name what is not', async () => {
  const foreign = fixtureJson<Record<string, Record<string, number[]>>>(`${LAYOUTS}/foreign.json`);
  const heads = { num_attention_heads: 2 };
  const config = { model_type: 'clip', vision_config: heads, text_config: heads };
  const outcomes: Record<string, string> = {};
  for (const [kind, shapes] of Object.entries(foreign)) {
    const tensors = Object.entries(shapes).map(([name, shape]) => header(name, shape));
    const opening = describeClip('x', checkpoint(tensors), [jsonFile('config.json', config)]);
    outcomes[kind] = await opening.then(
      ({ architecture, remarks }) => [architecture, ...remarks].join('. '),
      String,
    );
  }
  expect(outcomes).toMatchInlineSnapshot(`
    {
      "BertModel": "FormatError: model.safetensors: this is a language model: it has embeddings.word_embeddings.weight. It cannot be merged here: use a CLIP of OpenAI, OpenCLIP or Hugging Face, or a fine-tune of one.",
      "CLIPForImageClassification": "CLIPVisionModel. Left out, as no part of a CLIP: classifier.weight, classifier.bias.",
      "CLIPModel": "CLIPModel",
      "CLIPSegForImageSegmentation": "CLIPModel. Left out, as no part of a CLIP: decoder.film_mul.weight, decoder.film_mul.bias, decoder.film_add.weight and 21 more.",
      "CLIPTextModel": "FormatError: model.safetensors: this is a CLIP's text tower alone: it has embeddings.token_embedding.weight. Add the full CLIP, or its vision tower.",
      "CLIPTextModelWithProjection": "FormatError: model.safetensors: this is a CLIP's text tower alone: it has text_model.embeddings.token_embedding.weight. Add the full CLIP, or its vision tower.",
      "CLIPVisionModel": "CLIPVisionModel",
      "CLIPVisionModelWithProjection": "CLIPVisionModelWithProjection. It has a projection of its own, which is not merged: the base's is used.",
      "ChineseCLIPModel": "CLIPVisionModelWithProjection. Its text tower is not a CLIP's and is left out:
      - text_model.embeddings.token_embedding.weight is missing
      - text_model.embeddings.position_embedding.weight is missing
      - text_model.encoder.layers.0.mlp.fc1.weight is missing. It has a projection of its own, which is not merged: the base's is used.",
      "Dinov2Model": "FormatError: model.safetensors: this is DINOv2: it has encoder.layer.0.layer_scale1.lambda1. It cannot be merged here: use a CLIP of OpenAI, OpenCLIP or Hugging Face, or a fine-tune of one.",
      "OpenCLIP CoCa": "FormatError: model.safetensors: this is CoCa: it has text_decoder.text_projection. It cannot be merged here: use a CLIP of OpenAI, OpenCLIP or Hugging Face, or a fine-tune of one.",
      "OpenCLIP ResNet": "FormatError: model.safetensors: this is a ResNet CLIP: it has visual.layer1.0.conv1.weight. It cannot be merged here: use a CLIP of OpenAI, OpenCLIP or Hugging Face, or a fine-tune of one.",
      "OpenCLIP custom text": "CLIPModel. Names of OpenAI or OpenCLIP, read as Hugging Face has them.",
      "OpenCLIP on timm (EVA)": "FormatError: model.safetensors: this is EVA-CLIP: it has visual.trunk.blocks.0.attn.q_bias. It cannot be merged here: use a CLIP of OpenAI, OpenCLIP or Hugging Face, or a fine-tune of one.",
      "OpenCLIP without pre-norm, attention pool": "FormatError: model.safetensors: this is an OpenCLIP model with attention pooling: it has visual.attn_pool.query. It cannot be merged here: use a CLIP of OpenAI, OpenCLIP or Hugging Face, or a fine-tune of one.",
      "ResNetModel": "FormatError: model.safetensors: this is a convolutional network: it has embedder.embedder.normalization.running_mean. It cannot be merged here: use a CLIP of OpenAI, OpenCLIP or Hugging Face, or a fine-tune of one.",
      "SiglipModel": "FormatError: model.safetensors: this is SigLIP: it has vision_model.embeddings.patch_embedding.bias. It cannot be merged here: use a CLIP of OpenAI, OpenCLIP or Hugging Face, or a fine-tune of one.",
      "SiglipVisionModel": "FormatError: model.safetensors: this is SigLIP: it has embeddings.patch_embedding.bias. It cannot be merged here: use a CLIP of OpenAI, OpenCLIP or Hugging Face, or a fine-tune of one.",
      "ViTForImageClassification": "FormatError: model.safetensors: this is a plain ViT (DINO, MAE, DeiT or a classifier), not a CLIP: it has vit.embeddings.cls_token. It cannot be merged here: use a CLIP of OpenAI, OpenCLIP or Hugging Face, or a fine-tune of one.",
    }
  `);
});
