/** Factors by layer: this program's own section of a configuration. */
import { ConfigError } from '../../../errors';
import { type LayerPlan, type LayerRule, ruleExpression } from '../../../method/layers/plan';
import { LAYER_PRESETS } from '../../../method/layers/presets';
import { findMethod } from '../../../method/registry';
import { nearestName } from '../../hydra/values/nearest';
import type { ConfigValue } from '../../hydra/values/node';
import type { MethodConfig } from '../methods/index';
import { describe, isTree, type Reading } from './reading';
import { needsTaskVectors } from './search';

const PATH = 'layers';

/**
 * Null where there are none, undefined where they are wrong: `layers: ramp`, a preset's name, or a section of regular expressions
 * with a factor each, in their order.
 */
export function readLayers(
  reading: Reading,
  value: ConfigValue | undefined,
): LayerPlan | null | undefined {
  if (value === undefined || value === null) return null;
  if (isTree(value)) return readRules(reading, value);
  const preset = LAYER_PRESETS.find((name) => name === value);
  if (preset) return { kind: 'preset', preset };
  const near = typeof value === 'string' ? nearestName(value, LAYER_PRESETS) : undefined;
  reading.problems.push(
    `${PATH}: one of ${LAYER_PRESETS.join(', ')} is expected, or a section of regular expressions with a factor each, but it is ${describe(value)}.${near ? ` Did you mean ${near}?` : ''}`,
  );
  return undefined;
}

/** What layer factors lack: sentences, each beginning with a path. */
export function layersProblems({ target }: MethodConfig): readonly string[] {
  if (findMethod(target)?.kind === 'task vector') return [];
  return [`${PATH}: a factor by layer ${needsTaskVectors('a scaling factor', target)}`];
}

function readRules(
  reading: Reading,
  tree: ReadonlyMap<string, ConfigValue>,
): LayerPlan | undefined {
  const problems: string[] = [];
  const rules = [...tree].flatMap(([tensors, factor]): LayerRule[] => {
    if (typeof factor !== 'number' || !Number.isFinite(factor)) {
      problems.push(
        `${PATH}.${tensors}: a finite number is expected, but it is ${describe(factor)}.`,
      );
      return [];
    }
    const rule = { tensors, factor: factor || 0 };
    try {
      ruleExpression(rule);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      problems.push(error.message);
    }
    return [rule];
  });
  if (tree.size === 0) problems.push(`${PATH}: it is empty. Give a factor, or leave it out.`);
  reading.problems.push(...problems);
  return problems.length === 0 ? { kind: 'rules', rules } : undefined;
}
