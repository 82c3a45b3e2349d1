/** Layer factors as they are asked for before it is known which tensors there are: by name, by expression, by mergekit's filters. */
import { ConfigError } from '../../errors';
import { factorTable, type LayerFactors } from './factors';
import { layerDepth, layerPlace, relativeDepth } from './groups';
import { type LayerPreset, presetFactors } from './presets';

/** Tensors by a regular expression, and their factor. */
export interface LayerRule {
  /** Found anywhere in a tensor's name, as the merged file has it: `vision_model.encoder.layers.0.self_attn.q_proj.weight`. */
  readonly tensors: string;
  readonly factor: number;
}

/** mergekit's conditional value: a number, or a gradient over the depth. */
export interface LayerFilter {
  /** A part of a tensor's name; null for every tensor. */
  readonly filter: string | null;
  readonly value: number | readonly number[];
}

export type LayerPlan =
  | { readonly kind: 'preset'; readonly preset: LayerPreset }
  /** One after the other: a later rule holds where it finds a tensor that an earlier one found. */
  | { readonly kind: 'rules'; readonly rules: readonly LayerRule[] }
  /** A tensor's factor is the product of what each list says, over `unit`; in a list the first that fits holds, 1 where none does. */
  | {
      readonly kind: 'filters';
      readonly lists: readonly (readonly LayerFilter[])[];
      readonly unit: number;
    };

const PREFIX = 'vision_model.';

/**
 * The factors that a plan gives to a tower with these tensors.
 *
 * @param names - canonical
 * @param experts - how many are merged
 * @throws ConfigError on an expression that is none, or that finds no tensor
 */
export function plannedFactors(
  plan: LayerPlan,
  names: readonly string[],
  experts: number,
): LayerFactors {
  switch (plan.kind) {
    case 'preset':
      return presetFactors(plan.preset, names, experts);
    case 'rules':
      return ruleFactors(plan.rules, names);
    case 'filters': {
      const depth = layerDepth(names);
      return factorTable(names, (name) => {
        const factors = plan.lists.map((list) => filtered(list, name, depth));
        const product = factors.reduce((all, factor) => all * factor, 1);
        return plan.unit === 1 ? product : quotient(product, plan.unit);
      });
    }
  }
}

/** The expression of a rule. Throws ConfigError where it is none. */
export function ruleExpression({ tensors }: LayerRule): RegExp {
  try {
    return new RegExp(tensors);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ConfigError(`layers: ${tensors} is no regular expression (${reason}).`, { cause });
  }
}

function ruleFactors(rules: readonly LayerRule[], names: readonly string[]): LayerFactors {
  const found = new Map<string, number>();
  for (const rule of rules) {
    const expression = ruleExpression(rule);
    const matched = names.filter((name) => expression.test(`${PREFIX}${name}`));
    if (matched.length === 0) {
      const example = names.find((name) => name.includes('self_attn')) ?? names[0] ?? '';
      throw new ConfigError(
        `layers: ${rule.tensors} is found in the name of no tensor that is merged. They are called like ${PREFIX}${example}; change the expression or leave it out.`,
      );
    }
    for (const name of matched) found.set(name, rule.factor);
  }
  return factorTable(names, (name) => found.get(name) ?? 1);
}

function filtered(list: readonly LayerFilter[], name: string, depth: number): number {
  const fits = ({ filter }: LayerFilter) =>
    filter === null || filter === '*' || `${PREFIX}${name}`.includes(filter);
  const value = list.find(fits)?.value ?? 1;
  if (typeof value === 'number') return value;
  const place = layerPlace(name);
  // What is no block's is at the beginning, also what stands behind the last.
  return interpolated(value, typeof place === 'string' ? 0 : relativeDepth(place.block, depth));
}

/** Source: mergekit 0.1.5, `config.py`, `evaluate_setting`; `t` as its `plan.py` has it. */
function interpolated(values: readonly number[], t: number): number {
  const scaled = t * (values.length - 1);
  const lower = Math.floor(scaled);
  const upper = Math.min(values.length - 1, lower + 1);
  const share = scaled - lower;
  return (1 - share) * (values[lower] ?? 1) + share * (values[upper] ?? 1);
}

/** The shortest number that times `unit` gives `product`, so that what was written as a product is read as its factor. */
function quotient(product: number, unit: number): number {
  const exact = product / unit;
  const short = Number(exact.toPrecision(15));
  return short * unit === product ? short : exact;
}
