/** Every method over the same pool: whole processes, from reading the files to a saved model. */
import { mkdir, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { METHODS } from '../../src/method/registry';
import { isFusionBench, type Method } from '../../src/method/types';
import { NO_REFERENCE, python, runFuse, runFusionBench } from '../support/processes';
import { methodSection, writeMergeProgram } from '../support/programs';
import { randomPool } from '../support/random-pool';
import type { Row, Suite } from '../support/row';
import { type Contender, sideBySide } from '../support/side-by-side';
import { SINGULAR } from './singular';

/** Those that the goals are about are timed with eight by `combining`, `merging` and `singular`; the others with four are minutes enough. */
const EXPERTS = 4;

export const methods: Suite = async ({ folder, rounds, tell }) => {
  const place = join(folder, 'methods');
  await mkdir(place, { recursive: true });
  const pool = await randomPool(join(folder, 'b32'), EXPERTS);
  const rows: Row[] = [];
  for (const method of METHODS.filter(isTimedHere)) {
    const experts = pool.experts.slice(0, method.takes === 'two models' ? 2 : EXPERTS);
    const section = methodSection(method.name, perExpertOptions(method, experts.length));
    const name = method.name;
    const withBase = method.takes === 'base and experts';
    const program = await writeMergeProgram(place, name, section, { ...pool, experts }, withBase);
    const saved = join(place, 'merged');
    const save = [...program.args, `merged_model_save_path=${saved}`];
    const timedBy = (run: () => Promise<{ seconds: number }>) => async () => {
      await rm(saved, { recursive: true, force: true });
      return (await run()).seconds;
    };
    const others: Contender[] = [];
    if (python !== undefined && isFusionBench(method)) {
      others.push({
        name: 'FusionBench',
        measure: timedBy(() => runFusionBench(save, availableParallelism())),
      });
    }
    const ours = timedBy(() => runFuse(save));
    rows.push(await sideBySide(method.title, 's', rounds, ours, others, tell));
    await rm(saved, { recursive: true, force: true });
  }
  return {
    title: `Methods, ViT-B/32, ${EXPERTS} experts`,
    text: 'Each with its default options, the merged model saved; whole processes. Those that take two models get two.',
    rows,
    omitted: python === undefined ? [`FusionBench: ${NO_REFERENCE}`] : [],
  };
};

/** Singular vectors and solves are timed by `singular`; a table of a number for each expert and tensor is a weighted sum. */
function isTimedHere(method: Method): boolean {
  return (
    !SINGULAR.some(({ name }) => name === method.name) &&
    !method.options.some(({ kind }) => kind === 'number table')
  );
}

/** Lists that need a number for every expert. */
function perExpertOptions({ options }: Method, experts: number): Record<string, unknown> {
  const each = options.filter((option) => 'perExpert' in option && option.perExpert === true);
  return Object.fromEntries(
    each.map(({ name }) => [name, Array.from({ length: experts }, () => 0.3)]),
  );
}
