/**
 * Joins what the tensors prove (widths, layers, sizes) with what only a configuration can say (heads, activation, epsilon, the
 * end token): from config.json, else from the base, else as the CLIP of this geometry was published, which is then said.
 */
import { FormatError } from '../../errors';
import type { TextGeometry, VisionGeometry } from '../geometry';
import { NeedsBaseError } from '../needs-base-error';
import {
  ACTIVATIONS,
  type Activation,
  type TextConfig,
  type TowerConfig,
  type VisionConfig,
} from '../types';
import type { OpenClipSettings } from './open-clip-settings';
import type { PublishedClip } from './published';
import {
  epsilon,
  positiveInteger,
  type Section,
  settingPath,
  squareSide,
  wrongValue,
} from './section';

/** Defaults of transformers' `CLIPVisionConfig` and `CLIPTextConfig`. */
const DEFAULT_HEADS = { vision: 12, text: 8 } as const;
const DEFAULT_EPS = 1e-5;
const DEFAULT_EOS = 49407;
/** What `eos_token_id: 2` means: pool at the largest id, as OpenAI's own code does. */
const POOL_AT_LARGEST_ID = 2;

/** Where a tower's settings come from. */
export interface SettingsSource {
  /** File of the weights, for messages. */
  readonly weights: string;
  readonly section?: Section;
  /** The published CLIP of this geometry, for weights without a configuration and without a base. */
  readonly published?: PublishedClip;
  /** Collects what had to be assumed. */
  readonly assume: (sentence: string) => void;
}

export interface VisionSource extends SettingsSource {
  /** The same tower of the base, for an expert without a configuration. */
  readonly base?: VisionConfig;
  /** What only an OpenCLIP configuration says. */
  readonly openClip?: OpenClipSettings;
}

export interface TextSource extends SettingsSource {
  readonly base?: TextConfig;
  readonly openClip?: OpenClipSettings;
}

/**
 * @throws FormatError where configuration and tensors contradict each other
 * @throws NeedsBaseError where only a configuration can tell the number of heads, and there is none
 */
export function visionConfig(geometry: VisionGeometry, source: VisionSource): VisionConfig {
  const { section, base, openClip } = source;
  if (section !== undefined) {
    agreeOnTower(section, geometry, source.weights);
    agree(
      section,
      'patch_size',
      squareSide(section, 'patch_size'),
      geometry.patchSize,
      source.weights,
    );
    agree(
      section,
      'image_size',
      squareSide(section, 'image_size'),
      geometry.imageSize,
      source.weights,
    );
  }
  const pooling = section === undefined ? base?.pooling : openClip?.vision.pooling;
  return {
    ...geometry,
    ...settings('vision', geometry, source),
    ...(pooling && { pooling }),
  };
}

/** @throws FormatError where configuration and tensors contradict each other */
export function textConfig(geometry: TextGeometry, source: TextSource): TextConfig {
  const { section, weights } = source;
  if (section !== undefined) {
    agreeOnTower(section, geometry, weights);
    agree(
      section,
      'vocab_size',
      positiveInteger(section, 'vocab_size'),
      geometry.vocabSize,
      weights,
    );
    const positions = positiveInteger(section, 'max_position_embeddings');
    agree(section, 'max_position_embeddings', positions, geometry.maxPositions, weights);
  }
  return {
    ...geometry,
    ...settings('text', geometry, source),
    ...pooling(source, geometry),
  };
}

/** @throws FormatError where a value that the file states is not the one that the tensors have */
export function agree(
  section: Section,
  key: string,
  stated: number | undefined,
  proven: number,
  weights: string,
): void {
  if (stated === undefined || stated === proven) return;
  throw new FormatError(
    section.file,
    `${settingPath(section, key)} is ${stated}, but the tensors of ${weights} have ${proven}. ` +
      'Use the configuration that belongs to these weights.',
  );
}

type Geometry = Pick<TowerConfig, 'hiddenSize' | 'layers' | 'intermediateSize'>;

function agreeOnTower(section: Section, geometry: Geometry, weights: string): void {
  const check = (key: string, proven: number) =>
    agree(section, key, positiveInteger(section, key), proven, weights);
  check('hidden_size', geometry.hiddenSize);
  check('num_hidden_layers', geometry.layers);
  check('intermediate_size', geometry.intermediateSize);
}

type Settings = Pick<TowerConfig, 'heads' | 'activation' | 'layerNormEps'>;

function settings(
  tower: 'vision' | 'text',
  geometry: Geometry,
  source: VisionSource | TextSource,
): Settings {
  const { section, base, published, weights, assume } = source;
  const width = geometry.hiddenSize;
  if (section !== undefined) {
    const heads = positiveInteger(section, 'num_attention_heads') ?? DEFAULT_HEADS[tower];
    if (width % heads !== 0) {
      throw new FormatError(
        section.file,
        `${settingPath(section, 'num_attention_heads')} is ${heads}, which does not divide the width ${width} that the tensors of ${weights} have. ` +
          'Use the configuration that belongs to these weights.',
      );
    }
    return {
      heads,
      activation: activation(section),
      layerNormEps: epsilon(section, 'layer_norm_eps') ?? DEFAULT_EPS,
    };
  }
  if (base !== undefined && base.hiddenSize === width) {
    return { heads: base.heads, activation: base.activation, layerNormEps: base.layerNormEps };
  }
  if (published === undefined) {
    throw new NeedsBaseError(
      weights,
      `its ${tower} tower (${geometry.layers} layers, ${width} wide) is none of a published CLIP's, and without a config.json nothing says how many attention heads it has and which activation. Add the model's config.json, or the base it was fine-tuned from.`,
    );
  }
  const heads = tower === 'vision' ? published.visionHeads : published.textHeads;
  assume(
    `No config.json: the ${tower} tower is taken to have ${heads} attention heads (of size ${width / heads}), the activation ${published.activation} and a layer norm epsilon of ${DEFAULT_EPS}, as ${published.name} was published.`,
  );
  if (tower === 'vision' && published.doubt !== undefined) assume(published.doubt);
  return { heads, activation: published.activation, layerNormEps: DEFAULT_EPS };
}

function activation(section: Section): Activation {
  const name = section.values.hidden_act ?? 'quick_gelu';
  if (!isActivation(name)) {
    const known = Object.keys(ACTIVATIONS).map((known) => `"${known}"`);
    throw wrongValue(section, 'hidden_act', `one of ${known.join(', ')}`);
  }
  return name;
}

function isActivation(name: unknown): name is Activation {
  return typeof name === 'string' && Object.hasOwn(ACTIVATIONS, name);
}

type Pooling = Pick<TextConfig, 'eosTokenId' | 'pooling' | 'bidirectional' | 'padding'>;

function pooling(
  { section, base, published, openClip, assume }: TextSource,
  { hiddenSize }: TextGeometry,
): Pooling {
  if (section !== undefined) return { eosTokenId: endToken(section), ...openClip?.text };
  if (base !== undefined && base.hiddenSize === hiddenSize) {
    const { eosTokenId, pooling, bidirectional, padding } = base;
    return {
      eosTokenId,
      ...(pooling && { pooling }),
      ...(bidirectional && { bidirectional }),
      ...(padding !== undefined && { padding }),
    };
  }
  const found = published?.textPooling ?? { eosTokenId: POOL_AT_LARGEST_ID };
  assume(
    found.pooling === undefined
      ? "No config.json: a prompt is taken to end at its largest token id, as in OpenAI's CLIPs."
      : `No config.json: a prompt is taken to end at the token id ${found.eosTokenId}, as in ${published?.name}.`,
  );
  return found;
}

function endToken(section: Section): number {
  const value = section.values.eos_token_id ?? DEFAULT_EOS;
  const [id, ...more] = Array.isArray(value) ? value : [value];
  if (typeof id !== 'number' || !Number.isInteger(id) || id < 0 || more.length > 0) {
    throw wrongValue(section, 'eos_token_id', 'one token id');
  }
  return id;
}
