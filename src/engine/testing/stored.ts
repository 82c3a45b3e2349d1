/** Test support: a library that holds micro models and tasks as the engine keeps them, without an engine that put them there. */
import 'fake-indexeddb/auto';
import { openLibrary } from '../../storage/library';
import { freshStoreName } from '../../storage/test-support';
import type { Json, Library } from '../../storage/types';
import { changesBetween, type ModelRecord, readRecords, type TaskRecord } from '../records';
import type { MicroFiles } from './micro';
import { modelRecord, taskRecord } from './values';

/** A library of its own; the same name again is another tab. */
export const newLibrary = (storeName = freshStoreName()): Library => openLibrary({ storeName });

/** Stores the micro model of that name, placed last. Returns its id. */
export async function storeModel(
  library: Library,
  { models }: MicroFiles,
  of: string,
  changes: Partial<ModelRecord> = {},
): Promise<string> {
  const files = (models[of] ?? []).map(({ file }) => ({ name: file.name, blob: file }));
  const staged = await library.stageModel({ name: of, files, facts: {} });
  await library.transact((stored) => {
    const { records } = readRecords(stored);
    const { length } = records.models;
    const record = modelRecord(staged.id, { name: of, order: length + 1, ...changes });
    return changesBetween(records, { ...records, models: [...records.models, record] }, [staged]);
  });
  return staged.id;
}

/** Stores a task of four pictures in two classes, placed last. Returns its id. */
export async function storeTask(
  library: Library,
  name: string,
  changes: Partial<TaskRecord> = {},
  facts: Json = { labels: [0, 0, 1, 1] },
): Promise<string> {
  const paths = ['0/left/a.png', '0/left/b.png', '1/right/a.png', '1/right/b.png'];
  const files = paths.map((path) => ({ name: path, blob: new Blob([path]) }));
  const staged = await library.stageImageSet({ name, files, facts });
  await library.transact((stored) => {
    const { records } = readRecords(stored);
    const { length } = records.tasks;
    const record = taskRecord(staged.id, { name, order: length + 1, ...changes });
    return changesBetween(records, { ...records, tasks: [...records.tasks, record] }, [staged]);
  });
  return staged.id;
}
