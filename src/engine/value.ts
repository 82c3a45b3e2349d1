/**
 * The one value that the engine is about: a pool with its opened models, tasks, method, factor, sweep. It never changes;
 * a command puts another in its place. What follows from it is computed by pure functions, once per value.
 */
import type { NamedBlob } from '../checkpoint/types';
import type { ClipModel } from '../clip/types';
import { FLAT, type LayerFactors } from '../method/layers/factors';
import type { Finding } from '../modelpool/types';
import type { EngineChoice } from './api';
import { type MethodInForce, type MethodState, methodInForce, methodScalingFactor } from './method';
import type { ModelFacts } from './pool/facts';
import { type ModelRecord, NO_RECORDS, type Settings, type TaskRecord } from './records';
import { type FilesKey, filesKey } from './scoring/keys';

/** A model's files as they were opened: against that base, or (the base itself, a pool without one) none. */
export interface OpenedModel {
  readonly against: FilesKey | null;
  readonly files: readonly NamedBlob<Blob>[];
  /** Undefined where the files cannot be opened; `failure` says why. */
  readonly model?: ClipModel;
  readonly failure?: string;
}

export interface PoolModel extends ModelRecord {
  /** Bytes on disk, all files. */
  readonly bytes: number;
  readonly opened: OpenedModel;
  readonly facts: ModelFacts;
  /** Why its weights could not be read to the end, where that was tried. */
  readonly unreadable: Finding | null;
}

export interface Pool {
  readonly baseId: string | null;
  /** In their order; the experts among them are summed in it. */
  readonly models: readonly PoolModel[];
}

export interface Picture {
  readonly name: string;
  readonly blob: Blob;
}

export interface Task extends TaskRecord {
  readonly images: readonly Picture[];
  /** Class index of each picture. */
  readonly labels: readonly number[];
  /** Why there are none. */
  readonly failure?: string;
}

export interface EngineValue {
  readonly pool: Pool;
  readonly tasks: readonly Task[];
  readonly method: MethodState;
  /** As set, for whatever base. */
  readonly layers: LayerFactors;
  /** Null while the user has chosen none. */
  readonly chosenFactor: number | null;
  readonly sweep: readonly number[];
  /** Of each task so many pictures are enough for the sweep; null for all. */
  readonly sweepPictures: number | null;
  readonly choice: EngineChoice;
  readonly demoHidden: boolean;
  readonly computedOn: Settings['computedOn'];
  readonly pins: Settings['pins'];
  /** The user stopped scoring and measuring, until the next command. */
  readonly stopped: boolean;
}

export const START: EngineValue = {
  pool: { baseId: null, models: [] },
  tasks: [],
  method: NO_RECORDS.method,
  layers: FLAT,
  chosenFactor: null,
  sweep: [],
  sweepPictures: null,
  choice: NO_RECORDS.choice,
  demoHidden: NO_RECORDS.demoHidden,
  computedOn: NO_RECORDS.computedOn,
  pins: NO_RECORDS.pins,
  stopped: false,
};

export function baseOf({ baseId, models }: Pool): PoolModel | undefined {
  return models.find(({ id }) => id === baseId);
}

/** What of its files a model is: the part that was taken, where it is not what they give unasked. */
export function filesOf({ id, opened }: PoolModel): FilesKey {
  return filesKey(id, opened.model?.checkpoint.part);
}

export function includedExperts({ baseId, models }: Pool): PoolModel[] {
  return models.filter(({ id, included }) => id !== baseId && included);
}

export function inForce({ method, pool }: EngineValue): MethodInForce {
  return methodInForce(method, includedExperts(pool).length);
}

/** The factor that is merged and scored. */
export function scalingFactorOf(value: EngineValue): number {
  const current = inForce(value);
  // Averages have none: one constant, so that what is scored is scored once.
  if (current.method.kind === 'weights') return 1;
  return value.chosenFactor ?? methodScalingFactor(current, includedExperts(value.pool).length);
}
