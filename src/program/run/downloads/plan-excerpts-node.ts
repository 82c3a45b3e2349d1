/**
 * Of which files of a data set a part is enough, as only some of its pictures are scored. To know that, the footers and the labels
 * of its Parquet files are read beforehand, as sizes are: a sample is drawn class by class.
 */
import {
  type ByteRange,
  joinRanges,
  rangesWithout,
  sizeOfRanges,
} from '../../../checkpoint/byte-ranges';
import type { ByteSource } from '../../../checkpoint/byte-source';
import { FormatError } from '../../../errors';
import { WholeFileOnly } from '../../../hub/fetch-range';
import { readHubText } from '../../../hub/listing';
import type { HubFile, HubSession, Listing } from '../../../hub/session';
import { ParquetDamage } from '../../../taskpool/parquet/damage';
import { openParquet } from '../../../taskpool/parquet/parquet-file';
import { baseName } from '../../../taskpool/sources/split-files';
import { chooseRows } from '../choose-rows';
import type { ExcerptFolder } from '../excerpts/excerpt-folder-node';
import type { DatasetPart } from '../parts';
import type { RowNeeds } from '../row-choice';
import { at } from '../surroundings';
import { folderInside } from './folder-inside';
import { openRemoteFile, type RemoteFile } from './remote-file-node';

/** A file of which a part is to come. */
export interface PlannedExcerpt {
  readonly remote: RemoteFile;
  /** All that is read of it, in bytes. */
  readonly bytes: number;
  /** What of that is neither kept nor was seen. */
  readonly toCome: readonly ByteRange[];
  /** In bytes. */
  readonly sizeToCome: number;
  /** How many of its row groups are read. */
  readonly rowGroups: number;
  readonly allRowGroups: number;
}

/** What a repository of data is read for, and where from. */
export interface ExcerptRequest {
  readonly session: HubSession;
  readonly listing: Listing;
  readonly folder: ExcerptFolder;
  /** A file that is here as a whole. */
  local(file: HubFile): Promise<ByteSource | undefined>;
  /** Hashes of files that are given as a whole alone. */
  readonly wholeOnly: ReadonlySet<string>;
}

/** What a part of a configuration reads. */
export interface ReadPart {
  readonly part: DatasetPart;
  readonly files: readonly HubFile[];
}

/** A request costs about as much as so many bytes. */
const GAP_BYTES = 2 ** 16;

/** Smaller files come whole: looking into them takes as long. */
const SMALL_BYTES = 2 ** 20;

/** More than this share of a file is as good as all of it, and all of it can be compared with the Hub's hash. */
const NEARLY_ALL = 0.8;

/** Labels are read row group by row group, with a request for each. */
const MOST_ROW_GROUPS = 500;

/** Labels that lie closer than this are read together, as long as what is read beforehand stays below this share of the files. */
const LABEL_GAP_BYTES = 2 ** 12;
const SHARE_BEFOREHAND = 0.1;

/** A sample with so many pictures for each row group leaves hardly any out. */
const DENSE = 2;

/** Row groups that are read, by where their labels begin. */
type Groups = Map<number, readonly ByteRange[]>;

/**
 * @returns the files of which a part is enough; all others are read whole
 * @throws ConfigError for rows that are asked for in a way that is not possible; as `request`
 */
export async function planExcerpts(
  request: ExcerptRequest,
  parts: readonly ReadPart[],
): Promise<PlannedExcerpt[]> {
  const remotes = new Map<HubFile, RemoteFile>();
  const groups = new Map<HubFile, Groups>();
  const whole = new Set<HubFile>();
  for (const { part, files } of parts) {
    const needed = await at(part.path, neededGroups(request, part, files, remotes));
    for (const file of files) {
      const own = needed?.get(file);
      if (!own) whole.add(file);
      else groups.set(file, new Map([...(groups.get(file) ?? []), ...own]));
    }
  }
  const planned: PlannedExcerpt[] = [];
  for (const [file, own] of groups) {
    const remote = remotes.get(file);
    if (!remote || whole.has(file)) continue;
    const read = [...remote.wanted, ...[...own.values()].flat()];
    const there = remote.seen.map(({ begin, bytes }) => ({ begin, end: begin + bytes.length }));
    const toCome = joinRanges(rangesWithout(read, [...remote.kept, ...there]), GAP_BYTES);
    const bytes = sizeOfRanges([...read, ...toCome]);
    if (bytes > NEARLY_ALL * file.size) continue;
    const { rowGroups } = await openParquet({ name: file.path, blob: remote.source });
    planned.push({
      remote,
      bytes,
      toCome,
      sizeToCome: sizeOfRanges(toCome),
      rowGroups: own.size,
      allRowGroups: rowGroups.length,
    });
  }
  return planned;
}

/** By files of which a part may be enough; undefined where all files are needed, or it cannot be told or is not worth the requests. */
async function neededGroups(
  request: ExcerptRequest,
  { source, rows }: DatasetPart,
  files: readonly HubFile[],
  remotes: Map<HubFile, RemoteFile>,
): Promise<ReadonlyMap<HubFile, Groups> | undefined> {
  if (!rows || !asksForSome(rows) || source.dataFiles !== undefined) return undefined;
  try {
    const sources = await openSources(request, files, remotes);
    if (!sources || !(await readLabels(sources, rows))) return undefined;
    return await chosenGroups(request, source, rows, files, sources);
  } catch (error) {
    // Whoever opens the whole files says what is wrong with them.
    const isTheirs = [FormatError, ParquetDamage, WholeFileOnly].some(
      (kind) => error instanceof kind,
    );
    if (isTheirs) return undefined;
    throw error;
  }
}

/** Whether there can be rows of a task that nothing reads. */
function asksForSome({ task, choices }: RowNeeds): boolean {
  const { split, validation } = task.dataset;
  const isSlice = !validation && split.every(({ from, to }) => from !== null || to !== null);
  return choices.every(
    ({ sampleSize, first, half }) =>
      sampleSize !== null || first !== null || (isSlice && half === undefined),
  );
}

/** A Parquet file here or on the Hub. */
interface Source {
  readonly blob: ByteSource;
  readonly remote: RemoteFile | undefined;
}

type Sources = ReadonlyMap<HubFile, Source>;

/** Undefined where none is worth looking into. */
async function openSources(
  { session, listing, folder, local, wholeOnly }: ExcerptRequest,
  files: readonly HubFile[],
  remotes: Map<HubFile, RemoteFile>,
): Promise<Sources | undefined> {
  const parquet = files.filter(({ path }) => /\.parquet$/i.test(path));
  const here = new Map<HubFile, ByteSource>();
  for (const file of parquet) {
    const blob = await local(file);
    if (blob) here.set(file, blob);
  }
  const missing = parquet.filter((file) => !here.has(file));
  if (!missing.some(({ size }) => size >= SMALL_BYTES)) return undefined;
  if (missing.some(({ blob }) => wholeOnly.has(blob))) return undefined;
  const sources = new Map<HubFile, Source>();
  for (const file of parquet) {
    const blob = here.get(file);
    const remote = blob
      ? undefined
      : (remotes.get(file) ?? (await openRemoteFile(session, listing, file, folder)));
    if (remote) remotes.set(file, remote);
    const source = blob ?? remote?.source;
    if (source) sources.set(file, { blob: source, remote });
  }
  return sources;
}

/** @returns false where it is not worth the requests */
async function readLabels(sources: Sources, { choices }: RowNeeds): Promise<boolean> {
  const labels: [RemoteFile, readonly ByteRange[]][] = [];
  let rowGroups = 0;
  let allowed = 0;
  for (const [{ path, size }, { blob, remote }] of sources) {
    const file = await openParquet({ name: path, blob });
    rowGroups += file.rowGroups.length;
    if (!remote) continue;
    const ranges = joinRanges(file.labelRanges, LABEL_GAP_BYTES);
    labels.push([remote, ranges]);
    allowed += SHARE_BEFOREHAND * size - sizeOfRanges(ranges);
  }
  const isDense = choices.some(
    ({ sampleSize, first }) =>
      first === null && sampleSize !== null && sampleSize >= DENSE * rowGroups,
  );
  if (isDense || rowGroups > MOST_ROW_GROUPS || allowed < 0) return false;
  for (const [remote, ranges] of labels) await remote.fetch(ranges);
  return true;
}

async function chosenGroups(
  { session, listing }: ExcerptRequest,
  source: DatasetPart['source'],
  { choices }: RowNeeds,
  files: readonly HubFile[],
  sources: Sources,
): Promise<ReadonlyMap<HubFile, Groups> | undefined> {
  const top = folderInside(source.dataDir);
  const named: { name: string; blob: ByteSource }[] = [];
  const byBlob = new Map<ByteSource, Groups>();
  for (const file of files) {
    const name = file.path.slice(top.length);
    const blob = sources.get(file)?.blob;
    if (blob) named.push({ name, blob });
    else if (baseName(name) === 'README.md') {
      named.push({ name, blob: new Blob([await readHubText(session, listing, file)]) });
    }
    if (blob) byBlob.set(blob, new Map());
  }
  for (const choice of choices) {
    const { rows } = await chooseRows(source, choice, {
      format: undefined,
      folder: '',
      files: named,
      patterns: undefined,
      pictureAt: async () => undefined,
    });
    for (const { lies } of rows) {
      const groups = lies && byBlob.get(lies.source);
      const place = lies?.ranges.at(-1)?.begin;
      if (!groups || place === undefined) return undefined;
      groups.set(place, lies.ranges);
    }
  }
  const needed = new Map<HubFile, Groups>();
  for (const [file, { blob, remote }] of sources) {
    const groups = byBlob.get(blob);
    if (remote && groups && file.size >= SMALL_BYTES) needed.set(file, groups);
  }
  return needed;
}
