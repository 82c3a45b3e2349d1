/**
 * mergekit's values that depend on the tensor, as factors by layer and back: filters (parts of a tensor's name, the first that fits
 * holds) and gradients (lists of numbers over the depth).
 *
 * Source: mergekit 0.1.5, `mergekit/config.py`.
 */
import * as v from 'valibot';
import type { LayerFactors } from '../../../method/layers/factors';
import {
  blockGroup,
  EMBEDDINGS,
  LAYER_KINDS,
  type LayerKind,
  layerDepth,
  POST,
} from '../../../method/layers/groups';
import type { LayerFilter } from '../../../method/layers/plan';
import { finiteNumber } from '../program/schemas';

const conditional = v.strictObject({
  filter: v.optional(v.nullable(v.string()), null),
  value: v.union([finiteNumber, v.pipe(v.array(finiteNumber), v.minLength(1))]),
});
const setting = v.union([
  finiteNumber,
  v.pipe(v.array(finiteNumber), v.minLength(1)),
  v.pipe(v.array(conditional), v.minLength(1)),
  conditional,
]);

/** A number, a gradient, or filters with either. */
export const byTensor = v.pipe(
  v.unknown(),
  v.rawTransform(({ dataset, addIssue, NEVER }): number | readonly LayerFilter[] => {
    const { value } = dataset;
    const isList = Array.isArray(value) || value instanceof Map;
    const parsed = isList ? v.safeParse(setting, plain(value)) : v.safeParse(finiteNumber, value);
    if (!parsed.success) {
      const message = isList
        ? 'a list of numbers (a gradient) is expected here, or a list of filter and value, with finite numbers.'
        : parsed.issues[0].message;
      addIssue({ message });
      return NEVER;
    }
    const { output } = parsed;
    if (typeof output === 'number') return output;
    if (!Array.isArray(output)) return [output];
    return output.every((item) => typeof item === 'number')
      ? [{ filter: null, value: output }]
      : output.filter((item) => typeof item !== 'number');
  }),
);

/** Sections as the YAML reader gives them, as plain objects. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (!(value instanceof Map)) return value;
  return Object.fromEntries([...value].map(([key, item]) => [String(key), plain(item)]));
}

/**
 * The number that holds for tensors that no other filter finds, where there is one that others can be a multiple of: it becomes
 * the scaling factor. Else 1.
 */
export function unitOf(filters: readonly LayerFilter[]): number {
  const last = filters.find(({ filter }) => filter === null || filter === '*');
  return typeof last?.value === 'number' && last.value !== 0 ? last.value : 1;
}

const MODULES: Readonly<Record<LayerKind, string>> = {
  attention: 'self_attn.',
  mlp: 'mlp.',
  norms: 'layer_norm',
};

/** The factors times `scalingFactor` as mergekit's filters, as few as name every tensor. */
export function mergekitFilters(
  factors: LayerFactors,
  names: readonly string[],
  scalingFactor: number,
): { filter?: string; value: number }[] {
  const depth = layerDepth(names);
  const filters: { filter?: string; value: number }[] = [];
  const add = (filter: string, factor: number | undefined) => {
    if (factor !== undefined) filters.push({ filter, value: scalingFactor * factor });
  };
  for (const name of names) add(name, factors[name]);
  for (const filter of ['embeddings.', 'pre_layrnorm.']) add(filter, factors[EMBEDDINGS]);
  const blocks = Array.from({ length: depth }, (_, block) =>
    LAYER_KINDS.map((kind) => factors[blockGroup(block, kind)] ?? 1),
  );
  const rest = blocks.filter((block) => JSON.stringify(block) !== JSON.stringify(blocks[0]));
  if (rest.length === 0) addKinds('', blocks[0] ?? [], add);
  else
    for (const [block, kinds] of blocks.entries()) addKinds(`encoder.layers.${block}.`, kinds, add);
  add('post_layernorm.', factors[POST]);
  return [...filters, { value: scalingFactor }];
}

/** One filter for a whole block where its kinds agree; none for a factor of 1, which is what holds without. */
function addKinds(
  prefix: string,
  factors: readonly number[],
  add: (filter: string, factor: number) => void,
): void {
  const [first = 1] = factors;
  if (factors.every((factor) => factor === first)) {
    if (first !== 1) add(prefix === '' ? 'encoder.layers.' : prefix, first);
    return;
  }
  for (const [at, kind] of LAYER_KINDS.entries()) {
    const factor = factors[at] ?? 1;
    if (factor !== 1) add(`${prefix}${MODULES[kind]}`, factor);
  }
}
