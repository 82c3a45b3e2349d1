/**
 * What a score, merged weights or a combination were computed from, as records: which files, opened against which base,
 * with which weights, method, options and factor; of which pictures, classes and prompts. Equal records mean equal
 * numbers, wherever the state has moved meanwhile.
 */
import type { LayerFactors } from '../../method/layers/factors';
import type { MethodOptions } from '../../method/options';

/** An item's files by its library id (they never change), or a part of what they hold. */
export type FilesKey = string | { readonly item: string; readonly part: string };

/** Files, and the base that they were opened against. */
export interface SourceKey {
  readonly files: FilesKey;
  readonly openedAgainst: FilesKey | null;
}

/** @param part - undefined where it is what the files give unasked */
export function filesKey(item: string, part: string | undefined): FilesKey {
  return part === undefined ? item : { item, part };
}

/** The library id in it. */
export function itemOf(files: FilesKey): string {
  return typeof files === 'string' ? files : files.item;
}

/** The part in it; undefined where it is what the files give unasked. */
export function partOf(files: FilesKey): string | undefined {
  return typeof files === 'string' ? undefined : files.part;
}

/** Pictures that a method looks at before it merges. */
export interface LookedAtKey {
  /** Of each expert in turn: the image set, and which share of it is set apart to choose by, where it is split. */
  readonly tasks: readonly { readonly pictures: string; readonly share: number | null }[];
  /** Gives the preprocessing where the base has none. */
  readonly prepared?: SourceKey;
}

export interface CombinationKey {
  readonly base: SourceKey;
  /** In the order of the sum. */
  readonly experts: readonly { readonly source: SourceKey; readonly weight: number }[];
  readonly method: string;
  /** Completed: all that the method is told. */
  readonly options: MethodOptions;
  /** Absent for methods that look at nothing but the models. */
  readonly looksAt?: LookedAtKey;
}

/** Which weights a score belongs to. The base gives geometry and preprocessing to an expert as well. */
export type WeightsKey =
  | { readonly kind: 'pretrained'; readonly base: SourceKey }
  | {
      readonly kind: 'merged';
      readonly combination: CombinationKey;
      readonly scalingFactor: number;
      /** As the base's tensors have them; absent where all are 1, so that such a key is what it was before there were any. */
      readonly layers?: LayerFactors;
    }
  | { readonly kind: 'expert'; readonly base: SourceKey; readonly expert: SourceKey }
  /** The mean of the logits of these, in their order. */
  | { readonly kind: 'ensemble'; readonly base: SourceKey; readonly experts: readonly SourceKey[] };

export interface TaskKey {
  /** The image set's library id. */
  readonly pictures: string;
  readonly classnames: readonly string[];
  readonly templates: readonly string[];
  /** Gives text tower, tokenizer, projection and, where the base has none, the preprocessing. */
  readonly donor: SourceKey;
}

/** What computes; the numbers of two differ in the last digits. */
export type EngineKind = 'cpu' | 'webgpu';

export interface ScoreKey {
  readonly engine: EngineKind;
  readonly weights: WeightsKey;
  readonly task: TaskKey;
}

/** The items of the library that a score was computed from. */
export function itemsOf({ weights, task }: ScoreKey): string[] {
  return [...new Set([task.pictures, itemOf(task.donor.files), ...itemsOfWeights(weights)])];
}

/** The items of the library that it was combined from. */
export function itemsOfCombination({ base, experts, looksAt }: CombinationKey): string[] {
  const sources = [base, ...experts.map(({ source }) => source)];
  if (looksAt?.prepared) sources.push(looksAt.prepared);
  const pictures = looksAt?.tasks.map((task) => task.pictures) ?? [];
  return [...new Set([...sources.map(({ files }) => itemOf(files)), ...pictures])];
}

function itemsOfWeights(weights: WeightsKey): string[] {
  const items = (...sources: readonly SourceKey[]) => sources.map(({ files }) => itemOf(files));
  switch (weights.kind) {
    case 'pretrained':
      return items(weights.base);
    case 'merged':
      return itemsOfCombination(weights.combination);
    case 'expert':
      return items(weights.base, weights.expert);
    case 'ensemble':
      return items(weights.base, ...weights.experts);
  }
}

/** Records that are made once and asked for often: the classes of a task, the experts of a pool. */
const texts = new WeakMap<object, string>();

/** A record as text, the same for equal records: to be compared and looked up, never read. */
export function keyText(record: object): string {
  let text = texts.get(record);
  if (text === undefined) {
    text = canonical(record);
    texts.set(record, text);
  }
  return text;
}

export function weightsText(weights: WeightsKey): string {
  if (weights.kind !== 'merged') return keyText(weights);
  return `merged ${weights.scalingFactor} ${curveText(weights.combination, weights.layers)}`;
}

/** What all points of a curve have in common: everything but the scaling factor. */
export function curveText(combination: CombinationKey, layers: LayerFactors | undefined): string {
  const text = keyText(combination);
  return layers ? `layers ${keyText(layers)} ${text}` : text;
}

export function scoreText({ engine, weights, task }: ScoreKey): string {
  return `${engine} ${weightsText(weights)} ${keyText(task)}`;
}

/** JSON with the fields of every object in one order. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, field]) => `${JSON.stringify(name)}:${canonical(field)}`);
  return `{${fields.join(',')}}`;
}
