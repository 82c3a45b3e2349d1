/** The globals that a torch pickle may name: a part of `torch._weights_only_unpickler`'s list, made of data alone. */
import { PickleError } from './byte-cursor';
import { EncodedBytes, NumpyArray, NumpyDtype, numpyScalar } from './numpy-values';
import type { AllowedGlobal } from './pickle-machine';
import { StorageView, TorchDtype, TorchTensor } from './tensor';
import { TORCH_TYPES } from './torch-dtypes';

/** Storages of the newest files: bytes, whose tensors name their type themselves. */
const BYTES = new TorchDtype('uint8', 'U8', 1);

/** Values that stand in a checkpoint beside the weights and are only passed over. */
const IGNORED = Object.freeze({});
/** Stands for the class of arrays: no subclass is made. */
const NDARRAY = Object.freeze({ class: 'numpy.ndarray' });

const MENTIONED = [
  'torch.Tensor',
  'torch.nn.parameter.Parameter',
  'torch.strided',
  'torch.contiguous_format',
  'torch.preserve_format',
  'torch.channels_last',
];
const CALLED_IN_VAIN = [
  'torch.device',
  'torch.serialization._get_layout',
  'builtins.set',
  'builtins.bytearray',
  'builtins.complex',
];

function makeGlobals(): ReadonlyMap<string, AllowedGlobal> {
  const globals = new Map<string, AllowedGlobal>();
  for (const { type, storage } of TORCH_TYPES) {
    globals.set(`torch.${type.name}`, { value: type });
    if (storage) globals.set(`torch.${storage}`, { value: type });
  }
  globals.set('torch.storage.UntypedStorage', { value: BYTES });
  for (const name of MENTIONED) globals.set(name, { value: IGNORED });

  globals.set('torch._utils._rebuild_tensor', {
    call: ([view, offset, shape, strides]) =>
      TorchTensor.create(view, typeOf(view), offset, shape, strides),
  });
  globals.set('torch._utils._rebuild_tensor_v2', {
    call: ([view, offset, shape, strides, , , metadata]) => {
      refuseMetadata(metadata);
      return TorchTensor.create(view, typeOf(view), offset, shape, strides);
    },
  });
  globals.set('torch._utils._rebuild_tensor_v3', {
    call: ([view, offset, shape, strides, , , type, metadata]) => {
      refuseMetadata(metadata);
      return TorchTensor.create(view, type, offset, shape, strides);
    },
  });
  globals.set('torch._utils._rebuild_parameter', { call: ([tensor]) => tensor });
  globals.set('torch._utils._rebuild_parameter_with_state', { call: ([tensor]) => tensor });
  globals.set('torch._tensor._rebuild_from_type_v2', { call: rebuildFromType });

  globals.set('collections.OrderedDict', { call: ([items]) => toMap(items) });
  globals.set('collections.Counter', { call: ([items]) => toMap(items) });
  globals.set('torch.Size', { call: ([sizes]) => sizes });
  for (const module of ['numpy.core.multiarray', 'numpy._core.multiarray']) {
    globals.set(`${module}.scalar`, { call: ([dtype, data]) => numpyScalar(dtype, data) });
    globals.set(`${module}._reconstruct`, { call: reconstructArray });
  }
  // What an empty array holds; of anything else it would make bytes, and nobody needs them.
  globals.set('builtins.bytes', {
    call: (args) => (args.length === 0 ? new Uint8Array(0) : IGNORED),
  });
  // Mentioned for `_reconstruct`, never called.
  globals.set('numpy.ndarray', { value: NDARRAY });
  globals.set('numpy.dtype', {
    call: ([name]) => new NumpyDtype(typeof name === 'string' ? name : ''),
  });
  globals.set('_codecs.encode', {
    call: ([text, encoding]) =>
      typeof text === 'string' && encoding === 'latin1' ? new EncodedBytes(text) : IGNORED,
  });
  for (const name of CALLED_IN_VAIN) globals.set(name, { call: () => IGNORED });
  return globals;
}

export const ALLOWED_GLOBALS = makeGlobals();

/** `_reconstruct(class, shape, kind)`: an empty array, which its state fills. */
function reconstructArray([subtype]: readonly unknown[]): NumpyArray {
  if (subtype === NDARRAY) return new NumpyArray();
  throw new PickleError('it describes a NumPy array of a class of its own (_reconstruct).');
}

/** `_rebuild_from_type_v2(function, type, arguments, state)`: how buffers and tensors with attributes are saved. */
function rebuildFromType([name, , args]: readonly unknown[]): unknown {
  const call = typeof name === 'string' ? ALLOWED_GLOBALS.get(name)?.call : undefined;
  const isRebuild = typeof name === 'string' && name.startsWith('torch._utils._rebuild_');
  if (!call || !isRebuild || !Array.isArray(args)) {
    throw new PickleError(
      'it describes a tensor of a class of its own (torch._tensor._rebuild_from_type_v2).',
    );
  }
  return call(args);
}

function typeOf(view: unknown): unknown {
  return view instanceof StorageView ? view.type : undefined;
}

/** Bits that say "conjugated" or "negated": the bytes in the file are not the tensor's values. */
function refuseMetadata(metadata: unknown): void {
  if (metadata instanceof Map && metadata.size > 0) {
    throw new PickleError(
      `it holds a lazily computed tensor (${[...metadata.keys()].join(', ')}). Call resolve_conj() and resolve_neg() before saving.`,
    );
  }
}

/** A pickle can name one list a million times: it is turned into a dict once. */
const dictsOfLists = new WeakMap<readonly unknown[], Map<unknown, unknown>>();

/** `OrderedDict()` or, in files of Python 2, `OrderedDict([[key, value], ...])`. */
function toMap(items: unknown): Map<unknown, unknown> {
  if (items instanceof Map) return items;
  if (!Array.isArray(items)) return new Map();
  const known = dictsOfLists.get(items);
  if (known) return known;
  const map = new Map(items.filter(Array.isArray).map(([key, value]) => [key, value]));
  dictsOfLists.set(items, map);
  return map;
}

/** Why a global is refused and what to do, by its name. */
export function explainGlobal(name: string): string {
  if (/^torch\._utils\._rebuild_/.test(name)) {
    return `it holds a tensor of a kind that is not read (${name}: sparse, quantized or without data). Save a plain dense state dict.`;
  }
  const saveStateDict =
    'Load it once in Python, where its code is, and save the weights alone: torch.save(model.state_dict(), "pytorch_model.bin").';
  return /(?:^|\.)(?:nn\.modules|model|models|modeling|open_clip|transformers|CLIP)\b/i.test(name)
    ? `it is a whole pickled model: it asks for the Python class ${name}, which does not come with the file. ${saveStateDict}`
    : `its pickle asks for ${name}, which is not data and is never run here. ${saveStateDict}`;
}
