/** What a CLIP is to the rest of the program: two towers, their geometry, and how its pictures and prompts are prepared. */
import type { Checkpoint, TensorSource } from '../checkpoint/types';

/**
 * The activations of a tower by transformers' names (`ACT2FN`) and what each computes: GELU by the error function or its
 * approximation by tanh, ReLU, or the input times a sigmoid.
 */
export const ACTIVATIONS = {
  quick_gelu: 'sigmoid times 1.702',
  gelu: 'erf',
  gelu_python: 'erf',
  gelu_new: 'tanh',
  gelu_pytorch_tanh: 'tanh',
  gelu_python_tanh: 'tanh',
  gelu_fast: 'tanh',
  gelu_accurate: 'tanh',
  relu: 'relu',
  silu: 'sigmoid',
  swish: 'sigmoid',
} as const;
export type Activation = keyof typeof ACTIVATIONS;

/** Geometry of one transformer tower. */
export interface TowerConfig {
  readonly hiddenSize: number;
  readonly layers: number;
  readonly heads: number;
  readonly intermediateSize: number;
  readonly activation: Activation;
  readonly layerNormEps: number;
}

export interface VisionConfig extends TowerConfig {
  /** Side of the square input picture in pixels. */
  readonly imageSize: number;
  /** Side of a square patch in pixels. */
  readonly patchSize: number;
  /**
   * What stands for the picture, where it is not its class token (OpenCLIP's `pool_type` `avg`): the mean of the patches
   * after the final norm, or the final norm of their mean.
   */
  readonly pooling?: 'mean of normed' | 'norm of mean';
}

export interface TextConfig extends TowerConfig {
  readonly vocabSize: number;
  readonly maxPositions: number;
  /** 2 means "pool at the largest id" (all OpenAI CLIPs); any other value: at the first position that equals it. */
  readonly eosTokenId: number;
  /**
   * Where a prompt is pooled, where `eosTokenId` does not say it (OpenCLIP's `pool_type`): at its first or last position,
   * or at the end token even if that is 2.
   */
  readonly pooling?: 'first' | 'last' | 'end token';
  /** Every token sees every other (OpenCLIP's `no_causal_mask`); absent: only those before it. */
  readonly bidirectional?: true;
  /**
   * What fills a prompt up to `maxPositions`, where that changes what is computed: a token id, or the one that the
   * tokenizer names. Absent: prompts are as long as they are.
   */
  readonly padding?: number | 'tokenizer';
}

/** CLIPImageProcessor's settings, defaults filled in. */
export interface ProcessorConfig {
  readonly resize: /** The shorter side gets this length, less where the longer one would exceed `longestEdge`. */
    | { readonly shortestEdge: number; readonly longestEdge?: number }
    /** OpenCLIP's `longest`: the longer side gets this length. */
    | { readonly onlyLongestEdge: number }
    | { readonly height: number; readonly width: number }
    | null;
  readonly crop: {
    readonly height: number;
    readonly width: number;
    /** Half a pixel goes to the even neighbour, as in torchvision, and not to the left and the top. */
    readonly isRoundedEven?: true;
    /** Grey level of what lies beyond the picture; black where it is missing. */
    readonly fill?: number;
  } | null;
  /** Pixels of a picture's one transparent colour keep it, and do not become white. */
  readonly keepsTransparent?: true;
  readonly resample: 'bicubic' | 'bilinear' | 'lanczos' | 'nearest' | 'box' | 'hamming';
  readonly rescaleFactor: number | null;
  readonly mean: readonly [number, number, number] | null;
  readonly std: readonly [number, number, number] | null;
}

/** The text half of a full CLIP. Tensor names as in Hugging Face files (`text_model.…`, `text_projection.weight`, `logit_scale`). */
export interface TextTower {
  readonly config: TextConfig;
  readonly tensors: ReadonlyMap<string, TensorSource>;
}

/** A CLIP whose geometry is known and whose tensors can be read one by one. */
export interface ClipModel {
  /** Name in the pool. */
  readonly name: string;
  readonly checkpoint: Checkpoint;
  /** `CLIPModel`, `CLIPVisionModel`, or `CLIPVisionModelWithProjection`, told from the tensors. */
  readonly architecture: 'CLIPModel' | 'CLIPVisionModel' | 'CLIPVisionModelWithProjection';
  readonly vision: VisionConfig;
  /** The vision tower's tensors by canonical name: without the `vision_model.` prefix, `position_ids` included where present. */
  readonly visionTensors: ReadonlyMap<string, TensorSource>;
  /** Prefix that the file itself uses for them. */
  readonly visionPrefix: 'vision_model.' | '';
  /** `[projectionDim, hiddenSize]`, where the file has it. */
  readonly visualProjection?: TensorSource;
  readonly text?: TextTower;
  /** Parsed `config.json`, where there is one. */
  readonly configJson?: Readonly<Record<string, unknown>>;
  readonly processor?: ProcessorConfig;
  /** Parsed `tokenizer.json` (or what `vocab.json` and `merges.txt` make), and `tokenizer_config.json` or `{}`. */
  readonly tokenizer?: { readonly json: object; readonly config: object };
  /** What was assumed because no configuration says it; each a sentence for people. */
  readonly assumptions: readonly string[];
  /** What is worth knowing (a projection that will not be merged, mixed dtypes); each a sentence for people. */
  readonly remarks: readonly string[];
}

/** A decoded picture: RGB, 8 bit, row by row, alpha dropped as Pillow's `convert("RGB")` does. */
export interface RgbImage {
  readonly width: number;
  readonly height: number;
  /** `height * width * 3` bytes. */
  readonly data: Uint8Array;
}
