/** An adapter's tensors sorted by what they do: low-rank updates, whole tensors, and what is not the vision tower's. */
import { isFloatingPoint } from '../../checkpoint/dtype';
import type { Checkpoint, TensorSource } from '../../checkpoint/types';
import { FormatError } from '../../errors';
import { listed } from '../geometry';
import { rowBlock } from '../layout/derived';
import { VISION_TENSOR } from '../layout/layout';
import type { AdapterConfig } from './adapter-config';
import { isOpenClipName, openClipTargets, type Target } from './open-clip-targets';

/** One module's update, as far as the adapter alone tells it. */
export interface ModuleUpdate {
  /** Canonical name of the module, without `.weight`. */
  readonly module: string;
  readonly a: TensorSource;
  readonly b: TensorSource;
  readonly bias?: TensorSource;
  readonly magnitude?: TensorSource;
  readonly rank: number;
  readonly scale: number;
  readonly isEmbedding: boolean;
  /** How often the update is added: twice for the out_proj of a fused attention, in PEFT's forward pass as in its merge. */
  readonly times: 1 | 2;
}

export interface Adapter {
  readonly checkpoint: Checkpoint;
  readonly config: AdapterConfig;
  readonly updates: readonly ModuleUpdate[];
  /** Tensors that take the place of the base's, by canonical name: trained biases and whole modules. */
  readonly replacements: ReadonlyMap<string, TensorSource>;
  /** What it holds for other parts than the vision tower, by the file's own names. */
  readonly leftOut: readonly string[];
}

/** What PEFT puts before every name. */
const PEFT_PREFIX = 'base_model.model.';
const VISION = /^(?:.*\.)?vision_model\.(.+)$/;
const LORA_PART = /^(.+)\.lora_(A|B|embedding_A|embedding_B|magnitude_vector)(?:\.(weight|bias))?$/;

/** The projection inside an attention that PEFT adapted as a whole (`lora.MultiheadAttention`, PEFT 0.21.2). */
const FUSED_OUT = /\.attn\.base_layer\.out_proj$/;
/** q, k and v in one matrix of OpenCLIP's. */
const BLOCKS = 3;

type Parts = { -readonly [Part in 'a' | 'b' | 'bias' | 'magnitude']?: TensorSource };
type Draft = Parts & { readonly path: string; isEmbedding: boolean; readonly times: 1 | 2 };

/**
 * Sorts an adapter's tensors by the vision modules that they change.
 * @throws FormatError where parts are missing or unknown, contradict the configuration, or nothing is the vision tower's
 */
export function readAdapter(checkpoint: Checkpoint, config: AdapterConfig): Adapter {
  const { file, tensors } = checkpoint;
  const drafts = new Map<string, Draft>();
  const replacements = new Map<string, TensorSource>();
  const leftOut: string[] = [];
  const problems: string[] = [];
  const targetsOf = targetReader([...tensors.keys()], config);
  for (const [fullName, tensor] of tensors) {
    const path = withoutPrefix(fullName);
    const [, modulePath = path, part, member] = LORA_PART.exec(path) ?? [];
    const targets = targetsOf(modulePath);
    if (targets === undefined) leftOut.push(fullName);
    else if (!isFloatingPoint(tensor.dtype)) problems.push(`${fullName} is ${tensor.dtype}`);
    else {
      for (const { name, block } of targets) {
        const whole = name.replace('.base_layer.', '.');
        if (part !== undefined) {
          // PEFT gives a module inside an adapted one (the attention's out_proj) the rank of the whole.
          const adapted = modulePath.replace(/\.base_layer\..*$/, '');
          const times = FUSED_OUT.test(modulePath) ? 2 : 1;
          const draft = drafts.get(name) ?? { path: adapted, isEmbedding: false, times };
          drafts.set(name, draft);
          draft.isEmbedding ||= part.startsWith('embedding');
          const kind = role(part, member);
          const rows = block !== undefined && kind !== 'a';
          if (rows && !isThreeBlocks(tensor)) problems.push(`${fullName} has no three blocks`);
          draft[kind] = rows ? rowBlock(tensor, block, BLOCKS, name) : tensor;
        } else if (/(^|\.)lora_|\.modules_to_save\./.test(name)) {
          problems.push(`${fullName} is unknown`);
        } else if (block === undefined) replacements.set(whole, tensor);
        else if (isThreeBlocks(tensor)) {
          replacements.set(whole, rowBlock(tensor, block, BLOCKS, whole));
        } else problems.push(`${fullName} has no three blocks`);
      }
    }
  }

  const updates: ModuleUpdate[] = [];
  for (const [module, draft] of drafts) {
    const update = complete(module, draft, config);
    if (typeof update === 'string') problems.push(update);
    else updates.push(update);
  }
  if (problems.length > 0) {
    throw new FormatError(
      file,
      `it is no LoRA adapter that can be folded:${listed(problems)}\nSave it again with PEFT (save_pretrained), or fold it in Python (merge_and_unload) and add the result.`,
    );
  }
  if (updates.length + replacements.size === 0) throw changesNothing(file, leftOut);
  return { checkpoint, config, updates, replacements, leftOut };
}

/** Why an adapter with nothing for a vision tower is none that can be merged. */
function changesNothing(file: string, leftOut: readonly string[]): FormatError {
  const [first = 'no tensor at all'] = leftOut;
  const more = leftOut.length > 1 ? ` and ${leftOut.length - 1} more` : '';
  if (leftOut.some((name) => isOpenClipName(withoutPrefix(name)))) {
    return new FormatError(
      file,
      `this is an adapter of an OpenCLIP model, and nothing in it is under visual.: it holds ${first}${more}. That is its text tower, which is not merged, or a picture tower that was adapted by itself, which the names do not tell. Adapt the whole model, or fold it in Python (PEFT: merge_and_unload) and add the result.`,
    );
  }
  return new FormatError(
    file,
    `this adapter changes nothing in a CLIP's vision tower: it holds ${first}${more}. Only vision towers are merged: add an adapter that was trained on one.`,
  );
}

/** From a module's path in the trained model to its canonical names; undefined for what lies outside the vision tower. */
function targetReader(
  names: readonly string[],
  { baseClass = '' }: AdapterConfig,
): (path: string) => readonly Target[] | undefined {
  // Since transformers 5 a tower alone has bare names, and the text tower's look the same.
  const isBare = !names.some((name) => /(^|\.)(vision|text)_model\./.test(name));
  const isText = /Text/.test(baseClass);
  return (path) => {
    const openClip = openClipTargets(path);
    if (openClip !== undefined) return openClip;
    const nested = VISION.exec(path)?.[1];
    if (nested !== undefined) return [{ name: nested }];
    return isBare && !isText && VISION_TENSOR.test(path) ? [{ name: path }] : undefined;
  };
}

function isThreeBlocks({ shape: [rows = 0] }: TensorSource): boolean {
  return rows > 0 && rows % BLOCKS === 0;
}

function withoutPrefix(name: string): string {
  return name.startsWith(PEFT_PREFIX) ? name.slice(PEFT_PREFIX.length) : name;
}

function role(part: string, member: string | undefined): keyof Parts {
  if (part === 'magnitude_vector') return 'magnitude';
  if (part.endsWith('A')) return 'a';
  return member === 'bias' ? 'bias' : 'b';
}

/** The update, or what keeps it from being one. */
function complete(module: string, draft: Draft, config: AdapterConfig): ModuleUpdate | string {
  const { a, b, bias, magnitude, path, isEmbedding, times } = draft;
  if (a === undefined || b === undefined) {
    return `${module} has ${a ? 'a lora_A without its lora_B' : 'no lora_A'}`;
  }
  const rank = config.rank(path);
  const stored = a.shape[0] ?? 0;
  if (stored !== rank) return `${module} has rank ${stored}, but ${config.file} says ${rank}`;
  if (b.shape[1] !== rank) {
    return `${module} has lora_B [${b.shape.join(', ')}], which does not fit rank ${rank}`;
  }
  if (config.dora && isEmbedding) return `${module} is an embedding, for which DoRA is not read`;
  if (config.dora !== (magnitude !== undefined)) {
    return config.dora
      ? `${module} has no lora_magnitude_vector, but ${config.file} says that this is DoRA`
      : `${module} has a lora_magnitude_vector, but ${config.file} does not say that this is DoRA`;
  }
  return { module, a, b, bias, magnitude, rank, scale: config.scale(path), isEmbedding, times };
}
