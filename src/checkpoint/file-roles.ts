/**
 * Which file of a model's folder is what, told by its name alone: the one table for all who sort files before anybody
 * reads them. What a file really is, its bytes say (see `identifyFile`).
 *
 * | role            | what it is                                             | examples                                        |
 * |-----------------|--------------------------------------------------------|-------------------------------------------------|
 * | weights         | a model of its own                                     | model.safetensors, pytorch_model.bin, mnist.pt  |
 * | index           | names the shards of one model                          | model.safetensors.index.json                    |
 * | shard           | a part of a model                                      | model-00001-of-00002.safetensors                |
 * | adapter weights | changes a model                                        | adapter_model.safetensors                       |
 * | adapter config  | says how an adapter is read                            | adapter_config.json                             |
 * | companion       | says how a model is read                               | config.json, tokenizer.json, merges.txt         |
 * | bystander       | left by training, or weights for other programs: taken | training_args.bin, optimizer.pt, tf_model.h5,   |
 * |                 | only where nothing else is there                       | flax_model.msgpack, model.onnx                  |
 * | litter          | left by systems and tools: nobody means to add it      | .DS_Store, .gitattributes, __MACOSX/            |
 * | other           | everything else                                        | README.md, tasks.json, pictures                 |
 */
export type FileRole =
  | 'weights'
  | 'index'
  | 'shard'
  | 'adapter weights'
  | 'adapter config'
  | 'companion'
  | 'bystander'
  | 'litter'
  | 'other';

/** Whatever is called something; a name may be a path with `/`. */
interface Named {
  readonly name: string;
}

/** The same weights often lie in several formats beside each other: the first of these is taken, as transformers does. */
const MODEL_WEIGHTS = [
  'model.safetensors',
  'model.safetensors.index.json',
  'pytorch_model.bin',
  'pytorch_model.bin.index.json',
  'open_clip_model.safetensors',
  'open_clip_pytorch_model.bin',
];

/** PEFT's, in its order. */
const ADAPTER_WEIGHTS = ['adapter_model.safetensors', 'adapter_model.bin'];
export const ADAPTER_CONFIG = 'adapter_config.json';

/** What a model is: transformers' and OpenCLIP's. */
const CONFIGURATIONS = ['config.json', 'open_clip_config.json'];

/** How pictures and prompts are prepared: the same for every model that is merged from this one. */
export const PROCESSOR_FILES: readonly string[] = [
  'preprocessor_config.json',
  'processor_config.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'added_tokens.json',
  'vocab.json',
  'merges.txt',
];

const INDEX_ENDING = /\.index\.json$/i;
const WEIGHTS_ENDING = /\.(?:safetensors|bin|pt|pth|ckpt)$/i;
/** Weights that are not read here, and what belongs to them. */
const FOREIGN_ENDING =
  /\.(?:onnx|onnx_data|pb|tflite|h5|keras|msgpack|gguf|ggml|npz|npy|mar|model|ckpt\.(?:index|meta)|data-\d+-of-\d+)$/i;
const SHARD = /^(.*)-\d+-of-\d+\.(safetensors|bin)$/i;

/** What transformers' Trainer, accelerate and OpenVINO call so, though it ends as weights do. */
const LEFT_BY_TRAINING =
  /^(?:training_args|optimizer|scheduler|scaler|sampler|rng_state|random_states)(?:[._].*)?\.(?:bin|pt|pth|pkl|safetensors)$|^openvino_.*\.bin$/i;

const LITTER = new Set([
  '__macosx',
  'thumbs.db',
  'ehthumbs.db',
  'desktop.ini',
  '@eadir',
  '$recycle.bin',
]);

/** The part of a path after its last `/`. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

export function roleOf(path: string): FileRole {
  if (isLitter(path)) return 'litter';
  const name = baseName(path);
  if (ADAPTER_WEIGHTS.includes(name)) return 'adapter weights';
  if (name === ADAPTER_CONFIG) return 'adapter config';
  if (CONFIGURATIONS.includes(name) || PROCESSOR_FILES.includes(name)) return 'companion';
  if (INDEX_ENDING.test(name)) return 'index';
  if (LEFT_BY_TRAINING.test(name) || FOREIGN_ENDING.test(name)) return 'bystander';
  if (SHARD.test(name)) return 'shard';
  return WEIGHTS_ENDING.test(name) ? 'weights' : 'other';
}

/** An archive of whatever there is: which models and pictures come in alike. */
export function isZip(path: string): boolean {
  return /\.zip$/i.test(path);
}

/** Is it what a model or an adapter is opened from, or a part of that? */
export function isWeights({ name }: Named): boolean {
  return ['weights', 'index', 'shard', 'adapter weights'].includes(roleOf(name));
}

/** Does it describe the weights beside it? */
export function isCompanion({ name }: Named): boolean {
  return ['companion', 'adapter config'].includes(roleOf(name));
}

/** Is it a companion that holds for what is merged from its model as well? Its configuration does not. */
export function isProcessorFile({ name }: Named): boolean {
  return PROCESSOR_FILES.includes(baseName(name));
}

/** Does it have a name by which programs find weights in a folder, so that the companions beside it are its own? */
export function isStandardWeights({ name }: Named): boolean {
  return [...MODEL_WEIGHTS, ...ADAPTER_WEIGHTS].includes(baseName(name));
}

/** A model's weights with standard names, the ones to take first; the others are the same in other formats. */
export function standardWeights<Item extends Named>(files: readonly Item[]): Item[] {
  return inOrder(MODEL_WEIGHTS, files);
}

/** An adapter's weights, the ones to take first. */
export function adapterWeights<Item extends Named>(files: readonly Item[]): Item[] {
  return inOrder(ADAPTER_WEIGHTS, files);
}

/** Takes an adapter and the model beside it apart; all files go with the one that is there alone. */
export function splitAdapter<Item extends Named>(
  files: readonly Item[],
): { model: readonly Item[]; adapter: readonly Item[] } {
  const weights = files.filter(isWeights).map(({ name }) => roleOf(name));
  if (!weights.includes('adapter weights')) return { model: files, adapter: [] };
  if (weights.every((role) => role === 'adapter weights')) return { model: [], adapter: files };
  const isAdapter = ({ name }: Named) => roleOf(name).startsWith('adapter ');
  return {
    model: files.filter((file) => !isAdapter(file)),
    adapter: files.filter(isAdapter),
  };
}

/** The files beside an index that can be its shards: those called as it is, else others of its format. */
export function shardsOf<Item extends Named>(index: string, files: readonly Item[]): Item[] {
  const format = indexFormat(index);
  const folder = folderOf(index);
  const beside = files.filter(
    ({ name }) =>
      folderOf(name) === folder && (format === undefined || endingOf(name) === ENDINGS[format]),
  );
  const shards = beside.filter(({ name }) => roleOf(name) === 'shard');
  const stem = withoutEnding(baseName(index));
  const own = shards.filter(({ name }) => SHARD.exec(baseName(name))?.[1] === stem);
  const others = beside.filter(
    (file) => roleOf(file.name) === 'weights' && !isStandardWeights(file),
  );
  return [own, shards].find(({ length }) => length > 0) ?? others;
}

/** In which format an index says by its name that its shards are. */
export function indexFormat(name: string): 'safetensors' | 'pytorch' | undefined {
  const ending = endingOf(name.replace(INDEX_ENDING, ''));
  if (ending === ENDINGS.safetensors) return 'safetensors';
  return ending === ENDINGS.pytorch ? 'pytorch' : undefined;
}

/** What a model is called whose weights are called so. */
export function withoutEnding(name: string): string {
  return name.replace(INDEX_ENDING, '').replace(WEIGHTS_ENDING, '').replace(FOREIGN_ENDING, '');
}

/**
 * Did a system or a tool leave it behind? So is everything in a hidden folder, but for the outermost: whoever hands over a
 * hidden folder means it.
 */
export function isLitter(path: string): boolean {
  const parts = path.split('/');
  return parts.some((part, i) =>
    i === 0 && parts.length > 1 ? LITTER.has(part.toLowerCase()) : isLitterName(part),
  );
}

/** The same of one part of a path, a file's or a folder's name. */
export function isLitterName(part: string): boolean {
  return part.startsWith('.') || LITTER.has(part.toLowerCase());
}

const ENDINGS = { safetensors: 'safetensors', pytorch: 'bin' };

function endingOf(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1).toLowerCase();
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1);
}

function inOrder<Item extends Named>(names: readonly string[], files: readonly Item[]): Item[] {
  const place = ({ name }: Named) => names.indexOf(baseName(name));
  return files.filter((file) => place(file) >= 0).sort((a, b) => place(a) - place(b));
}

/** Pictures of formats that are read, by their ending. What a file is, its bytes say in the end. */
const PICTURE_NAME = /\.(a?png|jpe?g|jpe|jfif|webp|gif|bmp|dib|tiff?|p[bgpn]m)$/i;

/** Does the name promise a picture? */
export function isPictureName(name: string): boolean {
  return PICTURE_NAME.test(name);
}
