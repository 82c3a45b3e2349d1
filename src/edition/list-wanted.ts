/** What is to be fetched of the repositories that are wanted: asked of the Hub, nothing of it fetched. */
import { ConfigError, DownloadError } from '../errors';
import { listRepository } from '../hub/listing';
import type { HubFile, HubSession, Listing } from '../hub/session';
import { filesFor } from '../program/run/downloads/files-for';
import type { Wanted } from './wanted';

export interface PlannedRepository {
  readonly listing: Listing;
  readonly files: readonly HubFile[];
}

/**
 * @throws ConfigError where there is no such thing or this account may not have it, DownloadError where the network or the Hub
 *   failed, each behind what asks for it where there are several; the signal's reason
 */
export async function listWanted(
  session: HubSession,
  wanted: readonly Wanted[],
): Promise<PlannedRepository[]> {
  const plans: PlannedRepository[] = [];
  for (const [place, { repository, parts }] of wanted.entries()) {
    if (wanted.length > 1) {
      session.note(`Asking for ${repository.name} (${place + 1} of ${wanted.length})`);
    }
    const listing = await listRepository(session, repository).catch((error: unknown) => {
      throw wanted.length > 1 ? behind(parts[0]?.path ?? '', error) : error;
    });
    plans.push({ listing, files: await filesFor(session, listing, parts) });
  }
  return plans;
}

function behind(path: string, error: unknown): unknown {
  if (error instanceof ConfigError) return new ConfigError(`${path}: ${error.message}`);
  if (error instanceof DownloadError) return new DownloadError(`${path}: ${error.message}`);
  return error;
}
