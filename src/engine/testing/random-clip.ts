/** Test support: random CLIPs of a given geometry. Timing and bookkeeping need the size and the bytes, not the knowledge. */
import {
  type EncodedSafetensors,
  encodeSafetensors,
} from '../../checkpoint/safetensors/encode-safetensors';
import { canonicalTextNames, canonicalVisionNames, type NamedShape } from '../../clip/tensor-names';
import type { TextConfig, VisionConfig } from '../../clip/types';

export interface Geometry {
  readonly vision: VisionConfig;
  readonly text: TextConfig;
  readonly projectionDim: number;
}

const COMMON = { activation: 'quick_gelu', layerNormEps: 1e-5 } as const;

/** ViT-B/32 as OpenAI published it; the vocabulary is the caller's, because the table is all that depends on it. */
export function vitB32(vocabSize: number): Geometry {
  return {
    projectionDim: 512,
    vision: {
      ...COMMON,
      hiddenSize: 768,
      layers: 12,
      heads: 12,
      intermediateSize: 3072,
      imageSize: 224,
      patchSize: 32,
    },
    text: {
      ...COMMON,
      hiddenSize: 512,
      layers: 12,
      heads: 8,
      intermediateSize: 2048,
      vocabSize,
      maxPositions: 77,
      eosTokenId: 2,
    },
  };
}

/** ViT-L/14 as OpenAI published it. */
export function vitL14(vocabSize: number): Geometry {
  const small = vitB32(vocabSize);
  return {
    projectionDim: 768,
    vision: {
      ...small.vision,
      hiddenSize: 1024,
      layers: 24,
      heads: 16,
      intermediateSize: 4096,
      patchSize: 14,
    },
    text: { ...small.text, hiddenSize: 768, heads: 12, intermediateSize: 3072 },
  };
}

/** Whose weights: a full CLIP's, or those of a vision tower close to that of `baseSeed`. */
export type RandomKind =
  | { readonly full: true; readonly seed: number }
  | { readonly baseSeed: number; readonly seed: number };

/** `model.safetensors` with seeded weights. */
export function randomClip(geometry: Geometry, kind: RandomKind): EncodedSafetensors {
  const vision = canonicalVisionNames(geometry.vision).map((tensor) => ({
    ...tensor,
    name: `vision_model.${tensor.name}`,
  }));
  const names: NamedShape[] =
    'full' in kind
      ? [
          ...vision,
          ...canonicalTextNames(geometry.text, geometry.projectionDim),
          {
            name: 'visual_projection.weight',
            shape: [geometry.projectionDim, geometry.vision.hiddenSize],
          },
        ]
      : vision;
  return encodeSafetensors(
    names.map(({ name, shape }) => {
      const length = shape.reduce((product, side) => product * side, 1);
      return {
        name,
        shape,
        dtype: 'F32' as const,
        byteLength: 4 * length,
        read: async () => new Uint8Array(values(name, length, kind).buffer),
      };
    }),
    new Map([['format', 'pt']]),
  );
}

function values(
  name: string,
  length: number,
  kind: { readonly seed: number; readonly baseSeed?: number },
): Float32Array<ArrayBuffer> {
  const base = noise(`${name} ${kind.baseSeed ?? kind.seed}`, length, name);
  if (kind.baseSeed === undefined) return base;
  const delta = noise(`${name} ${kind.seed}`, length, name);
  for (let i = 0; i < length; i++) base[i] = (base[i] as number) + 0.02 * (delta[i] as number);
  return base;
}

function noise(seedText: string, length: number, name: string): Float32Array<ArrayBuffer> {
  let state = 1;
  for (const character of seedText) state = Math.imul(state ^ character.charCodeAt(0), 0x01000193);
  const centre = /layer_?norm.*weight|layrnorm\.weight/.test(name)
    ? 1
    : name === 'logit_scale'
      ? 4.6
      : 0;
  const out = new Float32Array(length);
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    out[i] = centre + 0.04 * (state / 2 ** 31 - 1);
  }
  return out;
}

/** Its `config.json`. */
export function configOf({ vision, text, projectionDim }: Geometry): object {
  const tower = (config: VisionConfig | TextConfig) => ({
    hidden_size: config.hiddenSize,
    num_hidden_layers: config.layers,
    num_attention_heads: config.heads,
    intermediate_size: config.intermediateSize,
    hidden_act: config.activation,
    layer_norm_eps: config.layerNormEps,
  });
  return {
    architectures: ['CLIPModel'],
    model_type: 'clip',
    projection_dim: projectionDim,
    vision_config: { ...tower(vision), image_size: vision.imageSize, patch_size: vision.patchSize },
    text_config: {
      ...tower(text),
      vocab_size: text.vocabSize,
      max_position_embeddings: text.maxPositions,
      eos_token_id: text.eosTokenId,
    },
  };
}
