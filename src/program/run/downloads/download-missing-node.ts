/** Fetches what a run's configuration names and this machine does not have, after somebody has seen the list. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigError, StorageError } from '../../../errors';
import { hubAccess } from '../../../hub/access-node';
import { downloadAll, type PlannedRepository, planRepository } from '../../../hub/download-node';
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
import { hubRepository } from '../find-models-node';
import type { RunListener } from '../messages';
import { type Part, partsOf } from '../parts';
import { at, type Surroundings } from '../surroundings';
import { systemReason } from '../system-reason';
import { filesFor } from './files-for';
import { isHere } from './is-here-node';

/** What is about to be fetched, and from where. */
export interface DownloadList {
  readonly host: string;
  /** The Hugging Face cache. */
  readonly cache: string;
  /** Those of which something is to come. */
  readonly repositories: readonly PlannedRepository[];
  /** Bytes that are to come in all. */
  readonly bytes: number;
  readonly files: number;
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
  const cache = hubCacheFolder(surroundings.env);
  const plans: PlannedRepository[] = [];
  for (const [place, { repository, parts }] of wanted.entries()) {
    listener.progress('Looking on the Hub', place, wanted.length);
    const [first] = parts;
    const listing = await at(first?.path ?? repository.name, listRepository(session, repository));
    plans.push(await planRepository(cache, listing, await filesFor(session, listing, parts)));
  }
  listener.progress('Looking on the Hub', wanted.length, wanted.length);
  const coming = plans.flatMap(({ files }) => files).filter(({ state }) => state === 'missing');
  const bytes = coming.reduce((sum, { toCome }) => sum + toCome, 0);
  const repositories = plans.filter(({ files }) => files.some(({ state }) => state === 'missing'));
  const list = { host: hostOf(access), cache, repositories, bytes, files: coming.length };
  if (coming.length > 0) await confirm(list);
  try {
    await downloadAll(session, cache, plans, { onBytes: overall(list, listener) });
  } catch (error) {
    const reason = signal.aborted ? undefined : systemReason(error);
    if (reason === undefined) throw error;
    throw new StorageError(
      `${cache} could not be written: ${reason}. What came so far is kept: make room or name another place in HF_HUB_CACHE, and run the command again.`,
      { cause: error },
    );
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
  for (const part of configs.flatMap(partsOf)) {
    // The runs of a multirun name the same things.
    const same = JSON.stringify([part.source, part.kind === 'model' && part.role]);
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
