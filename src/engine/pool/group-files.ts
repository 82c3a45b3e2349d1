/** Sorts dropped files into models: a folder with weights is a model, a lone weights file is one too. */
import { byCodePoint } from '../../code-points';
import type { DroppedFile } from '../api';

export interface ModelGroup {
  /** The folder's name, or the lone file's without its ending. */
  readonly name: string;
  /** Weights and companions, by their names inside the folder. */
  readonly files: readonly { readonly name: string; readonly file: File }[];
}

export interface GroupedFiles {
  readonly models: readonly ModelGroup[];
  /** Files that belong to no model, by path. */
  readonly unused: readonly string[];
}

/** In Hugging Face folders the same weights often stand in several formats: the first of these is taken. */
const STANDARD_WEIGHTS = [
  'model.safetensors',
  'model.safetensors.index.json',
  'pytorch_model.bin',
  'pytorch_model.bin.index.json',
  'open_clip_model.safetensors',
  'open_clip_pytorch_model.bin',
  'adapter_model.safetensors',
  'adapter_model.bin',
];

/** A LoRA adapter and its settings, which may stand beside the model that they change. */
const ADAPTER = ['adapter_model.safetensors', 'adapter_model.bin', 'adapter_config.json'];

/** What training leaves beside the weights, and weights for other programs: no model of its own. */
const BYSTANDERS =
  /^(training_args\.bin|optimizer\..*|scheduler\.pt|scaler\.pt|rng_state.*\.pth|tf_model\.h5|flax_model\.msgpack|.*\.onnx)$/;

/** What a Hugging Face folder says about its model besides the weights. */
const COMPANIONS = [
  'config.json',
  'open_clip_config.json',
  'adapter_config.json',
  'preprocessor_config.json',
  'processor_config.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'vocab.json',
  'merges.txt',
];

const WEIGHTS_ENDING = /\.(safetensors|bin|pt|pth|ckpt|onnx|gguf|msgpack|h5)$/i;
const SHARD_NAME = /-\d{5}-of-\d{5}\.(safetensors|bin)$/;

/** Groups files by folder. `a/b/model.safetensors` belongs to the model `b`. */
export function groupModelFiles(files: readonly DroppedFile[]): GroupedFiles {
  const folders = new Map<string, { name: string; file: File }[]>();
  for (const { path, file } of files) {
    const slash = path.lastIndexOf('/');
    const folder = path.slice(0, Math.max(0, slash));
    const entries = folders.get(folder) ?? [];
    entries.push({ name: path.slice(slash + 1), file });
    folders.set(folder, entries);
  }
  const models: ModelGroup[] = [];
  const unused: string[] = [];
  for (const [folder, entries] of [...folders].sort(([a], [b]) => byCodePoint(a, b))) {
    const grouped = groupFolder(folder, entries);
    models.push(...grouped.models);
    const used = new Set(grouped.models.flatMap((model) => model.files.map(({ file }) => file)));
    for (const { name, file } of entries) {
      if (!used.has(file)) unused.push(folder === '' ? name : `${folder}/${name}`);
    }
  }
  return { models, unused };
}

function groupFolder(
  folder: string,
  entries: readonly { name: string; file: File }[],
): { models: ModelGroup[] } {
  const besideAdapter = entries.filter(({ name }) => !ADAPTER.includes(name));
  if (besideAdapter.length < entries.length && besideAdapter.some(isWeights)) {
    const adapter = entries.filter(({ name }) => ADAPTER.includes(name));
    const { models } = groupFolder('', adapter);
    return { models: [...groupFolder(folder, besideAdapter).models, ...models] };
  }
  const byName = new Map(entries.map((entry) => [entry.name, entry]));
  const companions = COMPANIONS.flatMap((name) => byName.get(name) ?? []);
  const shards = entries.filter(({ name }) => SHARD_NAME.test(name));
  const standard = STANDARD_WEIGHTS.find((name) => byName.has(name));
  const folderName = folder.slice(folder.lastIndexOf('/') + 1);
  const own = entries.filter((entry) => isWeights(entry) && !SHARD_NAME.test(entry.name));
  if (standard) {
    const weights = byName.get(standard);
    const parts = standard.endsWith('.index.json') ? shards : [];
    const name = folderName === '' ? withoutEnding(standard) : folderName;
    const model = weights && { name, files: [weights, ...parts, ...companions] };
    // In a folder other weights are other forms of the same; loose files were each chosen.
    const chosen = folder === '' ? own.filter(({ name }) => !STANDARD_WEIGHTS.includes(name)) : [];
    const others = chosen.map((file) => ({ name: withoutEnding(file.name), files: [file] }));
    return { models: model ? [model, ...others] : [] };
  }
  // Where nothing else is there, the reader says what they are.
  const lone =
    own.length + shards.length > 0 ? own : entries.filter(({ name }) => BYSTANDERS.test(name));
  if (lone.length === 1 && shards.length === 0) {
    const [weights] = lone;
    if (!weights) return { models: [] };
    const name =
      companions.length > 0 && folderName !== '' ? folderName : withoutEnding(weights.name);
    return { models: [{ name, files: [weights, ...companions] }] };
  }
  const models: ModelGroup[] = lone.map((weights) => ({
    name: withoutEnding(weights.name),
    files: [weights, ...companions],
  }));
  // Shards without their index: kept together, so that the reader can say that the index is missing.
  if (shards.length > 0)
    models.push({ name: folderName || 'shards', files: [...shards, ...companions] });
  return { models };
}

function isWeights({ name }: { name: string }): boolean {
  return WEIGHTS_ENDING.test(name) && !BYSTANDERS.test(name);
}

function withoutEnding(name: string): string {
  return name.replace(/\.[^.]+$/, '').replace(/\.index$/, '');
}
