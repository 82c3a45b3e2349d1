/** `adapter_config.json` of PEFT: what kind of adapter it is, and the scale of its updates. */

import { finiteNumber, flag, positiveInteger, type Section, wrongValue } from '../config/section';
import { isJsonObject, type JsonObject } from '../files';
import { requireLora } from './adapter-kinds';
import { type ModulePattern, modulePattern, valueFor } from './module-pattern';

/** `LoraConfig`'s defaults for absent keys. */
const DEFAULT_RANK = 8;
const DEFAULT_ALPHA = 8;

export interface AdapterConfig {
  readonly file: string;
  /** Rank of the update of this module, given by its path in the trained model. */
  rank(module: string): number;
  /** What B A is multiplied with: alpha / rank, or alpha / sqrt(rank) for rank-stabilised LoRA. */
  scale(module: string): number;
  readonly rankStabilised: boolean;
  readonly dora: boolean;
  /** Name or path of the model it was trained on, where the file says it. */
  readonly baseName?: string;
  /** Class of that model in transformers, where the file says it. */
  readonly baseClass?: string;
}

/**
 * Reads the configuration of a LoRA adapter. `fan_in_fan_out` does not matter: PEFT turns it off for linear layers, and CLIP
 * has no others. `bias` and `modules_to_save` do not either: what they train stands in the adapter's file.
 * @throws FormatError where it is another kind of adapter, or a value cannot be used
 */
export function readAdapterConfig(file: string, values: JsonObject): AdapterConfig {
  const section: Section = { file, path: '', values };
  requireLora(section);
  const rank = positiveInteger(section, 'r') ?? DEFAULT_RANK;
  const alpha = finiteNumber(section, 'lora_alpha') ?? DEFAULT_ALPHA;
  const ranks = patterns(section, 'rank_pattern', positiveInteger);
  const alphas = patterns(section, 'alpha_pattern', finiteNumber);
  const rankStabilised = flag(section, 'use_rslora', false);
  const rankOf = (module: string) => valueFor(ranks, module, rank);
  return {
    file,
    rank: rankOf,
    scale: (module) =>
      valueFor(alphas, module, alpha) /
      (rankStabilised ? Math.sqrt(rankOf(module)) : rankOf(module)),
    rankStabilised,
    dora: flag(section, 'use_dora', false),
    baseName: text(values.base_model_name_or_path),
    baseClass: isJsonObject(values.auto_mapping)
      ? text(values.auto_mapping.base_model_class)
      : undefined,
  };
}

function patterns(
  section: Section,
  key: string,
  read: (section: Section, key: string) => number | undefined,
): ModulePattern[] {
  const values = section.values[key] ?? {};
  if (!isJsonObject(values)) throw wrongValue(section, key, 'an object of patterns and numbers');
  const inner: Section = { file: section.file, path: `${key}.`, values };
  return Object.keys(values).map((pattern) => {
    const value = read(inner, pattern);
    if (value === undefined) throw wrongValue(inner, pattern, 'a number');
    return modulePattern(section.file, pattern, value);
  });
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
