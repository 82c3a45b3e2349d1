/** A data set as `datasets.load_dataset` would give it, its pictures still unread. */
import type { ByteRange } from '../../checkpoint/byte-ranges';
import type { ByteSource } from '../../checkpoint/byte-source';

export interface DatasetRow {
  /** As the user knows it: a path, or a Parquet file and row. */
  readonly name: string;
  readonly label: number;
  /** What `read` reads of a file that it shares with others; undefined where it is told by nothing. */
  readonly lies?: RowPlace;
  /** @throws FormatError where the file cannot be read any more */
  read(): Promise<ByteSource>;
}

export interface RowPlace {
  /** The file among those of the data set. */
  readonly source: ByteSource;
  readonly ranges: readonly ByteRange[];
}

export interface Dataset {
  /** In label order; undefined where the data do not say. */
  readonly classnames: readonly string[] | undefined;
  /** In the order in which `datasets` has them. */
  readonly rows: readonly DatasetRow[];
  /** What was passed over, and why, for people. */
  readonly notes: readonly string[];
}

/** @param file - the Parquet file's name among the data set's files */
export type PictureAt = (path: string, file: string) => Promise<ByteSource | undefined>;

/** A part of a split that is asked for. */
export interface SplitRequest {
  readonly split: string;
  /** The rows of it, `to` not included. */
  rows(total: number): { readonly from: number; readonly to: number };
}

export interface DatasetRequest {
  /** As it stands in the configuration, for messages. */
  readonly name: string;
  /** What the files are; undefined where the files themselves tell. */
  readonly format: DatasetFormat | undefined;
  /** The repository's configuration, such as `cropped_digits`. */
  readonly configuration: string | undefined;
  /** Paths and patterns, by split. */
  readonly dataFiles: ReadonlyMap<string, readonly string[]> | undefined;
  /** Finds a picture that a Parquet file names by its path; undefined where there is none. */
  readonly pictureAt?: PictureAt;
  /** Read one after the other. */
  readonly splits: readonly SplitRequest[];
}

export type DatasetFormat = 'imagefolder' | 'parquet' | 'webdataset';
