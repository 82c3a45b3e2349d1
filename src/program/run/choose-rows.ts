/** The rows of a data set that a run reads. */
import type { NamedBlob } from '../../checkpoint/types';
import { evenSplit } from '../../taskpool/datasets/even-split';
import { openDataset } from '../../taskpool/sources/open-dataset';
import { sampleRows, validationRows } from '../../taskpool/sources/select-rows';
import type { Dataset, DatasetFormat, DatasetRow, PictureAt } from '../../taskpool/sources/types';
import { splitRows } from '../config/program/split';
import type { DatasetSource, ValidationSplit } from '../config/program/types';
import type { Half, RowChoice } from './row-choice';

/** The files of a data set. */
export interface ChosenFrom {
  /** Undefined where the files themselves tell. */
  readonly format: DatasetFormat | undefined;
  readonly folder: string;
  readonly files: readonly NamedBlob[];
  readonly patterns: ReadonlyMap<string, readonly string[]> | undefined;
  readonly pictureAt: PictureAt;
}

export interface ChosenRows {
  readonly dataset: Dataset;
  /** In the order in which FusionBench scores them. */
  readonly rows: readonly DatasetRow[];
  /** Pictures there are, of which `rows` may be a sample. */
  readonly available: number;
  /** The split that the rows are a part of, where they are one. */
  readonly validation: ValidationSplit | undefined;
}

/**
 * @throws ConfigError for rows that are asked for in a way that is not possible, FormatError for files that cannot be used
 */
export async function chooseRows(
  source: DatasetSource,
  { sampleSize, sampleSeed, first, half }: RowChoice,
  { format, folder, files, patterns, pictureAt }: ChosenFrom,
): Promise<ChosenRows> {
  const dataset = await openDataset(files, {
    name: format ? folder : source.path,
    format,
    configuration: source.name,
    dataFiles: patterns,
    pictureAt,
    splits: source.split.map((part) => ({
      split: part.split,
      rows: (total) => splitRows(part, total),
    })),
  });
  const validation = partOf(source.validation, half, dataset.rows);
  const all = validation ? validationRows(dataset.rows, validation) : dataset.rows;
  const sampled = sampleSize === null ? all : sampleRows(all, sampleSize, sampleSeed);
  return {
    dataset,
    rows: first === null ? sampled : sampled.slice(0, first),
    available: all.length,
    validation,
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
