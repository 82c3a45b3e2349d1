/** From a path to the files of one model: a folder's, the shards that an index names, or a file and what describes it. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import {
  isCompanion,
  isLitter,
  isStandardWeights,
  isWeights,
  roleOf,
} from '../checkpoint/file-roles';
import { fileSource } from '../checkpoint/file-source-node';
import { ConfigError } from '../errors';
import { splitPart, withPart } from '../modelpool/sources/part-node';
import type { InspectedFiles, NamedBlob } from './inspect';

/**
 * @param path a file or a folder; `#` and a part behind it mean that part of the weights
 * @throws Error of the file system, where there is nothing to read
 */
export async function gatherFiles(path: string): Promise<InspectedFiles> {
  const { file, part } = await splitPart(path);
  const found = await gatherAll(file);
  return part === undefined ? found : { ...found, weights: withPart(found.weights, part) };
}

async function gatherAll(path: string): Promise<InspectedFiles> {
  if ((await stat(path)).isDirectory()) {
    return { weights: await blobs(path, await modelFilesIn(path)), companions: [] };
  }
  const folder = dirname(path);
  const name = basename(path);
  const siblings = await filesBeside(path);
  const shards = roleOf(name) === 'index' ? await namedIn(path, siblings) : [];
  const companions = siblings.filter((sibling) => isCompanion({ name: sibling }));
  const weights = [name, ...shards];
  return { weights: await blobs(folder, weights), companions: await blobs(folder, companions) };
}

/**
 * The files of a folder; where it has no weights, those of the only folder inside that has: PEFT puts an adapter with a name into
 * a folder of that name.
 * @throws ConfigError where several have
 */
async function modelFilesIn(folder: string): Promise<string[]> {
  const own = await filesIn(folder);
  if (own.some((name) => hasWeights(name))) return own;
  const inside: { readonly name: string; readonly files: readonly string[] }[] = [];
  for (const name of await foldersIn(folder)) {
    const files = await filesIn(join(folder, name));
    if (files.some(hasWeights)) inside.push({ name, files });
  }
  const [only, ...others] = inside;
  if (only === undefined) return own;
  if (others.length > 0) {
    const names = inside.map(({ name }) => name).join(', ');
    throw new ConfigError(
      `it has no weights itself, but folders that have: ${names}. Name one of them.`,
    );
  }
  return only.files.map((name) => `${only.name}/${name}`);
}

/** Also weights that are not read here: the reader says what they are. */
function hasWeights(name: string): boolean {
  return isWeights({ name }) || roleOf(name) === 'bystander';
}

async function foldersIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory() && !isLitter(entry.name));
  return folders.map(({ name }) => name).sort();
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
  if (roleOf(name) !== 'index' && !isStandardWeights({ name })) return [];
  return (await filesIn(dirname(path))).filter((sibling) => sibling !== name);
}

/** The siblings whose names stand in an index, which is read as text here and judged by the reader. */
async function namedIn(index: string, siblings: readonly string[]): Promise<string[]> {
  const text = await readFile(index, 'utf8');
  return siblings.filter((name) => text.includes(JSON.stringify(name)));
}

function blobs(folder: string, names: readonly string[]): Promise<NamedBlob[]> {
  return Promise.all(
    names.map(async (name) => ({ name, blob: await fileSource(join(folder, name)) })),
  );
}
