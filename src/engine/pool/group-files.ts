/** Sorts dropped files into models: a folder with weights is a model, a lone weights file is one too. */
import {
  adapterWeights,
  baseName,
  isCompanion,
  isStandardWeights,
  roleOf,
  shardsOf,
  splitAdapter,
  standardWeights,
  withoutEnding,
} from '../../checkpoint/file-roles';
import { folderTitle, hubOrigin } from '../../checkpoint/hub-cache-path';
import { byCodePoint } from '../../code-points';
import type { DroppedFile } from '../api';

export interface ModelGroup {
  /** The folder's name, a repository's of the Hugging Face cache, or the lone file's without its ending. */
  readonly name: string;
  /** Of a repository's snapshot: `organisation/name@commit/path` of its weights. */
  readonly source?: string;
  /** Weights and companions, by their names inside the folder. */
  readonly files: readonly { readonly name: string; readonly file: File }[];
}

export interface GroupedFiles {
  readonly models: readonly ModelGroup[];
  /** Files that belong to no model, by path. */
  readonly unused: readonly string[];
}

type Entry = ModelGroup['files'][number];

/**
 * Groups files by folder. `a/b/model.safetensors` belongs to the model `b`. What training left, and weights for other
 * programs, become models only where nothing else was dropped: then the reader says what they are.
 */
export function groupModelFiles(files: readonly DroppedFile[]): GroupedFiles {
  const folders = new Map<string, Entry[]>();
  for (const { path, file } of files) {
    const folder = path.slice(0, Math.max(0, path.lastIndexOf('/')));
    const entries = folders.get(folder) ?? [];
    entries.push({ name: baseName(path), file });
    folders.set(folder, entries);
  }
  const sorted = [...folders].sort(([a], [b]) => byCodePoint(a, b));
  const found = sorted.flatMap(([folder, entries]) =>
    groupFolder(folderTitle(folder), entries).map((model) => withSource(model, folder)),
  );
  const bystanders = sorted
    .flatMap(([, entries]) => entries)
    .filter(({ name }) => roleOf(name) === 'bystander')
    .map((entry) => ({ name: withoutEnding(entry.name), files: [entry] }));
  const models = found.length > 0 ? found : bystanders;
  const used = new Set(models.flatMap((model) => model.files.map(({ file }) => file)));
  const unused = sorted.flatMap(([folder, entries]) =>
    entries
      .filter(({ file }) => !used.has(file))
      .map(({ name }) => (folder === '' ? name : `${folder}/${name}`)),
  );
  return { models, unused };
}

function withSource(model: ModelGroup, folder: string): ModelGroup {
  const source = hubOrigin(`${folder}/${model.files[0]?.name ?? ''}`);
  return source === undefined ? model : { ...model, source };
}

/** @param folder - its name; empty for files that were chosen one by one */
function groupFolder(folder: string, entries: readonly Entry[]): ModelGroup[] {
  const { model, adapter } = splitAdapter(entries);
  if (model.length === 0) return groupEntries(folder, adapter);
  return [...groupEntries(folder, model), ...groupEntries('', adapter)];
}

function groupEntries(folder: string, entries: readonly Entry[]): ModelGroup[] {
  const companions = entries.filter(isCompanion);
  const group = (name: string, weights: readonly Entry[]): ModelGroup => ({
    name,
    files: [...weights, ...companions],
  });
  const whole = (weights: Entry): readonly Entry[] =>
    roleOf(weights.name) === 'index' ? [weights, ...shardsOf(weights.name, entries)] : [weights];
  const isLone = (entry: Entry) =>
    ['weights', 'index'].includes(roleOf(entry.name)) && !isStandardWeights(entry);

  const [standard] = [...standardWeights(entries), ...adapterWeights(entries)];
  if (standard) {
    const files = whole(standard);
    // In a folder other weights are other forms of the same; loose files were each chosen.
    const chosen = folder === '' ? entries.filter(isLone) : [];
    const others = chosen.filter((entry) => !files.includes(entry));
    return [
      group(folder || withoutEnding(standard.name), files),
      ...others.map((entry) => ({ name: withoutEnding(entry.name), files: whole(entry) })),
    ];
  }
  const indices = entries.filter(({ name }) => roleOf(name) === 'index').map(whole);
  const sharded = new Set(indices.flat());
  const lone = entries.filter((entry) => isLone(entry) && !sharded.has(entry));
  const models = [...indices, ...lone.map((entry) => [entry])];
  const shards = entries.filter((entry) => roleOf(entry.name) === 'shard' && !sharded.has(entry));
  // Shards without their index: kept together, so that the reader can say that the index is missing.
  const orphans = shards.length > 0 ? [group(folder || 'shards', shards)] : [];
  const named = models.length === 1 && orphans.length === 0 && companions.length > 0 ? folder : '';
  const groups = models.map((weights) =>
    group(named || withoutEnding(weights[0]?.name ?? ''), weights),
  );
  return [...groups, ...orphans];
}
