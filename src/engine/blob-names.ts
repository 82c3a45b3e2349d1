/**
 * Which file of a model's folder is which, told from the bytes: for browsers that leave out the links by which the Hugging Face
 * cache names them. What is taken for something else is refused by its reader, as a wrong name on a disk would be.
 */
import { identifyFile } from '../checkpoint/identify-file';
import { isTooDeep } from '../checkpoint/json-depth';

/** The largest that is told by its keys is a tokenizer, of a few megabytes. */
const MAX_TEXT_BYTES = 32 * 2 ** 20;

/** Objects by keys that only they have; the first that fits. */
const BY_KEYS: readonly (readonly [name: string, keys: readonly string[]])[] = [
  ['model.safetensors.index.json', ['weight_map']],
  ['adapter_config.json', ['peft_type']],
  ['open_clip_config.json', ['model_cfg']],
  ['tokenizer.json', ['model', 'added_tokens']],
  ['preprocessor_config.json', ['image_mean']],
  ['processor_config.json', ['image_processor']],
  ['tokenizer_config.json', ['model_max_length']],
  ['tokenizer_config.json', ['tokenizer_class']],
  ['config.json', ['model_type']],
  ['config.json', ['architectures']],
  ['special_tokens_map.json', ['eos_token']],
];

const MERGES = '#version';

const MODEL_WEIGHTS = ['model.safetensors', 'pytorch_model.bin'];

/** What the same formats are called beside an adapter's configuration. */
const ADAPTER_NAMES = new Map([
  ['model.safetensors', 'adapter_model.safetensors'],
  ['pytorch_model.bin', 'adapter_model.bin'],
]);

/**
 * The files by name, those that are none of a model's left out.
 * @returns null where that is not clear: no weights, several of them, or two files of one kind
 */
export async function blobNames(files: readonly File[]): Promise<ReadonlyMap<string, File> | null> {
  const named = new Map<string, File>();
  for (const file of files) {
    const name = await nameOf(file);
    if (name === undefined) continue;
    if (named.has(name)) return null;
    named.set(name, file);
  }
  const weights = MODEL_WEIGHTS.filter((name) => named.has(name));
  if (weights.length === 0 || named.has('model.safetensors.index.json')) return null;
  if (!named.has('adapter_config.json')) return named;
  return new Map([...named].map(([name, file]) => [ADAPTER_NAMES.get(name) ?? name, file]));
}

async function nameOf(file: File): Promise<string | undefined> {
  const { kind } = await identifyFile({ name: file.name, blob: file });
  if (kind === 'safetensors') return 'model.safetensors';
  if (kind === 'torch-zip' || kind === 'torch-legacy') return 'pytorch_model.bin';
  if (file.size > MAX_TEXT_BYTES) return undefined;
  const text = await file.text();
  if (text.startsWith(MERGES)) return 'merges.txt';
  const keys = keysOf(text);
  if (!keys) return undefined;
  const found = BY_KEYS.find(([, wanted]) => wanted.every((key) => keys.has(key)));
  if (found) return found[0];
  return keys.has('<|endoftext|>') ? 'vocab.json' : undefined;
}

/** Of a text that is a JSON object. */
function keysOf(text: string): ReadonlySet<string> | undefined {
  if (!/^\s*\{/.test(text) || isTooDeep(text)) return undefined;
  try {
    const json: unknown = JSON.parse(text);
    return typeof json === 'object' && json !== null ? new Set(Object.keys(json)) : undefined;
  } catch {
    return undefined;
  }
}
