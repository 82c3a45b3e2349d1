/**
 * What a TorchScript archive (`torch.jit.save`) asks for, and its weights. The code that lies in it is never read.
 */
import { PickleError } from './byte-cursor';
import type { AllowedGlobal } from './pickle-machine';
import { ScriptObject } from './script-object';
import { TorchTensor } from './tensor';

/** Classes of the archive's own code. */
const SCRIPT_CLASS = /^__torch__\./;
/** What TorchScript calls to make typed lists of plain ones. */
const LISTS = ['build_intlist', 'build_doublelist', 'build_boollist', 'build_tensorlist'];
/** Modules inside modules; real ones have about ten. */
const MAX_DEPTH = 64;
/** A hostile archive can name one module on more ways than there is time for. */
const MAX_VISITS = 100_000;

/** The globals of a TorchScript archive: those of every file, its typed lists, and classes of its own, which hold attributes. */
export function scriptGlobals(
  globals: ReadonlyMap<string, AllowedGlobal>,
): Pick<ReadonlyMap<string, AllowedGlobal>, 'get'> {
  const lists = new Map<string, AllowedGlobal>(
    LISTS.map((name) => [`torch.jit._pickle.${name}`, { call: ([items]) => items }]),
  );
  lists.set('torch.jit._pickle.restore_type_tag', { call: ([value]) => value });
  const scriptClass: AllowedGlobal = { call: () => new ScriptObject() };
  return {
    get: (name) =>
      globals.get(name) ?? lists.get(name) ?? (SCRIPT_CLASS.test(name) ? scriptClass : undefined),
  };
}

/** Parameters and buffers by their paths, in the order of `state_dict()`: a module's own before those of its modules. */
export function scriptTensors(root: ScriptObject): Map<string, TorchTensor> {
  const tensors = new Map<string, TorchTensor>();
  const entered = new Set<ScriptObject>();
  let visits = 0;
  const visit = (object: ScriptObject, path: string, depth: number): void => {
    if (++visits > MAX_VISITS) throw new PickleError('its modules name each other without end.');
    // A module that two others share stands in the state dict under both names; one that contains itself would never end.
    if (depth > MAX_DEPTH || entered.has(object)) return;
    entered.add(object);
    for (const [name, value] of object.attributes) {
      if (value instanceof TorchTensor) tensors.set(`${path}${name}`, value);
    }
    for (const [name, value] of object.attributes) {
      if (value instanceof ScriptObject) visit(value, `${path}${name}.`, depth + 1);
    }
    entered.delete(object);
  };
  visit(root, '', 0);
  return tensors;
}
