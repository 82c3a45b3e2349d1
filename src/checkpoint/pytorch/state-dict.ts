/**
 * Which of the things that were saved are the weights: the dict itself, one under a key of it, or the parameters of a TorchScript
 * module. Where averaged weights lie beside the plain ones, which were taken is said.
 */
import { PickleError } from './byte-cursor';
import { NumpyArray } from './numpy-values';
import { scriptTensors } from './script-archive';
import { ScriptObject } from './script-object';
import { TorchTensor } from './tensor';

export interface FoundTensors {
  readonly tensors: ReadonlyMap<string, TorchTensor>;
  /** Texts, numbers and truth values that stand beside them ("epoch", "lr"), as text. */
  readonly metadata: ReadonlyMap<string, string>;
  /** The keys under which they lie, joined with dots; empty at the top. */
  readonly key: string;
  /** Other keys under which tensors of the same names lie. */
  readonly others: readonly string[];
  /** They are what is taken where no part is asked for. */
  readonly isUsual: boolean;
}

/** Keys under which training scripts keep the weights, the most telling first. */
const USUAL_KEYS = [
  'state_dict',
  'model_state_dict',
  'model',
  'module',
  'net',
  'network',
  'weights',
  'params',
];
/** Keys of what training keeps beside the weights: optimisers hold tensors, too. */
const OTHER_STATE = /optim|sched|scaler|criterion|^state$|^param_groups$|rng|ema_updates|^loss/i;
/** Dicts inside dicts that weights lie under; real files have two. */
const MAX_KEYS = 4;
/** Dicts that are looked through; pickles can nest for ever, and name one dict a million times. */
const MAX_DICTS = 10_000;
/** How deep tensors are looked for where no dict is clearly the weights. */
const MAX_DEPTH = 16;
const MAX_SHOWN = 10;

interface Candidate {
  readonly key: string;
  readonly tensors: ReadonlyMap<string, TorchTensor>;
}

/**
 * Finds the weights in what was saved: under `part` where it is given, else under a usual key, else the only dict of tensors that
 * is no optimiser's, else every tensor by its path, joined with dots.
 * @throws PickleError where nothing lies under `part`, or everything is NumPy's
 */
export function findTensors(saved: unknown, part?: string): FoundTensors {
  const metadata = new Map<string, string>();
  if (saved instanceof ScriptObject) {
    const all = scriptTensors(saved);
    const isUsual = part === undefined;
    return { metadata, others: [], isUsual, ...chosenPart({ key: '', tensors: all }, [], part) };
  }
  const candidates = stateDicts(saved, metadata);
  const [usual] = candidates
    .filter(({ key }) => usualRank(key) >= 0)
    .sort((a, b) => usualRank(a.key) - usualRank(b.key));
  // Several under keys of their own (a student and a teacher) keep their keys in their names: whoever reads them can tell.
  const [only] = candidates.length === 1 ? candidates : [];
  const plain = usual ?? only ?? { key: '', tensors: nestedTensors(saved) };
  const found = chosenPart(plain, candidates, part);
  if (found.tensors.size === 0) refuseArrays(saved);
  const names = namesOf(found);
  const others = candidates
    .filter((other) => other.key !== found.key && namesOf(other) === names)
    .map(({ key }) => key);
  const isUsual = found.tensors === plain.tensors;
  return { ...found, metadata, isUsual, others: found.tensors.size > 1 ? others : [] };
}

/** What lies under `part`: one of the dicts by its keys, or the tensors whose names begin with it. */
function chosenPart(
  plain: Candidate,
  candidates: readonly Candidate[],
  part: string | undefined,
): Candidate {
  if (part === undefined) return plain;
  const exact = candidates.find(({ key }) => key === part);
  if (exact) return exact;
  const named = [...plain.tensors].filter(([name]) => name.startsWith(`${part}.`));
  if (named.length > 0) {
    return {
      key: plain.key,
      tensors: new Map(named.map(([name, tensor]) => [name.slice(part.length + 1), tensor])),
    };
  }
  const keys = candidates.map(({ key }) => key || '(top)').slice(0, MAX_SHOWN);
  throw new PickleError(
    `it has no tensors under ${JSON.stringify(part)}. Tensors lie under ${keys.join(', ') || 'no key at all'}.`,
  );
}

/** Every dict that holds tensors by name and is no optimiser's, in the file's order; scalars beside them become metadata. */
function stateDicts(saved: unknown, metadata: Map<string, string>): Candidate[] {
  const found: Candidate[] = [];
  const entered = new Set<unknown>();
  const visit = (value: unknown, keys: readonly string[]): void => {
    if (!(value instanceof Map) || entered.has(value) || entered.size >= MAX_DICTS) return;
    entered.add(value);
    const dict: ReadonlyMap<unknown, unknown> = value;
    const tensors = new Map<string, TorchTensor>();
    for (const [key, item] of dict) {
      if (item instanceof TorchTensor) tensors.set(String(key), item);
      else if (typeof key === 'string' && keys.length < 2) note(metadata, key, item);
    }
    const isOwn = keys.length > 0 || !holdsLargerDict(dict, tensors.size);
    if (tensors.size > 0 && isOwn) found.push({ key: keys.join('.'), tensors });
    if (keys.length >= MAX_KEYS) return;
    for (const [key, item] of dict) {
      if (typeof key === 'string' && !OTHER_STATE.test(key)) visit(item, [...keys, key]);
    }
  };
  visit(saved, []);
  return found;
}

/** A dict with a larger one of tensors in it (`{state_dict: ..., step: tensor}`): what it holds itself is no state dict. */
function holdsLargerDict(dict: ReadonlyMap<unknown, unknown>, own: number): boolean {
  return [...dict].some(([key, item]) => {
    if (typeof key !== 'string' || OTHER_STATE.test(key) || !(item instanceof Map)) return false;
    return [...item.values()].filter((inner) => inner instanceof TorchTensor).length > own;
  });
}

function note(metadata: Map<string, string>, key: string, item: unknown): void {
  if (isScalar(item)) metadata.set(key, String(item));
  else if (item instanceof NumpyArray && item.values) {
    metadata.set(key, `[${item.values.map(String).join(', ')}]`);
  }
}

function isScalar(value: unknown): value is string | number | bigint | boolean {
  return ['string', 'number', 'bigint', 'boolean'].includes(typeof value);
}

/** The place of a key that is made of usual ones, -1 for any other. */
function usualRank(key: string): number {
  if (key === '') return -1;
  const ranks = key.split('.').map((name) => USUAL_KEYS.indexOf(name));
  return ranks.includes(-1) ? -1 : ranks.reduce((all, rank) => all * USUAL_KEYS.length + rank, 0);
}

function namesOf({ tensors }: Candidate): string {
  return [...tensors.keys()].sort().join('\n');
}

function refuseArrays(saved: unknown): void {
  const values = saved instanceof Map ? [...saved.values()] : [saved];
  const nested = values.flatMap((value) => (value instanceof Map ? [...value.values()] : [value]));
  if (!nested.some((value) => value instanceof NumpyArray)) return;
  throw new PickleError(
    'it holds NumPy arrays and no tensor. Load it in Python and save tensors: torch.save({name: torch.from_numpy(array) for name, array in arrays.items()}, "pytorch_model.bin").',
  );
}

function nestedTensors(saved: unknown): Map<string, TorchTensor> {
  const tensors = new Map<string, TorchTensor>();
  // A container can be reached on many ways, and can contain itself: it is entered once.
  const entered = new Set<unknown>();
  const visit = (value: unknown, path: readonly string[]): void => {
    if (value instanceof TorchTensor) tensors.set(path.join('.'), value);
    if (path.length >= MAX_DEPTH || entered.has(value)) return;
    if (value instanceof Map) {
      entered.add(value);
      for (const [key, item] of value) visit(item, [...path, String(key)]);
    } else if (Array.isArray(value)) {
      entered.add(value);
      value.forEach((item, i) => {
        visit(item, [...path, String(i)]);
      });
    }
  };
  visit(saved, []);
  return tensors;
}
