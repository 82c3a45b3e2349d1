/** The models of the pool, opened: headers and configuration in memory, weights in the library. */
import type { NamedBlob } from '../checkpoint/types';
import { openClip } from '../clip/open';
import type { ClipModel } from '../clip/types';
import { FormatError } from '../errors';
import { judgeExpert } from '../modelpool/judge';
import {
  findNonFinite,
  inspectTaskVector,
  judgeFacts,
  nonFiniteFinding,
  type TaskVectorFacts,
} from '../modelpool/task-vector-facts';
import type { Finding } from '../modelpool/types';
import type { Library } from '../storage/types';
import type { PoolEntry, PoolState } from './pool-state';

export interface ShelvedModel {
  readonly entry: PoolEntry;
  readonly bytes: number;
  readonly files: readonly NamedBlob[];
  /** Undefined where the files cannot be opened; `findings` says why. */
  readonly model?: ClipModel;
  readonly sha256?: string;
  /** Of an included expert, once its weights have been read against the base's. */
  readonly taskVector?: TaskVectorFacts;
  readonly findings: readonly Finding[];
}

/** How far a hash of the weights came; `state` is hash-wasm's own, in base64. */
export type PartialHash = { readonly bytesDone: number; readonly state: string };

/** What the library remembers about a model besides its files. */
export type ModelFacts = {
  readonly sha256?: string;
  /** Where hashing was interrupted. */
  readonly partialHash?: PartialHash;
  /** The task vector against the base of that id: reading all weights again would take seconds. */
  readonly taskVector?: { readonly baseId: string; readonly facts: TaskVectorFacts };
  readonly nonFinite?: Readonly<Record<string, number>>;
};

/** Opens every model of the pool; the base first, because experts without a configuration inherit its. */
export async function openShelf(
  library: Library,
  pool: PoolState,
  known: ReadonlyMap<string, ShelvedModel>,
): Promise<Map<string, ShelvedModel>> {
  const items = new Map((await library.listModels()).map((item) => [item.id, item]));
  const shelf = new Map<string, ShelvedModel>();
  const base = pool.entries.find(({ id }) => id === pool.baseId);
  let baseModel: ClipModel | undefined;
  const open = async (entry: PoolEntry): Promise<ShelvedModel | undefined> => {
    const item = items.get(entry.id);
    if (!item) return undefined;
    const facts = (item.facts ?? {}) as ModelFacts;
    const files = known.get(entry.id)?.files ?? (await library.openModel(entry.id));
    const opened = await tryOpen(entry.name, files, entry === base ? undefined : baseModel);
    if (entry === base) baseModel = opened.model;
    return {
      entry,
      files,
      bytes: item.size,
      sha256: facts.sha256,
      taskVector: facts.taskVector?.baseId === pool.baseId ? facts.taskVector.facts : undefined,
      ...opened,
      findings: [...opened.findings, ...findingsOf(entry, opened.model, baseModel, facts, pool)],
    };
  };
  const shelvedBase = base && (await open(base));
  const others = pool.entries.filter((entry) => entry !== base);
  for (const shelved of [shelvedBase, ...(await Promise.all(others.map(open)))]) {
    if (shelved) shelf.set(shelved.entry.id, shelved);
  }
  return shelf;
}

/**
 * Reads the weights of everything whose numbers are not known yet, and remembers what was found. Returns what could not
 * be read, by model id: the file may have changed on disk, or the storage may have lost it.
 */
export async function inspectShelf(
  library: Library,
  pool: PoolState,
  shelf: ReadonlyMap<string, ShelvedModel>,
  signal: AbortSignal,
  onProgress: (what: string, fraction: number) => void,
): Promise<Map<string, Finding>> {
  const unreadable = new Map<string, Finding>();
  const guard = async (id: string, read: () => Promise<void>) => {
    try {
      await read();
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      unreadable.set(id, asFinding(shelf.get(id)?.entry.name ?? id, error));
    }
  };
  const base = pool.baseId === null ? undefined : shelf.get(pool.baseId);
  if (!base?.model || pool.baseId === null) return unreadable;
  const { model: pretrained } = base;
  const { baseId } = pool;
  const items = new Map(
    (await library.listModels()).map((item) => [item.id, item.facts as ModelFacts]),
  );
  if (!items.get(baseId)?.nonFinite) {
    await guard(baseId, async () => {
      const nonFinite = await findNonFinite(pretrained, { signal });
      await library.setFacts(baseId, (facts) => ({ ...(facts as ModelFacts), nonFinite }));
    });
  }
  for (const { entry, model } of shelf.values()) {
    const known = items.get(entry.id)?.taskVector?.baseId === baseId;
    if (!model || entry.id === baseId || !entry.included || known) continue;
    if (judgeExpert(pretrained, model).some(({ severity }) => severity === 'error')) continue;
    await guard(entry.id, async () => {
      const facts = await inspectTaskVector(pretrained, model, {
        signal,
        onProgress: (done, total) =>
          onProgress(`Measuring the task vector of ${entry.name}`, done / total),
      });
      await library.setFacts(entry.id, (old) => ({
        ...(old as ModelFacts),
        taskVector: { baseId, facts },
      }));
    });
  }
  return unreadable;
}

function asFinding(subject: string, error: Error): Finding {
  return { severity: 'error', subject, message: error.message, details: [] };
}

async function tryOpen(
  name: string,
  files: readonly NamedBlob[],
  base: ClipModel | undefined,
): Promise<{ model?: ClipModel; findings: Finding[] }> {
  try {
    return { model: await openClip(name, files, base), findings: [] };
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return { findings: [asFinding(name, error)] };
  }
}

function findingsOf(
  entry: PoolEntry,
  model: ClipModel | undefined,
  base: ClipModel | undefined,
  facts: ModelFacts,
  pool: PoolState,
): Finding[] {
  if (!model || !base) return [];
  const remarks = model.remarks.map(
    (message): Finding => ({
      severity: 'info',
      subject: entry.name,
      message,
      details: [],
    }),
  );
  if (model === base) {
    const broken = nonFiniteFinding(entry.name, facts.nonFinite ?? {});
    return broken ? [broken, ...remarks] : remarks;
  }
  const measured =
    facts.taskVector?.baseId === pool.baseId
      ? judgeFacts(base.name, entry.name, facts.taskVector.facts)
      : [];
  return [...judgeExpert(base, model), ...measured, ...remarks];
}
