/**
 * Opens the pool's models, headers only: once per files, the part of them that is taken, and the base that they are opened
 * against. Name, order, weight and inclusion open nothing, and coming back to an earlier base or part opens nothing again.
 */
import type { NamedBlob } from '../../checkpoint/types';
import { openClip } from '../../clip/open';
import type { ClipModel } from '../../clip/types';
import { FormatError, StorageError } from '../../errors';
import type { Finding } from '../../modelpool/types';
import type { Library } from '../../storage/types';
import type { ModelRecord, Records } from '../records';
import { type FilesKey, filesKey, itemOf as itemOfFiles, partOf } from '../scoring/keys';
import type { OpenedModel, Pool, PoolModel } from '../value';
import { type ModelFacts, mergeFacts, NO_FACTS, readFacts, rememberFacts } from './facts';

export interface Openings {
  /** Opens what of these records has not been opened yet. Inside the queue: one call at a time. */
  open(records: Records): Promise<void>;
  /** The pool of these records, whose models have been opened. What is known of them is that of this moment. */
  assemble(records: Records): Pool;
  /** What was found out about a model: known at once, and remembered by the library. */
  learn(id: string, facts: Partial<ModelFacts>): Promise<void>;
  /** Another tab found out something about this model: to be read again. */
  forgetFacts(id: string): void;
  /** The weights could not be read. */
  setUnreadable(files: FilesKey, finding: Finding): void;
}

interface Item {
  readonly bytes: number;
  /** Or what the library says where it has lost a part of them. */
  readonly files: readonly NamedBlob<Blob>[] | StorageError;
  facts: ModelFacts;
  staleFacts: boolean;
  /** By part, undefined for what the files give unasked. */
  readonly unreadable: Map<string | undefined, Finding>;
  /** By `openingText`. */
  readonly opened: Map<string, OpenedModel>;
}

export function createOpenings(library: Library): Openings {
  const items = new Map<string, Item>();

  /** Undefined where the item has gone meanwhile: the records that come next will not have it. */
  const itemOf = async (id: string): Promise<Item | undefined> => {
    const known = items.get(id);
    if (known && !known.staleFacts) return known;
    const stored = await library.getItem(id).catch(damage);
    if (!stored) return known;
    const facts = stored instanceof StorageError ? NO_FACTS : readFacts(stored.facts);
    if (known) {
      known.facts = mergeFacts(known.facts, facts);
      known.staleFacts = false;
      return known;
    }
    const files =
      stored instanceof StorageError ? stored : await library.openModel(id).catch(damage);
    // Gone between the two: the records that come next will not have it.
    if (files instanceof StorageError && !(await library.getItem(id).catch(damage)))
      return undefined;
    const item: Item = {
      bytes: stored instanceof StorageError ? 0 : stored.size,
      files,
      facts,
      staleFacts: false,
      unreadable: new Map(),
      opened: new Map(),
    };
    items.set(id, item);
    return item;
  };

  const openAgainst = async (
    { id, name, part }: ModelRecord,
    base: ModelRecord | undefined,
    openedBase: ClipModel | undefined,
  ): Promise<OpenedModel | undefined> => {
    const item = await itemOf(id);
    if (!item) return undefined;
    const text = openingText(part, base);
    const known = item.opened.get(text);
    if (known) return known;
    const basePart = openedBase ? openedBase.checkpoint.part : (base?.part ?? undefined);
    const against = base ? filesKey(base.id, basePart) : null;
    const opened = await tryOpen(name, item.files, part, against, openedBase);
    item.opened.set(text, opened);
    return opened;
  };

  return {
    async open({ models, baseId }) {
      const ids = new Set(models.map(({ id }) => id));
      for (const id of items.keys()) if (!ids.has(id)) items.delete(id);
      // The base first: experts without a configuration, and adapters, are opened with it.
      const base = models.find(({ id }) => id === baseId);
      const opened = base && (await openAgainst(base, undefined, undefined));
      const experts = models.filter((model) => model !== base);
      await Promise.all(experts.map((expert) => openAgainst(expert, base, opened?.model)));
    },
    assemble({ models, baseId }) {
      const base = models.find(({ id }) => id === baseId);
      return {
        baseId,
        models: models.flatMap((record): PoolModel[] => {
          const item = items.get(record.id);
          const text = openingText(record.part, record === base ? undefined : base);
          const opened = item?.opened.get(text);
          if (!item || !opened) return [];
          const named = withName(opened, record.name);
          // Kept under its present name, so that the next assembly has the very same object.
          item.opened.set(text, named);
          const { bytes, facts } = item;
          const unreadable = item.unreadable.get(named.model?.checkpoint.part) ?? null;
          return [{ ...record, bytes, opened: named, facts, unreadable }];
        }),
      };
    },
    async learn(id, facts) {
      const item = items.get(id);
      if (item) item.facts = mergeFacts(item.facts, facts);
      // A convenience: what cannot be written is found out again in the next visit.
      await rememberFacts(library, id, facts).catch(() => undefined);
    },
    forgetFacts(id) {
      const item = items.get(id);
      if (item) item.staleFacts = true;
    },
    setUnreadable(files, finding) {
      items.get(itemOfFiles(files))?.unreadable.set(partOf(files), finding);
    },
  };
}

/** What tells one opening of the same files from another: the part that is asked for, and the base with its own. */
function openingText(part: string | null, base: ModelRecord | undefined): string {
  return JSON.stringify([part, base ? [base.id, base.part] : null]);
}

async function tryOpen(
  name: string,
  files: readonly NamedBlob<Blob>[] | StorageError,
  part: string | null,
  against: FilesKey | null,
  base: ClipModel | undefined,
): Promise<OpenedModel> {
  if (files instanceof StorageError) return { against, files: [], failure: files.message };
  try {
    const asked = part === null ? files : files.map((file) => ({ ...file, part }));
    return { against, files, model: await openClip(name, asked, base) };
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return { against, files, failure: error.message };
  }
}

function withName(opened: OpenedModel, name: string): OpenedModel {
  const { model } = opened;
  return model && model.name !== name ? { ...opened, model: { ...model, name } } : opened;
}

function damage(error: unknown): StorageError {
  if (error instanceof StorageError) return error;
  throw error;
}
