/** Test support: checkpoints of every kind, one of whose files was damaged. */
import { unzipSync, zipSync } from 'fflate';
import type { FuzzTarget } from '../../checkpoint/testing/fuzz';
import type { NamedBlob } from '../../checkpoint/types';
import { openClip } from '../../clip/open';
import { fixtureFiles, openFixture } from '../../clip/testing';
import type { ClipModel } from '../../clip/types';
import { readWeightsTable } from '../weights-table';
import { type Dice, dice, mutatedBytes, mutatedJson } from './mutate';

/** A tensor that repeats one value may be large; small ones are read to their ends. */
const MAX_READ_BYTES = 2 ** 24;
const MAX_HEADER = 2 ** 20;

interface Source {
  readonly folder: string;
  /** The folder of the model that it is added to. */
  readonly base?: string;
  /** Each of its files is a checkpoint of its own. */
  readonly lone?: boolean;
}

const SHARDS = 'formats/shards/safetensors';
const WHOLE: readonly Source[] = [
  { folder: 'merge/p8-32/base' },
  { folder: 'formats/layouts/open-clip' },
  { folder: SHARDS },
];
const PICKLES: readonly Source[] = [
  { folder: 'formats/shards/torch' },
  { folder: 'formats/torch/files', lone: true },
  { folder: 'formats/training', lone: true },
];
const ADAPTERS: readonly Source[] = [
  { folder: 'formats/lora/plain', base: SHARDS },
  { folder: 'formats/lora/dora', base: SHARDS },
  { folder: 'formats/lora/plain-bin', base: SHARDS },
  { folder: 'formats/lora-open-clip/attention', base: 'formats/layouts/open-clip' },
];

const isJson = (name: string) => name.endsWith('.json');
const isSafetensors = (name: string) => name.endsWith('.safetensors');

export const CHECKPOINTS: readonly FuzzTarget[] = [
  checkpoints('safetensors', WHOLE, isSafetensors),
  checkpoints('pickle', PICKLES, (name) => !isJson(name) && !isSafetensors(name)),
  checkpoints('JSON configurations', WHOLE, isJson),
  checkpoints('LoRA folders', ADAPTERS, () => true),
  {
    name: 'coefficients',
    async read(seed) {
      const roll = dice(seed);
      const files = await once(folders, 'methods', () => fixtureFiles('methods'));
      const chosen = one(
        roll,
        files.filter(({ name }) => name.endsWith('.pt')),
      );
      await readWeightsTable({ name: chosen.name, blob: await mutatedFile(chosen, roll) });
    },
  },
];

const bases = new Map<string, Promise<ClipModel>>();
const folders = new Map<string, Promise<NamedBlob[]>>();

function once<Value>(known: Map<string, Promise<Value>>, key: string, make: () => Promise<Value>) {
  const found = known.get(key) ?? make();
  known.set(key, found);
  return found;
}

/** @param isDamaged - which files of a folder are damaged, one for each input */
function checkpoints(
  name: string,
  sources: readonly Source[],
  isDamaged: (name: string) => boolean,
): FuzzTarget {
  return {
    name,
    async read(seed) {
      const roll = dice(seed);
      const { folder, base: path, lone } = one(roll, sources);
      const files = await once(folders, folder, () => fixtureFiles(folder));
      const base =
        path === undefined ? undefined : await once(bases, path, () => openFixture(path));
      const chosen = one(
        roll,
        files.filter((file) => isDamaged(file.name)),
      );
      const mutated = { name: chosen.name, blob: await mutatedFile(chosen, roll) };
      const others = lone ? [] : files.filter((file) => file !== chosen);
      await readAll(await openClip('mutated', [mutated, ...others], base));
    },
  };
}

function one<Item>(roll: Dice, items: readonly Item[]): Item {
  const found = roll.pick(items);
  if (found === undefined) throw new RangeError('there is nothing to choose from');
  return found;
}

async function readAll(model: ClipModel): Promise<void> {
  const tensors = [...model.visionTensors.values(), ...(model.text?.tensors.values() ?? [])];
  for (const { name, byteLength, read } of tensors) {
    if (byteLength > MAX_READ_BYTES) continue;
    const { length } = await read();
    if (length !== byteLength) throw new Error(`${name} has ${length} bytes, not ${byteLength}`);
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
