/**
 * Test support: the readers of checkpoints against mutated files of the fixtures. Whatever comes in opens, or is refused by one of
 * the program's own errors, in bounded time; a run is known by its seed.
 */
import { unzipSync, zipSync } from 'fflate';
import type { NamedBlob } from '../../checkpoint/types';
import { openClip } from '../../clip/open';
import { fixtureFiles, openFixture } from '../../clip/testing';
import type { ClipModel } from '../../clip/types';
import { CompatibilityError, ConfigError, FormatError } from '../../errors';
import { type Dice, dice, mutatedBytes, mutatedJson } from './mutate';

/** Slower, and a file could keep a page busy. Generous: machines that test are. */
const MAX_MILLISECONDS = 5000;
/** A tensor that repeats one value may be large; small ones are read to their ends. */
const MAX_READ_BYTES = 2 ** 24;
const MAX_HEADER = 2 ** 20;

export interface Failure {
  /** Opens the same input again: `openMutated(seed)`. */
  readonly seed: number;
  readonly what: string;
  readonly problem: string;
}

interface Source {
  readonly what: string;
  readonly folder: string;
  readonly base?: string;
}

const SOURCES: readonly Source[] = [
  { what: 'a whole CLIP', folder: 'merge/p8-32/base' },
  { what: 'an OpenCLIP folder', folder: 'formats/layouts/open-clip' },
  { what: 'shards', folder: 'formats/shards/safetensors' },
  { what: 'shards of torch', folder: 'formats/shards/torch' },
  { what: 'torch files', folder: 'formats/torch/files' },
  { what: 'training files', folder: 'formats/training' },
  { what: 'an adapter', folder: 'formats/lora/plain', base: 'formats/shards/safetensors' },
  { what: 'a DoRA adapter', folder: 'formats/lora/dora', base: 'formats/shards/safetensors' },
  {
    what: 'a pickled adapter',
    folder: 'formats/lora/plain-bin',
    base: 'formats/shards/safetensors',
  },
  {
    what: 'an OpenCLIP adapter',
    folder: 'formats/lora-open-clip/attention',
    base: 'formats/layouts/open-clip',
  },
];
/** Folders of files that are each a checkpoint of its own. */
const LONE = new Set(['torch files', 'training files']);

const bases = new Map<string, Promise<ClipModel>>();
const folders = new Map<string, Promise<NamedBlob[]>>();

function once<Value>(known: Map<string, Promise<Value>>, key: string, make: () => Promise<Value>) {
  const found = known.get(key) ?? make();
  known.set(key, found);
  return found;
}

/** Opens the input of this seed; the failure, or undefined where all is well. */
export async function openMutated(seed: number): Promise<Failure | undefined> {
  const roll = dice(seed);
  const source = roll.pick(SOURCES);
  if (source === undefined) return undefined;
  const files = await once(folders, source.folder, () => fixtureFiles(source.folder));
  const { base: path } = source;
  const base = path === undefined ? undefined : await once(bases, path, () => openFixture(path));
  const chosen = roll.pick(files);
  if (chosen === undefined) return undefined;
  const mutated = { name: chosen.name, blob: await mutatedFile(chosen, roll) };
  const others = LONE.has(source.what) ? [] : files.filter((file) => file !== chosen);
  const what = `${source.what}: ${chosen.name}`;
  const began = performance.now();
  const problem = await problemOf([mutated, ...others], base);
  const took = performance.now() - began;
  if (problem !== undefined) return { seed, what, problem };
  return took > MAX_MILLISECONDS ? { seed, what, problem: `took ${took} ms` } : undefined;
}

/** Opens `count` inputs from `seed` on, or as many as `until` (of `performance.now()`) allows. */
export async function fuzzReaders(
  seed: number,
  { count = Number.POSITIVE_INFINITY, until = Number.POSITIVE_INFINITY },
): Promise<{ readonly opened: number; readonly failures: readonly Failure[] }> {
  const failures: Failure[] = [];
  let opened = 0;
  for (; opened < count && performance.now() < until; opened++) {
    const failure = await openMutated(seed + opened);
    if (failure) failures.push(failure);
  }
  return { opened, failures };
}

async function problemOf(
  files: readonly NamedBlob[],
  base: ClipModel | undefined,
): Promise<string | undefined> {
  try {
    const model = await openClip('mutated', files, base);
    const tensors = [...model.visionTensors.values(), ...(model.text?.tensors.values() ?? [])];
    for (const { name, byteLength, read } of tensors) {
      if (byteLength > MAX_READ_BYTES) continue;
      const { length } = await read();
      if (length !== byteLength) return `${name} has ${length} bytes, not ${byteLength}`;
    }
    return undefined;
  } catch (error) {
    const isOwn =
      error instanceof FormatError ||
      error instanceof CompatibilityError ||
      error instanceof ConfigError;
    if (isOwn) return undefined;
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
}

async function mutatedFile({ name, blob }: NamedBlob, roll: Dice): Promise<Blob> {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  if (roll.below(3) === 0) return new Blob([mutatedBytes(bytes, roll)]);
  if (name.endsWith('.json')) return mutatedJsonFile(bytes, roll);
  if (name.endsWith('.safetensors')) return mutatedSafetensors(bytes, roll);
  return mutatedArchive(bytes, roll);
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}

function mutatedJsonFile(bytes: Uint8Array<ArrayBuffer>, roll: Dice): Blob {
  return new Blob([JSON.stringify(mutatedJson(parsed(bytes), roll)) ?? '']);
}

/** A header of another content, its length put right, so that the damage is found in the header itself. */
function mutatedSafetensors(bytes: Uint8Array<ArrayBuffer>, roll: Dice): Blob {
  if (bytes.length < 8) return new Blob([mutatedBytes(bytes, roll)]);
  const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  const json = length < MAX_HEADER ? parsed(bytes.subarray(8, 8 + length)) : undefined;
  if (json === undefined) return new Blob([mutatedBytes(bytes, roll)]);
  const header = new TextEncoder().encode(JSON.stringify(mutatedJson(json, roll)));
  const start = new Uint8Array(8);
  new DataView(start.buffer).setBigUint64(0, BigInt(header.length), true);
  return new Blob([start, header, bytes.slice(8 + length)]);
}

/** An archive whose pickle is damaged and whose directory is whole. */
function mutatedArchive(bytes: Uint8Array<ArrayBuffer>, roll: Dice): Blob {
  let entries: Record<string, Uint8Array>;
  try {
    entries = unzipSync(bytes);
  } catch {
    return new Blob([mutatedBytes(bytes, roll)]);
  }
  const pickle = Object.keys(entries).find((entry) => entry.endsWith('data.pkl'));
  const name = roll.below(6) > 0 ? pickle : roll.pick(Object.keys(entries));
  const content = entries[name ?? ''];
  if (name === undefined || content === undefined) return new Blob([mutatedBytes(bytes, roll)]);
  const changed = { ...entries, [name]: mutatedBytes(content, roll) };
  return new Blob([new Uint8Array(zipSync(changed, { level: 0 }))]);
}
