import { FormatError } from '../errors';
import { baseName, type FileIdentity, identifyFile } from './identify-file';
import { openShards } from './open-shards';
import { openPytorch } from './pytorch/open-pytorch';
import { openSafetensors } from './safetensors/open-safetensors';
import type { Checkpoint, NamedBlob } from './types';

/** What transformers looks for in a model's folder, in its order of preference. */
const USUAL_NAMES = [
  'model.safetensors',
  'model.safetensors.index.json',
  'pytorch_model.bin',
  'pytorch_model.bin.index.json',
];

interface Candidate {
  readonly file: NamedBlob;
  readonly identity: FileIdentity;
}

/**
 * Opens a model's weights: a lone file, the shards of one model, or the weights in a model's folder, told by content.
 * Of several that could be meant the one that transformers would load is taken; other files are left alone.
 *
 * @throws FormatError where no file holds weights that can be read (saying what the files are instead), or where it is
 *   not clear which is meant
 */
export async function openCheckpoint(files: readonly NamedBlob[]): Promise<Checkpoint> {
  const candidates: Candidate[] = [];
  for (const file of files) candidates.push({ file, identity: await identifyFile(file) });
  const chosen = choose(candidates);
  const { file } = chosen;
  switch (chosen.identity.kind) {
    case 'refused':
      throw new FormatError(file.name, chosen.identity.reason);
    case 'safetensors':
      return openSafetensors(file);
    case 'shard-index':
      return openShards(file, shardsBeside(chosen, candidates));
    default:
      return openPytorch(file);
  }
}

function choose(candidates: readonly Candidate[]): Candidate {
  const [first] = candidates;
  if (!first)
    throw new FormatError('checkpoint', 'no file was given. Add a model file or its folder.');
  const readable = candidates.filter(({ identity }) => identity.kind !== 'refused');
  if (readable.length === 0) return candidates.find(isUnreadableWeights) ?? first;

  for (const name of USUAL_NAMES) {
    const [usual, another] = readable
      .filter(({ file }) => baseName(file.name) === name)
      .toSorted((a, b) => depth(a) - depth(b));
    if (usual && (!another || depth(usual) < depth(another))) return usual;
  }
  const indices = readable.filter(({ identity }) => identity.kind === 'shard-index');
  const safetensors = readable.filter(({ identity }) => identity.kind === 'safetensors');
  for (const group of [indices, safetensors, readable]) {
    const [only, ...more] = group;
    if (only && more.length === 0) return only;
    if (only) throw ambiguous(group);
  }
  return first;
}

function isUnreadableWeights({ identity }: Candidate): boolean {
  return identity.kind === 'refused' && identity.isWeights;
}

function depth({ file }: Candidate): number {
  return file.name.split('/').length;
}

function folder({ file }: Candidate): string {
  return file.name.slice(0, file.name.lastIndexOf('/') + 1);
}

function ambiguous(group: readonly Candidate[]): FormatError {
  const names = group.map(({ file }) => file.name).sort();
  const shard = names.find((name) => /-\d+-of-\d+\.\w+$/.test(name));
  const [first = ''] = names;
  return new FormatError(
    shard ?? first,
    shard
      ? 'this is one of several shards, and their index is missing. Add model.safetensors.index.json (or pytorch_model.bin.index.json) together with all shards.'
      : `it is not the only file with weights: ${names.join(', ')}. Add each model on its own.`,
  );
}

/** The files of the index's folder that can be its shards: of its format, if its name tells that, and no other model. */
function shardsBeside(index: Candidate, candidates: readonly Candidate[]): NamedBlob[] {
  const isTorch = /\.bin\.index\.json$/i.test(index.file.name);
  const isSafetensors = /\.safetensors\.index\.json$/i.test(index.file.name);
  return candidates
    .filter((candidate) => {
      const { kind } = candidate.identity;
      if (candidate === index || kind === 'shard-index' || folder(candidate) !== folder(index))
        return false;
      if (kind === 'refused') return isShardName(candidate);
      return !(kind === 'safetensors' ? isTorch : isSafetensors);
    })
    .map(({ file }) => file);
}

/** A damaged or unfinished shard must be named, not counted as missing. */
function isShardName({ file }: Candidate): boolean {
  return /-\d+-of-\d+\.(?:safetensors|bin)$/i.test(file.name);
}
