/** Which of a model's files are its weights: told by content, and where several could be meant by their names. */
import { FormatError } from '../errors';
import { baseName, roleOf, shardsOf, standardWeights } from './file-roles';
import { type FileIdentity, identifyFile } from './identify-file';
import type { NamedBlob } from './types';

/** Names that a message lists before it only counts. */
const MAX_SHOWN = 5;

type Refusal = Extract<FileIdentity, { kind: 'refused' }>;

export interface ChosenWeights {
  /** The weights, or the index of their shards. */
  readonly file: NamedBlob;
  readonly kind: Exclude<FileIdentity, Refusal>['kind'];
  /** The files that can be the index's shards, in any order; none without an index. */
  readonly parts: readonly NamedBlob[];
}

interface Candidate {
  readonly name: string;
  readonly file: NamedBlob;
  readonly identity: FileIdentity;
}

type Readable = Candidate & { readonly identity: Exclude<FileIdentity, Refusal> };

/**
 * The weights among a lone file, the shards of one model, or the files of a model's folder. Of several that could be meant
 * the one that transformers would load is taken; other files are left alone.
 *
 * @throws FormatError where no file holds weights that can be read (saying what the files are instead), or where it is
 *   not clear which is meant
 */
export async function chooseWeights(files: readonly NamedBlob[]): Promise<ChosenWeights> {
  const candidates: Candidate[] = [];
  for (const file of files) {
    candidates.push({ name: file.name, file, identity: await identifyFile(file) });
  }
  const meant = candidates.filter(({ name }) => !['bystander', 'litter'].includes(roleOf(name)));
  // What is left by training or for other programs, only where nothing else is there.
  const group = meant.some(({ identity }) => holdsWeights(identity)) ? meant : candidates;
  const { file, identity } = choose(group);
  const beside = files.filter((other) => other !== file);
  const parts = identity.kind === 'shard-index' ? shardsOf(file.name, beside) : [];
  return { file, kind: identity.kind, parts };
}

function choose(candidates: readonly Candidate[]): Readable {
  const readable = candidates.filter(isReadable);
  if (readable.length === 0) throw refusal(candidates);
  const [first, ...more] = standardWeights(readable.toSorted((a, b) => depth(a) - depth(b)));
  const rivals = more.filter(
    (other) =>
      first && baseName(other.name) === baseName(first.name) && depth(other) === depth(first),
  );
  if (first && rivals.length > 0) throw ambiguous([first, ...rivals]);
  if (first) return first;
  const indices = readable.filter(({ identity }) => identity.kind === 'shard-index');
  const safetensors = readable.filter(({ identity }) => identity.kind === 'safetensors');
  const [clearest = readable] = [indices, safetensors].filter(({ length }) => length > 0);
  const [only, ...others] = clearest;
  if (only === undefined || others.length > 0) throw ambiguous(clearest);
  return only;
}

function isReadable(candidate: Candidate): candidate is Readable {
  return candidate.identity.kind !== 'refused';
}

/** Weights, whether they can be read or not. */
function holdsWeights(identity: FileIdentity): boolean {
  return identity.kind !== 'refused' || identity.isWeights;
}

function depth({ name }: Candidate): number {
  return name.split('/').length;
}

function refusal(candidates: readonly Candidate[]): FormatError {
  const weights = candidates.filter(({ identity }) => holdsWeights(identity));
  if (weights.length === 0 && candidates.length > 1) return nothingHere(candidates);
  for (const group of [weights, candidates]) {
    for (const { name, identity } of group) {
      if (identity.kind === 'refused') return new FormatError(name, identity.reason);
    }
  }
  return new FormatError('checkpoint', 'no file was given. Add a model file or its folder.');
}

/** Of several files none of which was meant to be weights, none is to blame. */
function nothingHere(candidates: readonly Candidate[]): FormatError {
  const names = candidates.map(({ name }) => name).sort();
  const rest = names.length - MAX_SHOWN;
  const shown = names.slice(0, MAX_SHOWN).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
  return new FormatError(
    shown,
    'none of these files holds weights. Add the checkpoint itself (model.safetensors, pytorch_model.bin), or the folder that it lies in.',
  );
}

function ambiguous(group: readonly Candidate[]): FormatError {
  const names = group.map(({ name }) => name).sort();
  const shard = names.find((name) => roleOf(name) === 'shard');
  const [first = ''] = names;
  return new FormatError(
    shard ?? first,
    shard
      ? 'this is one of several shards, and their index is missing. Add model.safetensors.index.json (or pytorch_model.bin.index.json) together with all shards.'
      : `it is not the only file with weights: ${names.join(', ')}. Add each model on its own.`,
  );
}
