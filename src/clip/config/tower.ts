/**
 * Joins what the tensors prove (widths, layers, sizes) with what only a configuration can say (heads, activation, epsilon, the
 * end token): from config.json, else from the base, else by CLIP's conventions, which are then said.
 */
import { FormatError } from '../../errors';
import type { TextGeometry, VisionGeometry } from '../geometry';
import { NeedsBaseError } from '../needs-base-error';
import type { Activation, TextConfig, TowerConfig, VisionConfig } from '../types';
import { finiteNumber, positiveInteger, type Section, squareSide, wrongValue } from './section';

/** Width of one attention head in every CLIP of OpenAI and OpenCLIP up to L/14. */
const CONVENTIONAL_HEAD_SIZE = 64;
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
  /** The same tower of the base, for an expert without a configuration. */
  readonly base?: TowerConfig;
  /** Collects what had to be assumed. */
  readonly assume: (sentence: string) => void;
}

/**
 * @throws FormatError where configuration and tensors contradict each other
 * @throws NeedsBaseError where only a configuration can tell the number of heads, and there is none
 */
export function visionConfig(geometry: VisionGeometry, source: SettingsSource): VisionConfig {
  const { section } = source;
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
  return { ...geometry, ...settings('vision', geometry.hiddenSize, source) };
}

/** @throws FormatError where configuration and tensors contradict each other */
export function textConfig(
  geometry: TextGeometry,
  source: SettingsSource & { readonly base?: TextConfig },
): TextConfig {
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
    ...settings('text', geometry.hiddenSize, source),
    eosTokenId: endToken(source),
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
    `${section.path}${key} is ${stated}, but the tensors of ${weights} have ${proven}. ` +
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

function settings(tower: 'vision' | 'text', width: number, source: SettingsSource): Settings {
  const { section, base, assume } = source;
  if (section !== undefined) {
    const heads = positiveInteger(section, 'num_attention_heads') ?? DEFAULT_HEADS[tower];
    if (width % heads !== 0) {
      throw new FormatError(
        section.file,
        `${section.path}num_attention_heads is ${heads}, which does not divide the width ${width} that the tensors of ${source.weights} have. ` +
          'Use the configuration that belongs to these weights.',
      );
    }
    return {
      heads,
      activation: activation(section),
      layerNormEps: finiteNumber(section, 'layer_norm_eps') ?? DEFAULT_EPS,
    };
  }
  if (base !== undefined && base.hiddenSize === width) {
    return { heads: base.heads, activation: base.activation, layerNormEps: base.layerNormEps };
  }
  if (width % CONVENTIONAL_HEAD_SIZE !== 0) {
    throw new NeedsBaseError(
      source.weights,
      `its ${tower} tower is ${width} wide, and without a config.json nothing says how many attention heads that is. Add the model's config.json, or the base it was fine-tuned from.`,
    );
  }
  const heads = width / CONVENTIONAL_HEAD_SIZE;
  assume(
    `No config.json: the ${tower} tower is taken to have ${heads} attention heads (of size ${CONVENTIONAL_HEAD_SIZE}), the activation quick_gelu and a layer norm epsilon of ${DEFAULT_EPS}.`,
  );
  return { heads, activation: 'quick_gelu', layerNormEps: DEFAULT_EPS };
}

function activation(section: Section): Activation {
  const name = section.values.hidden_act ?? 'quick_gelu';
  if (name !== 'quick_gelu' && name !== 'gelu') {
    throw wrongValue(section, 'hidden_act', '"quick_gelu" or "gelu"');
  }
  return name;
}

function endToken(source: SettingsSource & { readonly base?: TextConfig }): number {
  const { section, base, assume } = source;
  if (section === undefined) {
    if (base !== undefined) return base.eosTokenId;
    assume(
      "No config.json: a prompt is taken to end at its largest token id, as in OpenAI's CLIPs.",
    );
    return POOL_AT_LARGEST_ID;
  }
  const value = section.values.eos_token_id ?? DEFAULT_EOS;
  const [id, ...more] = Array.isArray(value) ? value : [value];
  if (typeof id !== 'number' || !Number.isInteger(id) || id < 0 || more.length > 0) {
    throw wrongValue(section, 'eos_token_id', 'one token id');
  }
  return id;
}
