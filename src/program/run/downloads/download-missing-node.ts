/** Fetches what a run's configuration names and this machine does not have, after somebody has seen the list. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigError, StorageError } from '../../../errors';
import { hubAccess } from '../../../hub/access-node';
import { downloadAll, requireRoom } from '../../../hub/download-node';
import { WholeFileOnly } from '../../../hub/fetch-range';
import { listRepository } from '../../../hub/listing';
import { sendFromNode } from '../../../hub/send-node';
import {
  type HubFile,
  type HubSession,
  hostOf,
  type Listing,
  type Repository,
} from '../../../hub/session';
import { COMMAND_WORDING } from '../../../hub/wording';
import { hubCacheFolder } from '../../../modelpool/sources/hub-cache-node';
import type { ProgramConfig } from '../../config/program/types';
import { CACHE_VARIABLE } from '../cache-folder-node';
import { excerptFolder, excerptsFolder } from '../excerpts/excerpt-folder-node';
import { hubRepository } from '../find-models-node';
import type { RunListener } from '../messages';
import type { Part } from '../parts';
import { at, type Surroundings } from '../surroundings';
import { systemReason } from '../system-reason';
import { downloadExcerpts } from './download-excerpts-node';
import { isHere } from './is-here-node';
import { partsWithRows } from './parts-with-rows';
import { excerptsToCome, type PlannedDownload, planDownload } from './plan-download-node';

/** What is about to be fetched, and from where. */
export interface DownloadList {
  readonly host: string;
  /** The Hugging Face cache. */
  readonly cache: string;
  /** Where parts of files are kept. */
  readonly partsFolder: string | null;
  /** Those of which something is to come. */
  readonly repositories: readonly PlannedDownload[];
  /** Bytes that are to come in all. */
  readonly bytes: number;
  /** Files, and how many of them come in part. */
  readonly files: number;
  readonly inPart: number;
}

/**
 * @param confirm - shown the list; rejects where nothing shall be fetched
 * @throws ConfigError where something is nowhere, may not be had, or the network is not to be asked; DownloadError where the
 *   network or the Hub failed; StorageError; whatever `confirm` throws, and the signal's reason
 */
export async function downloadMissing(
  configs: readonly ProgramConfig[],
  surroundings: Surroundings,
  listener: RunListener,
  signal: AbortSignal,
  confirm: (list: DownloadList) => Promise<void>,
): Promise<void> {
  const wanted = await missingRepositories(configs, surroundings);
  if (wanted.length === 0) return;
  const access = await hubAccess(surroundings.env);
  if (access.isOffline) throw offline(wanted);
  const wait = (seconds: number) => sleep(seconds * 1000, undefined, { signal });
  const session: HubSession = {
    access,
    signal,
    wording: COMMAND_WORDING,
    send: sendFromNode,
    note: (text) => listener.note(text),
    wait,
  };
  const places = {
    cache: hubCacheFolder(surroundings.env),
    partsFolder: excerptsFolder(surroundings),
  };
  const wholeOnly = new Set<string>();
  for (;;) {
    const plans: PlannedDownload[] = [];
    for (const [place, { repository, parts }] of wanted.entries()) {
      listener.progress('Looking on the Hub', place, wanted.length);
      const [first] = parts;
      const listing = await at(first?.path ?? repository.name, listRepository(session, repository));
      plans.push(await planDownload(session, listing, parts, { ...places, wholeOnly }));
    }
    listener.progress('Looking on the Hub', wanted.length, wanted.length);
    const list = listOf(hostOf(access), places, plans);
    if (list.files > 0) await confirm(list);
    try {
      return await downloadPlanned(session, list, plans, listener);
    } catch (error) {
      if (!(error instanceof WholeFileOnly)) throw error;
      // All of it was not agreed to.
      const { listing, file } = error.listed;
      wholeOnly.add(file.blob);
      listener.note(
        `${listing.repository.name}, ${file.path}: ${list.host} gives no part of it, only the whole file.`,
      );
    }
  }
}

function listOf(
  host: string,
  places: Pick<DownloadList, 'cache' | 'partsFolder'>,
  plans: readonly PlannedDownload[],
): DownloadList {
  const sizes = plans.flatMap(({ files }) => files).filter(({ state }) => state === 'missing');
  const parts = plans.flatMap(excerptsToCome);
  const amounts = [
    ...sizes.map(({ toCome }) => toCome),
    ...parts.map(({ sizeToCome }) => sizeToCome),
  ];
  return {
    host,
    ...places,
    repositories: plans.filter(
      (plan) =>
        plan.files.some(({ state }) => state === 'missing') || excerptsToCome(plan).length > 0,
    ),
    bytes: amounts.reduce((sum, bytes) => sum + bytes, 0),
    files: amounts.length,
    inPart: parts.length,
  };
}

async function downloadPlanned(
  session: HubSession,
  list: DownloadList,
  plans: readonly PlannedDownload[],
  listener: RunListener,
): Promise<void> {
  const { cache, partsFolder } = list;
  const onBytes = overall(list, listener);
  const inParts = plans.flatMap(({ parts }) => parts?.excerpts ?? []);
  try {
    if (partsFolder !== null) {
      const needed = inParts.reduce((sum, { sizeToCome }) => sum + sizeToCome, 0);
      await requireRoom(partsFolder, needed, CACHE_VARIABLE);
    }
    await downloadAll(session, cache, plans, { onBytes });
    if (partsFolder !== null) await forgetParts(partsFolder, plans);
    for (const { listing, parts } of plans) {
      if (!parts) continue;
      await downloadExcerpts(session, listing, parts, (file, have) => onBytes(listing, file, have));
    }
  } catch (error) {
    const reason = session.signal.aborted ? undefined : systemReason(error);
    if (reason === undefined) throw error;
    throw new StorageError(
      `${cache} could not be written: ${reason}. What came so far is kept: make room or name another place in HF_HUB_CACHE, and run the command again.`,
      { cause: error },
    );
  }
}

/** Of what is here as a whole no parts are needed any more. */
async function forgetParts(folder: string, plans: readonly PlannedDownload[]): Promise<void> {
  for (const { listing, files } of plans) {
    if (listing.repository.kind !== 'dataset') continue;
    const parts = excerptFolder(folder, listing.repository.name);
    for (const file of files) if (/\.parquet$/i.test(file.path)) await parts.forget(file);
  }
}

interface Wanted {
  readonly repository: Repository;
  /** All that is read of it, so that all of it is of one commit. */
  readonly parts: readonly Part[];
}

/** Repositories of which something is missing, in the order in which the configurations name them. */
async function missingRepositories(
  configs: readonly ProgramConfig[],
  surroundings: Surroundings,
): Promise<Wanted[]> {
  const found = new Map<string, { repository: Repository; parts: Part[]; isMissing: boolean }>();
  const seen = new Set<string>();
  for (const part of configs.flatMap(partsWithRows)) {
    // The runs of a multirun name the same things.
    const same = JSON.stringify(
      part.kind === 'model' ? [part.source, part.role] : [part.source, part.rows],
    );
    if (seen.has(same)) continue;
    seen.add(same);
    const repository = await at(part.path, hubRepository(part, surroundings));
    if (!repository) continue;
    const key = JSON.stringify(repository);
    const entry = found.get(key) ?? { repository, parts: [], isMissing: false };
    entry.parts.push(part);
    entry.isMissing ||= !(await isHere(part, surroundings));
    found.set(key, entry);
  }
  return [...found.values()].filter(({ isMissing }) => isMissing);
}

/** Progress of all files together; a file that has to begin again takes back what it had. */
function overall({ repositories, bytes, files }: DownloadList, listener: RunListener) {
  const what = `Downloading ${files} file${files === 1 ? '' : 's'}`;
  const came = new Map<string, number>();
  const before = new Map(
    repositories.flatMap(({ listing, files: planned }) =>
      planned.map((file) => [keyOf(listing, file), file.size - file.toCome] as const),
    ),
  );
  return (listing: Listing, file: HubFile, have: number) => {
    const key = keyOf(listing, file);
    came.set(key, Math.max(0, have - (before.get(key) ?? 0)));
    const told = [...came.values()].reduce((sum, one) => sum + one, 0);
    if (bytes > 0) listener.progress(what, told, bytes, 'bytes');
  };
}

function keyOf({ repository: { kind, name }, commit }: Listing, { path }: HubFile): string {
  return `${kind} ${name} ${commit} ${path}`;
}

function offline(wanted: readonly Wanted[]): ConfigError {
  const lines = wanted.map(({ repository: { kind, name } }) =>
    kind === 'model' ? `  ${name}` : `  ${name} (data set)`,
  );
  return new ConfigError(
    `HF_HUB_OFFLINE is set, so that nothing is fetched. Unset it, or have this in the Hugging Face cache:\n${lines.join('\n')}`,
  );
}
