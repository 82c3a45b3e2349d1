/** From a path to the files of one model: a folder's, the shards that an index names, or a file and what describes it. */
import { openAsBlob } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { InspectedFiles, NamedBlob } from '../program/inspect';

/** A model's own names for its weights: the files beside one so called belong to it. */
const USUAL_WEIGHTS =
  /^(?:(?:model|open_clip_model|adapter_model)\.safetensors|(?:pytorch_model|open_clip_pytorch_model|adapter_model)\.bin)$/;
const COMPANION = /^(?:.*config\.json|tokenizer\.json|vocab\.json|merges\.txt)$/;
const INDEX = /\.index\.json$/;

/** @throws Error of the file system, where there is nothing to read */
export async function gatherFiles(path: string): Promise<InspectedFiles> {
  if ((await stat(path)).isDirectory()) {
    return { weights: await blobs(path, await filesIn(path)), companions: [] };
  }
  const folder = dirname(path);
  const name = basename(path);
  const siblings = await filesBeside(path);
  const weights = [name, ...(INDEX.test(name) ? await namedIn(path, siblings) : [])];
  const belongs = INDEX.test(name) || USUAL_WEIGHTS.test(name);
  const companions = belongs ? siblings.filter((file) => COMPANION.test(file)) : [];
  return { weights: await blobs(folder, weights), companions: await blobs(folder, companions) };
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const isFile = await Promise.all(
    entries.map(async (entry) =>
      entry.isSymbolicLink() ? (await stat(join(folder, entry.name))).isFile() : entry.isFile(),
    ),
  );
  return entries.flatMap(({ name }, i) => (isFile[i] ? [name] : [])).sort();
}

/** Only where they can matter: a folder may hold thousands of files. */
async function filesBeside(path: string): Promise<string[]> {
  const name = basename(path);
  if (!INDEX.test(name) && !USUAL_WEIGHTS.test(name)) return [];
  return (await filesIn(dirname(path))).filter((sibling) => sibling !== name);
}

/** The siblings whose names stand in an index, which is read as text here and judged by the reader. */
async function namedIn(index: string, siblings: readonly string[]): Promise<string[]> {
  const text = await readFile(index, 'utf8');
  return siblings.filter((name) => text.includes(JSON.stringify(name)));
}

function blobs(folder: string, names: readonly string[]): Promise<NamedBlob[]> {
  return Promise.all(
    names.map(async (name) => ({ name, blob: await openAsBlob(join(folder, name)) })),
  );
}
