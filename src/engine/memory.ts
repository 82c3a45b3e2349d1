/** What is remembered between visits besides the files: the pool, the tasks' edits, the slider, the engine. */
import type { Json, Library } from '../storage/types';
import type { EngineChoice } from './api';
import { type MethodState, TASK_ARITHMETIC } from './method-state';
import { EMPTY_POOL, type PoolState } from './pool-state';
import type { TaskEntry } from './task-shelf';

export interface StudioMemory {
  readonly pool: PoolState;
  readonly tasks: readonly TaskEntry[];
  /** Null while the user has not chosen one. */
  readonly scalingFactor: number | null;
  readonly method: MethodState;
  readonly choice: EngineChoice;
  readonly demoHidden: boolean;
}

const SETTING = 'studio';

const NOTHING: StudioMemory = {
  pool: EMPTY_POOL,
  tasks: [],
  scalingFactor: null,
  method: TASK_ARITHMETIC,
  choice: 'auto',
  demoHidden: false,
};

/** Reads what was remembered, less the models and image sets that are no longer in the library. */
export async function readMemory(library: Library): Promise<StudioMemory> {
  const stored = (await library.getSetting(SETTING)) as Partial<StudioMemory> | undefined;
  const memory = { ...NOTHING, ...stored };
  const models = new Set((await library.listModels()).map(({ id }) => id));
  const imageSets = new Set((await library.listImageSets()).map(({ id }) => id));
  const { pool } = memory;
  return {
    ...memory,
    tasks: memory.tasks.filter(({ id }) => imageSets.has(id)),
    pool: {
      baseId: pool.baseId !== null && models.has(pool.baseId) ? pool.baseId : null,
      entries: pool.entries.filter(({ id }) => models.has(id)),
    },
  };
}

export async function writeMemory(library: Library, memory: StudioMemory): Promise<void> {
  await library.setSetting(SETTING, memory as unknown as Json);
}
