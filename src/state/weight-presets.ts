/** Ways of weighing the experts of a sum that have a name, and which of them some weights are. Pure. */
import type { MergeSettings, ModelView } from './types';
import type { Weights } from './weights';

export const WEIGHT_PRESETS = ['all', 'alone', 'forget', 'analogy', 'norms'] as const;
export type WeightPreset = (typeof WEIGHT_PRESETS)[number];

/** A preset, and which experts play its parts, by id. */
export type Mix =
  | { readonly preset: 'all' | 'norms' }
  /** One at 1, or at -1, and all others at 0. */
  | { readonly preset: 'alone' | 'forget'; readonly expert: string }
  /** `c + b - a`: what `b` has and `a` has not is added to `c`. */
  | { readonly preset: 'analogy'; readonly c: string; readonly b: string; readonly a: string };

/** Digits behind the point of weights that are computed: as many as people may want to type. */
const DIGITS = 4;

type Summand = Pick<ModelView, 'id' | 'weight' | 'relativeNorm'>;

/**
 * The weights of a preset for the experts of the sum; null where it has none for them.
 *
 * @param experts - those of the sum, in their order
 */
export function mixWeights(experts: readonly Summand[], mix: Mix): Weights | null {
  const all = (weightOf: (id: string) => number): Weights =>
    Object.fromEntries(experts.map(({ id }) => [id, weightOf(id)]));
  switch (mix.preset) {
    case 'all':
      return all(() => 1);
    case 'alone':
      return all((id) => (id === mix.expert ? 1 : 0));
    case 'forget':
      return all((id) => (id === mix.expert ? -1 : 0));
    case 'analogy':
      return all((id) => Number(id === mix.c) + Number(id === mix.b) - Number(id === mix.a));
    case 'norms':
      return equalNorms(experts);
  }
}

/** Weights that make every task vector as long as all are on average; null while a length is not known, or is 0. */
function equalNorms(experts: readonly Summand[]): Weights | null {
  const norms = experts.map(({ relativeNorm }) => relativeNorm ?? 0);
  if (norms.length === 0 || norms.some((norm) => !(norm > 0))) return null;
  const mean = norms.reduce((sum, norm) => sum + norm, 0) / norms.length;
  return Object.fromEntries(
    experts.map(({ id }, i) => [id, Number((mean / (norms[i] as number)).toFixed(DIGITS))]),
  );
}

/** Which preset the experts' weights are; null where none. Of an analogy the first of the two that are added is `c`. */
export function mixOf(experts: readonly Summand[]): Mix | null {
  const at = (wanted: number) =>
    experts.filter(({ weight }) => weight === wanted).map(({ id }) => id);
  const [ones, lost] = [at(1), at(-1)];
  const only = ones.length + lost.length + at(0).length === experts.length;
  const [first, second, third] = ones;
  const [taken, ...more] = lost;
  if (experts.length > 0 && ones.length === experts.length) return { preset: 'all' };
  if (only && first !== undefined && second === undefined && taken === undefined) {
    return { preset: 'alone', expert: first };
  }
  if (only && taken !== undefined && more.length === 0) {
    if (first === undefined) return { preset: 'forget', expert: taken };
    if (second !== undefined && third === undefined) {
      return { preset: 'analogy', c: first, b: second, a: taken };
    }
  }
  const equal = equalNorms(experts);
  return equal && experts.every(({ id, weight }) => equal[id] === weight)
    ? { preset: 'norms' }
    : null;
}

/** The parts of a preset where nobody has chosen them: the first experts in their order. */
export function defaultMix(experts: readonly Summand[], preset: WeightPreset): Mix | null {
  const [first, second, third] = experts.map(({ id }) => id);
  switch (preset) {
    case 'all':
    case 'norms':
      return { preset };
    case 'alone':
    case 'forget':
      return first === undefined ? null : { preset, expert: first };
    case 'analogy':
      return first === undefined || second === undefined || third === undefined
        ? null
        : { preset, c: third, b: second, a: first };
  }
}

/** An expert takes a part of an analogy; who had it takes the part that becomes free. */
export function withRole(
  mix: Extract<Mix, { preset: 'analogy' }>,
  role: 'a' | 'b' | 'c',
  expert: string,
): Mix {
  const former = mix[role];
  const roles = { c: mix.c, b: mix.b, a: mix.a };
  for (const other of ['c', 'b', 'a'] as const) {
    if (roles[other] === expert) roles[other] = former;
  }
  return { preset: 'analogy', ...roles, [role]: expert };
}

/** The models with this one alone in the sum or, where it is that already, with all of these again. */
export function soloed(
  models: MergeSettings['models'],
  experts: readonly Pick<ModelView, 'id'>[],
  id: string,
): MergeSettings['models'] {
  const ids = new Set(experts.map((expert) => expert.id));
  const alone = models.every((model) => !ids.has(model.id) || model.included === (model.id === id));
  return models.map((model) =>
    ids.has(model.id) ? { ...model, included: alone || model.id === id } : model,
  );
}
