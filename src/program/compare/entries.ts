/** What a comparison has rows for: every method that fits the pool, and what they are to be held against. Pure. */
import { refuseExperts } from '../../method/define';
import {
  defaultOptions,
  findScalingFactor,
  isPerExpert,
  type MethodOptions,
} from '../../method/options';
import { ALL_METHODS, METHODS_ON_PICTURES } from '../../method/registry';
import { simpleAverage } from '../../method/simple-average';
import { taskArithmetic } from '../../method/task-arithmetic';
import type { Method } from '../../method/types';

export interface MethodEntry {
  readonly kind: 'method';
  readonly method: Method;
  /** What was told of its options; defaults hold for the others. */
  readonly told: MethodOptions;
  /** All of its options but the scaling factor. */
  readonly options: MethodOptions;
}

/** Models that no method merges. */
export interface ReferenceEntry {
  /** `experts`: each task scored by its own; `ensemble`: the mean of the logits of all. */
  readonly kind: 'pretrained' | 'experts' | 'ensemble';
}

export type Entry = MethodEntry | ReferenceEntry;

export interface EntriesOf {
  /** Experts that are merged. */
  readonly experts: number;
  /** Class names; null for every method. Task arithmetic and simple average are always there: the others are held against them. */
  readonly names: readonly string[] | null;
  /** The method in use keeps what it was told; the others have their defaults. */
  readonly inUse: { readonly name: string; readonly told: MethodOptions } | null;
  /** Whether a method takes the pool; by the number of experts unless told. */
  fits?(method: Method): boolean;
  /** For methods that draw by chance and are told none; each has its own without. */
  readonly seed?: number | null;
  /** Has every task an expert of its own? */
  readonly everyTaskHasExpert: boolean;
  /** Names of experts that have no task of their own: what looks at its pictures has no row. */
  readonly withoutTask: readonly string[];
}

/**
 * In the order in which they are scored: task arithmetic, which the others are tested against, what is scored soonest, the
 * other methods in the order of the registry, and last the ensemble, which takes as long as all experts together.
 */
export function comparisonEntries(of: EntriesOf): Entry[] {
  const fits = of.fits ?? ((method) => refuseExperts(method, of.experts) === null);
  const wanted = ALL_METHODS.filter(
    (method) => fits(method) && hasPictures(method, of) && isWanted(method, of),
  );
  const entries = wanted.map((method) => methodEntry(method, of));
  const [first, ...others] = entries.toSorted(
    (a, b) => Number(b.method === taskArithmetic) - Number(a.method === taskArithmetic),
  );
  const hasExperts = of.experts > 0;
  return [
    ...(first ? [first] : []),
    { kind: 'pretrained' },
    ...(of.everyTaskHasExpert ? [{ kind: 'experts' as const }] : []),
    ...others,
    ...(hasExperts ? [{ kind: 'ensemble' as const }] : []),
  ];
}

/** Why methods that are wanted and look at pictures have no row: a sentence each. */
export function leftOut(of: EntriesOf): string[] {
  const { withoutTask } = of;
  const have = withoutTask.length === 1 ? 'has' : 'have';
  return METHODS_ON_PICTURES.filter(
    (method) => isWanted(method, of) && !hasPictures(method, of),
  ).map(
    ({ title }) =>
      `${title} is left out: it looks at pictures of each expert’s own task, and ${withoutTask.join(', ')} ${have} none.`,
  );
}

function hasPictures({ needsPictures }: Method, { withoutTask }: EntriesOf): boolean {
  return !needsPictures || withoutTask.length === 0;
}

/** What every other model is tested against. */
export const BASELINE = taskArithmetic;

function isReference(method: Method): boolean {
  return method === BASELINE || method === simpleAverage;
}

function isWanted(method: Method, { names, inUse }: EntriesOf): boolean {
  if (isReference(method)) return true;
  if (names !== null) return names.includes(method.name);
  // Coefficients of every tensor that nobody gave are one for each expert, and that model is there already.
  const isGiven = method.options.some(({ kind }) => kind === 'number table');
  return !isGiven || inUse?.name === method.name;
}

function methodEntry(method: Method, { experts, inUse, seed = null }: EntriesOf): MethodEntry {
  const factor = findScalingFactor(method.options);
  const described = method.options.filter((option) => option !== factor);
  const given = inUse?.name === method.name ? inUse.told : (method.compared ?? {});
  const told = Object.fromEntries(
    Object.entries(given).filter(([name, value]) => {
      // A list for another number of experts is of no use.
      const option = described.find((each) => each.name === name);
      const isOther = Array.isArray(value) && value.length !== experts;
      return option && !(isPerExpert(option) && isOther);
    }),
  );
  const drawn: MethodOptions =
    seed !== null && described.some(({ name }) => name === 'seed') ? { seed } : {};
  return {
    kind: 'method',
    method,
    told,
    options: { ...defaultOptions(described, experts), ...drawn, ...told },
  };
}

/** The factor that a search begins with: the method's own. */
export function defaultFactor({ options }: Method): number {
  return findScalingFactor(options)?.default ?? 1;
}

const TITLES: Readonly<Record<ReferenceEntry['kind'], string>> = {
  pretrained: 'Pretrained',
  experts: 'Each task’s own expert',
  ensemble: 'Ensemble of the experts’ logits',
};

export function entryTitle(entry: Entry): string {
  return entry.kind === 'method' ? entry.method.title : TITLES[entry.kind];
}

/** For files: FusionBench's class name, or the kind of the reference. */
export function entryName(entry: Entry): string {
  return entry.kind === 'method' ? entry.method.name : entry.kind;
}
