/**
 * What the library keeps about pool and tasks besides the files: for every item its place, in the transaction of its
 * manifest, and a few settings. Whatever is read back may come from another version or a damaged disk: it is checked here
 * and nowhere else, and what cannot be understood is left out and said.
 */
import * as v from 'valibot';
import { byCodePoint } from '../code-points';
import { FLAT, type LayerFactors } from '../method/layers/factors';
import { optionValues } from '../program/recipe';
import type {
  ItemEntry,
  Json,
  LibraryChanges,
  LibraryRecords,
  StagedImport,
} from '../storage/types';
import type { EngineChoice, Origin } from './api';
import { chooseMethod, type MethodState, TASK_ARITHMETIC } from './method';
import { pinsSchema } from './pins/schema';
import type { Pin } from './pins/types';
import type { EngineKind } from './scoring/keys';
import { SPLIT_SHARES, type SplitShare } from './tasks/split-share';

export interface ModelRecord {
  readonly id: string;
  readonly name: string;
  readonly origin: Origin;
  /** Experts are summed in ascending order. */
  readonly order: number;
  readonly included: boolean;
  readonly weight: number;
  /** Of several state dicts in its file, the one that was chosen; null for what the file gives unasked. */
  readonly part: string | null;
  /** Of a repository of the Hub: `organisation/name@commit/path` of its weights. */
  readonly source?: string | undefined;
}

export interface TaskRecord {
  readonly id: string;
  readonly name: string;
  readonly origin: Origin;
  readonly order: number;
  readonly included: boolean;
  readonly classnames: readonly string[];
  readonly templates: readonly string[];
  /** Id of the model that was chosen as its own expert; null where its name decides. */
  readonly expert: string | null;
  /** Of a data set of the Hub: `organisation/name@commit/path` of its folder or its first file. */
  readonly source?: string | undefined;
  /** Share of its pictures to choose by; absent where all are reported on. */
  readonly split?: SplitShare | undefined;
}

export interface Settings {
  readonly baseId: string | null;
  /** Null while the user has chosen none. */
  readonly scalingFactor: number | null;
  readonly method: MethodState;
  /** As set, for whatever base; flat where none was. */
  readonly layers: LayerFactors;
  readonly choice: EngineChoice;
  readonly demoHidden: boolean;
  /** What computed last: its scores are those to show until it is known what computes now. */
  readonly computedOn: EngineKind;
  /** Merges that were pinned, in their order. */
  readonly pins: readonly Pin[];
}

export interface Records extends Settings {
  /** In their order. */
  readonly models: readonly ModelRecord[];
  readonly tasks: readonly TaskRecord[];
}

export const NO_RECORDS: Records = {
  baseId: null,
  scalingFactor: null,
  method: TASK_ARITHMETIC,
  layers: FLAT,
  choice: 'auto',
  demoHidden: false,
  computedOn: 'cpu',
  pins: [],
  models: [],
  tasks: [],
};

/** To be raised when a record's fields change their meaning; a version that is not known is left alone. */
const VERSION = 1;

/** Of models of which a part is taken: a version that knows no parts would take another one. */
const PART_VERSION = 2;

const finite = v.pipe(v.number(), v.finite());
const fields = {
  name: v.pipe(v.string(), v.nonEmpty()),
  origin: v.picklist(['user', 'demo']),
  order: finite,
  included: v.boolean(),
};
// Versions that do not know the source lose it with their next edit of the model.
const model = { ...fields, weight: finite, source: v.optional(v.string()) };
const modelEntry = v.variant('version', [
  v.object({ version: v.literal(VERSION), ...model }),
  v.object({ version: v.literal(PART_VERSION), ...model, part: v.pipe(v.string(), v.nonEmpty()) }),
]);
const taskEntry = v.object({
  version: v.literal(VERSION),
  ...fields,
  classnames: v.array(v.string()),
  templates: v.array(v.string()),
  // Versions that do not know the expert go by the name; they lose it, and the source, with their next edit of the task.
  expert: v.optional(v.nullable(v.string())),
  source: v.optional(v.string()),
  split: v.optional(v.picklist(SPLIT_SHARES)),
});
const newerThan = (version: number) =>
  v.object({ version: v.pipe(v.number(), v.minValue(version + 1)) });
const newer = { checkpoint: newerThan(PART_VERSION), imageset: newerThan(VERSION) };

export const settingSchemas: {
  readonly [K in keyof Settings]: v.GenericSchema<unknown, Settings[K]>;
} = {
  baseId: v.nullable(v.string()),
  scalingFactor: v.nullable(finite),
  method: v.pipe(
    v.object({ name: v.string(), options: optionValues }),
    v.check((method) => isMethod(method)),
  ),
  layers: v.record(v.string(), finite),
  choice: v.picklist(['auto', 'webgpu', 'cpu']),
  demoHidden: v.boolean(),
  computedOn: v.picklist(['cpu', 'webgpu']),
  pins: v.pipe(
    pinsSchema,
    v.check((pins) => pins.every(({ method }) => isMethod(method))),
  ),
};
const settingEnvelope = v.object({ version: v.literal(VERSION), value: v.unknown() });

export interface ReadRecords {
  readonly records: Records;
  /** Items that no record of this or a newer version places: to be given one. */
  readonly unlisted: readonly ItemEntry[];
  /** Ids of items that a newer version placed: not for this one to touch. */
  readonly newer: readonly string[];
  /** Names of settings that cannot be understood; their defaults hold. */
  readonly dropped: readonly string[];
}

export function readRecords({ items, settings }: LibraryRecords): ReadRecords {
  const models: ModelRecord[] = [];
  const tasks: TaskRecord[] = [];
  const unlisted: ItemEntry[] = [];
  const newerItems: string[] = [];
  for (const item of items) {
    const { id, kind, entry } = item;
    if (kind === 'checkpoint' && v.is(modelEntry, entry)) {
      const { version: _, ...record } = entry;
      models.push({ id, part: null, ...record });
    } else if (kind === 'imageset' && v.is(taskEntry, entry)) {
      const { version: _, ...record } = entry;
      tasks.push({ id, ...record, expert: record.expert ?? null });
    } else if (v.is(newer[kind], entry)) newerItems.push(id);
    else unlisted.push(item);
  }
  const dropped: string[] = [];
  const read = <K extends keyof Settings>(name: K): Settings[K] => {
    const stored = settings[name];
    if (stored === undefined) return NO_RECORDS[name];
    if (v.is(settingEnvelope, stored)) {
      const schema: v.GenericSchema<unknown, Settings[K]> = settingSchemas[name];
      const parsed = v.safeParse(schema, stored.value);
      if (parsed.success) return parsed.output;
    }
    dropped.push(name);
    return NO_RECORDS[name];
  };
  const baseId = read('baseId');
  const records: Records = {
    // A base that is gone, or that a newer version placed, is none.
    baseId: models.some(({ id }) => id === baseId) ? baseId : null,
    scalingFactor: read('scalingFactor'),
    method: read('method'),
    layers: read('layers'),
    choice: read('choice'),
    demoHidden: read('demoHidden'),
    computedOn: read('computedOn'),
    pins: read('pins'),
    models: models.sort(byOrder),
    tasks: tasks.sort(byOrder),
  };
  return { records, unlisted, newer: newerItems, dropped };
}

/**
 * What has to be written for `after` to stand where `before` stands: items and settings that are the same in both are not
 * touched. Records of staged imports become theirs.
 */
export function changesBetween(
  before: Records,
  after: Records,
  staged: readonly StagedImport[] = [],
): LibraryChanges {
  const entries: Record<string, Json> = {};
  const known = new Map([...before.models, ...before.tasks].map((record) => [record.id, record]));
  const kept = new Map([...after.models, ...after.tasks].map((record) => [record.id, record]));
  const arriving = new Set(staged.map(({ id }) => id));
  for (const [id, record] of kept) {
    if (!arriving.has(id) && !same(known.get(id), record)) entries[id] = entryOf(record);
  }
  const settings: Record<string, Json> = {};
  for (const name of Object.keys(settingSchemas) as (keyof Settings)[]) {
    if (!same(before[name], after[name])) settings[name] = settingOf(after[name]);
  }
  return {
    entries,
    settings,
    remove: [...known.keys()].filter((id) => !kept.has(id)),
    commit: staged.flatMap((item) => {
      const record = kept.get(item.id);
      return record ? [{ staged: item, entry: entryOf(record) }] : [];
    }),
  };
}

/** A place behind all others. */
export function lastOrder(records: readonly { readonly order: number }[]): number {
  return records.reduce((last, { order }) => Math.max(last, order), 0) + 1;
}

function entryOf({ id: _, ...record }: ModelRecord | TaskRecord): Json {
  if (!('part' in record)) {
    const { expert, ...task } = record;
    return { version: VERSION, ...task, ...(expert !== null && { expert }) };
  }
  const { part, ...model } = record;
  return part === null ? { version: VERSION, ...model } : { version: PART_VERSION, ...model, part };
}

function settingOf(value: Settings[keyof Settings]): Json {
  return { version: VERSION, value: value as Json };
}

function byOrder(a: ModelRecord | TaskRecord, b: ModelRecord | TaskRecord): number {
  return a.order - b.order || byCodePoint(a.id, b.id);
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Another version may have had other methods and options. */
function isMethod({ name, options }: MethodState): boolean {
  try {
    chooseMethod(name, options);
    return true;
  } catch {
    return false;
  }
}
