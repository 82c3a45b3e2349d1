/** Test support: records and values by hand, for what is pure. No library is behind them, and no file is opened for them. */
import type { ClipModel } from '../../clip/types';
import { NO_FACTS } from '../pool/facts';
import type { ModelRecord, TaskRecord } from '../records';
import { type EngineValue, type Pool, type PoolModel, START, type Task } from '../value';

export const modelRecord = (id: string, changes: Partial<ModelRecord> = {}): ModelRecord => ({
  id,
  name: id,
  origin: 'user',
  order: 1,
  included: true,
  weight: 1,
  part: null,
  ...changes,
});

export const taskRecord = (id: string, changes: Partial<TaskRecord> = {}): TaskRecord => ({
  id,
  name: id,
  origin: 'user',
  order: 1,
  included: true,
  classnames: ['left', 'right'],
  templates: ['a photo of a {}'],
  expert: null,
  ...changes,
});

/** A model of the pool that was opened against `against`, or could not be where no `clip` is given. */
export const poolModel = (
  id: string,
  clip: ClipModel | undefined,
  changes: Partial<PoolModel> = {},
  against: string | null = null,
): PoolModel => ({
  ...modelRecord(id),
  bytes: 10,
  opened: { against, files: [], ...(clip && { model: clip }) },
  facts: NO_FACTS,
  unreadable: null,
  ...changes,
});

/** What was measured of a harmless fine-tune. */
export const MEASURED = { relativeNorm: 0.1, perTensor: {}, identical: false, nonFinite: {} };

/** A base and experts that fit it and were measured. */
export function poolOf(
  base: ClipModel,
  experts: Readonly<Record<string, ClipModel>>,
  changes: Readonly<Record<string, Partial<PoolModel>>> = {},
): Pool {
  return {
    baseId: 'base',
    models: [
      poolModel('base', base, { facts: { nonFinite: {}, taskVectors: {} }, ...changes.base }),
      ...Object.entries(experts).map(([id, clip]) =>
        poolModel(id, clip, { facts: { taskVectors: { base: MEASURED } }, ...changes[id] }, 'base'),
      ),
    ],
  };
}

export const taskOf = (id: string, changes: Partial<Task> = {}): Task => ({
  ...taskRecord(id),
  images: Array.from({ length: 4 }, (_, i) => ({ name: `${i}.png`, blob: new Blob([`${i}`]) })),
  labels: [0, 0, 1, 1],
  ...changes,
});

export const engineValue = (changes: Partial<EngineValue>): EngineValue => ({
  ...START,
  ...changes,
});
