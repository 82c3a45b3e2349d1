/**
 * Computes how experts relate, or finds in the library what was computed of the very same files. Loaded when it is asked for: few
 * visits do. A convenience: where the storage fails nothing is said, and it is computed again.
 */
import * as v from 'valibot';
import { hashBlob } from '../../checkpoint/hash-blob';
import type { MatrixJobs } from '../../method/matrices/jobs';
import { type LayerRelations, layerRelations } from '../../method/relations/layer-relations';
import { type MatrixRelations, matrixRelations } from '../../method/relations/matrix-relations';
import type { AnalysisOptions } from '../../method/relations/options';
import type { Library } from '../../storage/types';
import type { Subject } from './subject';

export { directionRelations, vectorRelations } from '../../program/relations/relations';
export { directionTables, vectorTables } from '../../program/relations/tables';

/** To be raised when numbers change for the same files, or there is more to them. */
const FORMAT = 1;

const finite = v.pipe(v.number(), v.finite());
const numbers = v.array(finite);
const layers = v.array(
  v.object({
    layer: v.string(),
    elements: finite,
    pretrainedNorm: finite,
    products: v.array(numbers),
    conflicts: finite,
    conflictsByChance: finite,
  }),
);
const spectrum = v.object({
  norm: finite,
  nuclearNorm: finite,
  largest: finite,
  rank: finite,
  directions: finite,
  held: finite,
  values: numbers,
});
const matrices = v.array(
  v.object({
    tensor: v.string(),
    layer: v.string(),
    rows: finite,
    columns: finite,
    places: numbers,
    experts: v.array(spectrum),
    sum: spectrum,
    compared: numbers,
    overlaps: v.array(v.array(v.nullable(finite))),
  }),
);

/** @throws as `layerRelations` */
export function analyseLayers(
  subject: Subject,
  library: Library,
  options: AnalysisOptions,
): Promise<readonly LayerRelations[]> {
  return kept('layers', layers, subject, library, () => layerRelations(subject.open(), options));
}

/** @throws as `matrixRelations` */
export function analyseMatrices(
  subject: Subject,
  library: Library,
  jobs: MatrixJobs,
  options: AnalysisOptions,
): Promise<readonly MatrixRelations[]> {
  return kept('matrices', matrices, subject, library, () =>
    matrixRelations(subject.open(), jobs, options),
  );
}

async function kept<T>(
  what: string,
  schema: v.GenericSchema<unknown, T>,
  { text, owner, items }: Subject,
  library: Library,
  compute: () => Promise<T>,
): Promise<T> {
  const name = await hashBlob(new Blob([`${FORMAT} relations ${what} ${text}`]));
  const stored = await library.getResults(owner).catch(() => []);
  const known = v.safeParse(
    v.object({
      format: v.literal(FORMAT),
      what: v.literal(what),
      text: v.literal(text),
      found: schema,
    }),
    stored.find((result) => result.name === name)?.value,
  );
  if (known.success) {
    await library.touchResults(owner, [name]).catch(() => undefined);
    return known.output.found;
  }
  const found = await compute();
  const value = { format: FORMAT, what, text, found };
  const bytes = JSON.stringify(value).length;
  await library.putResults([{ owner, name, items, bytes, value }]).catch(() => undefined);
  return found;
}
