/** Every method over the same pool: whole processes, from reading the files to a saved model. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { METHODS } from '../../src/method/registry';
import { isFusionBench, type Method } from '../../src/method/types';
import { methodRow } from '../support/method-row';
import { NO_REFERENCE, python } from '../support/processes';
import { methodSection } from '../support/programs';
import { randomPool } from '../support/random-pool';
import type { Row, Suite } from '../support/row';
import { SINGULAR } from './singular';

/** Those that the goals are about are timed with eight by `combining`, `merging` and `singular`; the others with four are minutes enough. */
const EXPERTS = 4;

/** What their classes have no default for. */
const NEEDED: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  CLIPTaskWiseAdaMergingAlgorithm: { tie_weights: true, strict: false },
  SingularValueCalibrationWithBaseMethod: { base_method: methodSection('TiesMergingAlgorithm') },
};

export const methods: Suite = async ({ folder, rounds, tell }) => {
  const place = join(folder, 'methods');
  await mkdir(place, { recursive: true });
  const pool = await randomPool(join(folder, 'b32'), EXPERTS);
  const rows: Row[] = [];
  const omitted = python === undefined ? [`FusionBench: ${NO_REFERENCE}`] : [];
  for (const method of METHODS.filter(isTimedHere)) {
    const experts = pool.experts.slice(0, method.experts.max);
    const timed = {
      name: method.name,
      work: method.title,
      options: { ...perExpertOptions(method, experts.length), ...NEEDED[method.name] },
      withBase: method.takes === 'base and experts',
      reference: isFusionBench(method),
    };
    const models = { ...pool, experts };
    try {
      rows.push(await methodRow(place, timed, models, rounds, tell));
    } catch (error) {
      if (!timed.reference) throw error;
      // Ours alone; where that was what failed, it fails once more.
      rows.push(await methodRow(place, { ...timed, reference: false }, models, rounds, tell));
      const said = error instanceof Error ? error.message : String(error);
      const reason = said.split('\n').findLast((line) => /^\w*Error\b/.test(line)) ?? 'an error';
      omitted.push(`FusionBench's ${method.name} ended with ${reason}.`);
      tell(`FusionBench's ${method.name}: ${said}`);
    }
  }
  return {
    title: `Methods, ViT-B/32, ${EXPERTS} experts`,
    text: 'Each with its default options, the merged model saved; whole processes. Those that take fewer models get as many as they take.',
    rows,
    omitted,
  };
};

/**
 * Singular vectors and solves are timed by `singular`; a table of a number for each expert and tensor is a weighted sum; and a
 * method that looks at pictures has none here.
 */
function isTimedHere(method: Method): boolean {
  return (
    !method.needsPictures &&
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
