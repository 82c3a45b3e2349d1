/** What the library remembers of a model besides its files: computed once from them, and checked when it is read back. */
import * as v from 'valibot';
import type { TaskVectorFacts } from '../../modelpool/task-vector-facts';
import type { Json, Library } from '../../storage/types';
import { type FilesKey, partOf } from '../scoring/keys';

/** How far a hash of the weights came; `state` is hash-wasm's own, in base64. */
export interface PartialHash {
  readonly bytesDone: number;
  readonly state: string;
}

type Counts = Readonly<Record<string, number>>;

export interface ModelFacts {
  /** Of the weight files alone. */
  readonly sha256?: string | undefined;
  /** Where hashing was interrupted. */
  readonly partialHash?: PartialHash | undefined;
  /** NaN or infinite weights by canonical name, once the model has been read as a base. */
  readonly nonFinite?: Counts | undefined;
  /** The same by part, of those that the file does not give unasked. */
  readonly nonFiniteByPart?: Readonly<Record<string, Counts>> | undefined;
  /** By what was measured against which base (`vectorText`), latest last. */
  readonly taskVectors: Readonly<Record<string, TaskVectorFacts>>;
}

export const NO_FACTS: ModelFacts = { taskVectors: {} };

/** Task vectors that are remembered: going to and fro between two bases or parts must not read all weights again. */
const MAX_VECTORS = 4;

/** Without it, sums of an earlier version, which hashed more than the weights, would be taken for right. */
const VERSION = 1;

const counts = v.record(v.string(), v.number());
const taskVector = v.object({
  relativeNorm: v.number(),
  perTensor: counts,
  identical: v.boolean(),
  nonFinite: counts,
});
const schema = v.object({
  version: v.literal(VERSION),
  sha256: v.optional(v.pipe(v.string(), v.hexadecimal(), v.length(64))),
  partialHash: v.optional(
    v.object({ bytesDone: v.pipe(v.number(), v.integer(), v.minValue(0)), state: v.string() }),
  ),
  nonFinite: v.optional(counts),
  nonFiniteByPart: v.optional(v.record(v.string(), counts)),
  taskVectors: v.record(v.string(), taskVector),
});
/** Before versions: one task vector, and sums that are of no use. */
const unversioned = v.object({
  version: v.optional(v.never()),
  nonFinite: v.optional(counts),
  taskVector: v.optional(v.object({ baseId: v.string(), facts: taskVector })),
});

/** Where the task vector of these files against that base stands in `taskVectors`: by the base's id while no part is taken. */
export function vectorText(base: FilesKey, files: FilesKey): string {
  const part = partOf(files);
  if (typeof base === 'string' && part === undefined) return base;
  return JSON.stringify([base, part ?? null]);
}

/** NaN or infinite weights of these files; undefined where they have not been read as a base. */
export function nonFiniteOf(facts: ModelFacts, files: FilesKey): Counts | undefined {
  const part = partOf(files);
  return part === undefined ? facts.nonFinite : facts.nonFiniteByPart?.[part];
}

/** As facts: the NaN or infinite weights of these files. */
export function withNonFinite(files: FilesKey, found: Counts): Partial<ModelFacts> {
  const part = partOf(files);
  return part === undefined ? { nonFinite: found } : { nonFiniteByPart: { [part]: found } };
}

/** What cannot be understood is forgotten: it can be computed again. */
export function readFacts(stored: unknown): ModelFacts {
  if (v.is(schema, stored)) {
    const { version: _, ...facts } = stored;
    return facts;
  }
  if (!v.is(unversioned, stored)) return NO_FACTS;
  const { nonFinite, taskVector: old } = stored;
  return { nonFinite, taskVectors: old ? { [old.baseId]: old.facts } : {} };
}

/** Both together; where they differ, `newer` is right. */
export function mergeFacts(older: ModelFacts, newer: Partial<ModelFacts>): ModelFacts {
  const defined = Object.entries(newer).filter(([, value]) => value !== undefined);
  const vectors = Object.entries({ ...older.taskVectors, ...newer.taskVectors });
  const facts = { ...older, ...Object.fromEntries(defined) };
  const byPart = { ...older.nonFiniteByPart, ...newer.nonFiniteByPart };
  return {
    ...facts,
    ...(Object.keys(byPart).length > 0 && { nonFiniteByPart: byPart }),
    // A sum that is whole has no use for the way there.
    partialHash: facts.sha256 === undefined ? facts.partialHash : undefined,
    taskVectors: Object.fromEntries(vectors.slice(-MAX_VECTORS)),
  };
}

/** Adds to what the library remembers. No-op where the model is gone: then there is nothing to remember. */
export async function rememberFacts(
  library: Library,
  id: string,
  facts: Partial<ModelFacts>,
): Promise<void> {
  if ((await library.getItem(id)) === undefined) return;
  await library.setFacts(id, (stored) => encode(mergeFacts(readFacts(stored), facts)));
}

function encode(facts: ModelFacts): Json {
  const { sha256, partialHash, nonFinite, nonFiniteByPart, taskVectors } = facts;
  return {
    version: VERSION,
    ...(sha256 === undefined ? {} : { sha256 }),
    ...(partialHash === undefined ? {} : { partialHash: { ...partialHash } }),
    ...(nonFinite === undefined ? {} : { nonFinite }),
    ...(nonFiniteByPart === undefined ? {} : { nonFiniteByPart }),
    taskVectors: Object.fromEntries(
      Object.entries(taskVectors).map(([id, vector]) => [id, { ...vector }]),
    ),
  };
}
