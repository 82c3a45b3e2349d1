import { TorchTensor } from './tensor';

export interface FoundTensors {
  readonly tensors: ReadonlyMap<string, TorchTensor>;
  /** Texts, numbers and truth values that stand beside them ("epoch", "lr"), as text. */
  readonly metadata: ReadonlyMap<string, string>;
}

/** Keys under which training scripts keep the weights, the most telling first. */
const WRAPPERS = [
  'state_dict',
  'model_state_dict',
  'model',
  'module',
  'net',
  'network',
  'weights',
  'params',
];
/** Wrappers inside wrappers; real files have two. */
const MAX_WRAPPERS = 4;
/** How deep tensors are looked for where no wrapper is known; pickles can nest for ever. */
const MAX_DEPTH = 16;

/**
 * Finds the weights in what was saved: the dict itself, one under a usual key ("state_dict"), or else every tensor in
 * it by its path, joined with dots.
 */
export function findTensors(saved: unknown): FoundTensors {
  const metadata = new Map<string, string>();
  let value = saved;
  for (let level = 0; level < MAX_WRAPPERS && value instanceof Map; level++) {
    const dict: ReadonlyMap<unknown, unknown> = value;
    for (const [key, item] of dict) {
      if (typeof key === 'string' && isScalar(item)) metadata.set(key, String(item));
    }
    const wrapper = WRAPPERS.find((name) => dict.get(name) instanceof Map);
    if (wrapper === undefined) break;
    value = dict.get(wrapper);
  }
  if (value instanceof Map) {
    const tensors = directTensors(value);
    if (tensors.size > 0) return { tensors, metadata };
  }
  return { tensors: nestedTensors(saved), metadata };
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function directTensors(dict: ReadonlyMap<unknown, unknown>): Map<string, TorchTensor> {
  const tensors = new Map<string, TorchTensor>();
  for (const [key, item] of dict) {
    if (item instanceof TorchTensor) tensors.set(String(key), item);
  }
  return tensors;
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
