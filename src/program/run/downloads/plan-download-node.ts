/** What is to come of a repository: whole files, and parts of those of which a part is enough. */
import { fileSource } from '../../../checkpoint/file-source-node';
import { type PlannedRepository, planRepository } from '../../../hub/download-node';
import { hubFolder } from '../../../hub/hub-folder-node';
import type { HubFile, HubSession, Listing } from '../../../hub/session';
import { excerptFolder } from '../excerpts/excerpt-folder-node';
import type { Part } from '../parts';
import { at } from '../surroundings';
import type { PlannedExcerpts } from './download-excerpts-node';
import { filesForPart } from './files-for';
import { type PlannedExcerpt, planExcerpts, type ReadPart } from './plan-excerpts-node';

export interface PlannedDownload extends PlannedRepository {
  /** Null where every file comes whole. */
  readonly parts: PlannedExcerpts | null;
}

export interface Places {
  /** The Hugging Face cache. */
  readonly cache: string;
  /** Where parts of files are kept; null where they are not. */
  readonly partsFolder: string | null;
  /** Hashes of files that are given as a whole alone. */
  readonly wholeOnly: ReadonlySet<string>;
}

/** Each file once, in the order of the repository. */
export async function planDownload(
  session: HubSession,
  listing: Listing,
  parts: readonly Part[],
  { cache, partsFolder, wholeOnly }: Places,
): Promise<PlannedDownload> {
  const chosen = new Set<HubFile>();
  const read: ReadPart[] = [];
  for (const part of parts) {
    const files = await at(part.path, filesForPart(session, listing, part));
    for (const file of files) chosen.add(file);
    if (part.kind === 'dataset') read.push({ part, files });
  }
  const files = listing.files.filter((file) => chosen.has(file));
  if (partsFolder === null || read.length === 0) {
    return { ...(await planRepository(cache, listing, files)), parts: null };
  }
  const folder = excerptFolder(partsFolder, listing.repository.name);
  const inCache = hubFolder(cache, listing);
  const local = async (file: HubFile) => {
    for (const path of [inCache.named(file), inCache.blob(file)]) {
      const source = await fileSource(path).catch(() => undefined);
      if (source?.size === file.size) return source;
    }
    return undefined;
  };
  const excerpts = await planExcerpts({ session, listing, folder, local, wholeOnly }, read);
  const inPart = new Set(excerpts.map(({ remote }) => remote.file));
  const whole = files.filter((file) => !inPart.has(file));
  return {
    ...(await planRepository(cache, listing, whole)),
    parts: excerpts.length > 0 ? { folder, excerpts, files } : null,
  };
}

/** Those of which something is to come. */
export function excerptsToCome({ parts }: PlannedDownload): PlannedExcerpt[] {
  return (parts?.excerpts ?? []).filter(({ toCome }) => toCome.length > 0);
}
