/** A task of a configuration: its pictures found on this machine, its rows chosen, its classes named. */
import type { NamedBlob } from '../../checkpoint/types';
import { evenSplit } from '../../taskpool/datasets/even-split';
import { openDataset } from '../../taskpool/sources/open-dataset';
import { sampleRows, validationRows } from '../../taskpool/sources/select-rows';
import { taskClasses } from '../../taskpool/sources/task-classes';
import type { DatasetRow } from '../../taskpool/sources/types';
import { splitRows } from '../config/program/split';
import type { TaskConfig, ValidationSplit } from '../config/program/types';
import { findDatasetFiles } from './dataset-files-node';
import { at, type Surroundings } from './surroundings';

export interface OpenedTask {
  readonly name: string;
  readonly classnames: readonly string[];
  readonly templates: readonly string[];
  /** The pictures that are scored, in the order in which FusionBench scores them. */
  readonly rows: readonly DatasetRow[];
  /** Pictures there are, of which `rows` may be a sample. */
  readonly available: number;
  /** What is worth knowing, for people. */
  readonly notes: readonly string[];
  /** The split that the rows are a part of, where they are one. */
  readonly validation?: ValidationSplit;
  /** All that it was read from, but for pictures that lie elsewhere. */
  readonly files: readonly NamedBlob[];
  /** Whether a picture was read from elsewhere so far: Parquet files can name them by paths. */
  readElsewhere(): boolean;
}

/** Which of a task's pictures are scored. */
export interface RowChoice {
  /** A sample drawn class by class; null for all. */
  readonly sampleSize: number | null;
  readonly sampleSeed: number;
  /** So many from the front; null for all. */
  readonly first: number | null;
  /** The half that is wanted, where one half is to choose by and the other to report on. */
  readonly half?: Half;
}

export interface Half {
  readonly wanted: 'choosing' | 'reporting';
  /** Share to choose by of a task that is not split by its configuration. */
  readonly split: number | null;
}

/**
 * @throws ConfigError for data that are not on this machine or are asked for in a way that is not possible, FormatError
 *   for files that cannot be used
 */
export function openTask(
  task: TaskConfig,
  choice: RowChoice,
  surroundings: Surroundings,
): Promise<OpenedTask> {
  return at(`taskpool.test_datasets.${task.name}`, open(task, choice, surroundings));
}

async function open(
  { name, dataset: source, classnames, templates }: TaskConfig,
  { sampleSize, sampleSeed, first, half }: RowChoice,
  surroundings: Surroundings,
): Promise<OpenedTask> {
  const found = await findDatasetFiles(source, surroundings);
  let elsewhere = false;
  const dataset = await openDataset(found.files, {
    name: found.format ? found.folder : source.path,
    format: found.format,
    configuration: source.name,
    dataFiles: found.patterns,
    pictureAt: (...named) => {
      elsewhere = true;
      return found.pictureAt(...named);
    },
    splits: source.split.map((part) => ({
      split: part.split,
      rows: (total) => splitRows(part, total),
    })),
  });
  const validation = partOf(source.validation, half, dataset.rows);
  const all = validation ? validationRows(dataset.rows, validation) : dataset.rows;
  const { promptFiles } = found;
  const classes = await taskClasses(name, dataset, { classnames, templates, promptFiles });
  const sampled = sampleSize === null ? all : sampleRows(all, sampleSize, sampleSeed);
  return {
    name,
    classnames: classes.classnames,
    templates: classes.templates,
    rows: first === null ? sampled : sampled.slice(0, first),
    available: all.length,
    notes: [...dataset.notes, ...classes.notes],
    files: found.files,
    readElsewhere: () => elsewhere,
    ...(validation && { validation }),
  };
}

/** What the configuration scores is reported on; the other part is to choose by. */
function partOf(
  configured: ValidationSplit | undefined,
  half: Half | undefined,
  rows: readonly DatasetRow[],
): ValidationSplit | undefined {
  if (!half) return configured;
  const reporting = configured ?? evenValidation(rows, half.split);
  if (!reporting || half.wanted === 'reporting') return reporting;
  return { ...reporting, part: reporting.part === 'val' ? 'train' : 'val' };
}

function evenValidation(
  rows: readonly DatasetRow[],
  fraction: number | null,
): ValidationSplit | undefined {
  if (fraction === null) return undefined;
  const { seed } = evenSplit(
    rows.map(({ label }) => label),
    fraction,
  );
  return { size: { fraction }, seed, part: 'train' };
}
