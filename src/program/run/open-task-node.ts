/** A task of a configuration: its pictures found on this machine, its rows chosen, its classes named. */
import { rangesWithout } from '../../checkpoint/byte-ranges';
import type { NamedBlob } from '../../checkpoint/types';
import { ConfigError } from '../../errors';
import { taskClasses } from '../../taskpool/sources/task-classes';
import type { DatasetRow } from '../../taskpool/sources/types';
import type { TaskConfig, ValidationSplit } from '../config/program/types';
import { chooseRows } from './choose-rows';
import type { DatasetFiles } from './dataset-files-node';
import { findDataset } from './find-dataset-node';
import type { RowChoice } from './row-choice';
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
  choice: RowChoice,
  surroundings: Surroundings,
): Promise<OpenedTask> {
  const found = await findDataset(source, surroundings);
  let elsewhere = false;
  const { dataset, rows, available, validation } = await chooseRows(source, choice, {
    ...found,
    pictureAt: (...named) => {
      elsewhere = true;
      return found.pictureAt(...named);
    },
  });
  requireHere(rows, found, source.path);
  const { promptFiles } = found;
  const classes = await taskClasses(name, dataset, { classnames, templates, promptFiles });
  return {
    name,
    classnames: classes.classnames,
    templates: classes.templates,
    rows,
    available,
    notes: [...dataset.notes, ...classes.notes],
    files: found.files,
    readElsewhere: () => elsewhere,
    ...(validation && { validation }),
  };
}

/** Of files that are here in part: nothing else may be read of them. */
function requireHere(rows: readonly DatasetRow[], { here }: DatasetFiles, dataset: string): void {
  const places = new Set(rows.flatMap(({ lies }) => lies ?? []));
  const lacking = [...places].filter(({ source, ranges }) => {
    const parts = here?.get(source);
    return parts && rangesWithout(ranges, parts).length > 0;
  });
  if (lacking.length === 0) return;
  throw new ConfigError(
    `${dataset}: only a part of this data set is on this machine, as another sample of its pictures needed it; ${lacking.length} of the ${places.size} row groups that are read now are missing. With --download this command fetches them. To get all of it: hf download ${dataset} --repo-type dataset`,
  );
}
