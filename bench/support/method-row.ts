/** One method over a pool of files, ours and FusionBench's: whole processes, from reading the files to a saved model. */
import { rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { python, runFuse, runFusionBench } from './processes';
import { methodSection, writeMergeProgram } from './programs';
import type { RandomPool } from './random-pool';
import type { Row } from './row';
import { type Contender, sideBySide } from './side-by-side';

export interface TimedMethod {
  /** Class name. */
  readonly name: string;
  readonly work: string;
  readonly options?: Readonly<Record<string, unknown>>;
  /** Whether the pool's base is among its models; it is unless told. */
  readonly withBase?: boolean;
  /** Whether FusionBench is run as well, and how much of its time ours may take at most. */
  readonly reference: boolean | { readonly wanted: number };
}

/** @param place a folder that is there, for the program and the merged model */
export async function methodRow(
  place: string,
  { name, work, options, withBase = true, reference }: TimedMethod,
  pool: RandomPool,
  rounds: number,
  tell: (line: string) => void,
): Promise<Row> {
  const section = methodSection(name, options);
  const { args } = await writeMergeProgram(place, name, section, pool, withBase);
  const saved = join(place, 'merged');
  const save = [...args, `merged_model_save_path=${saved}`];
  const clean = () => rm(saved, { recursive: true, force: true });
  const timedBy = (run: () => Promise<{ seconds: number }>) => async () => {
    await clean();
    return (await run()).seconds;
  };
  const others: Contender[] = [];
  if (python !== undefined && reference !== false) {
    others.push({
      name: 'FusionBench',
      ...(reference !== true && reference),
      measure: timedBy(() => runFusionBench(save, availableParallelism())),
    });
  }
  const ours = timedBy(() => runFuse(save));
  const row = await sideBySide(work, 's', rounds, ours, others, tell);
  await clean();
  return row;
}
