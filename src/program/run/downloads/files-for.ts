/** Which files of a repository the parts of a configuration read. */
import { readHubText } from '../../../hub/listing';
import type { HubFile, HubSession, Listing } from '../../../hub/session';
import type { Part } from '../parts';
import { at } from '../surroundings';
import { datasetHubFiles } from './dataset-files';
import { modelFiles } from './model-files';

/** Each file once, in the order of the repository. */
export async function filesFor(
  session: HubSession,
  listing: Listing,
  parts: readonly Part[],
): Promise<HubFile[]> {
  const chosen = new Set<HubFile>();
  for (const part of parts) {
    for (const file of await at(part.path, filesForPart(session, listing, part))) chosen.add(file);
  }
  return listing.files.filter((file) => chosen.has(file));
}

/** In the order of the repository. */
export async function filesForPart(
  session: HubSession,
  listing: Listing,
  part: Part,
): Promise<readonly HubFile[]> {
  const { files, repository } = listing;
  if (part.kind === 'dataset') {
    return datasetHubFiles(files, part.source, (file) => readHubText(session, listing, file));
  }
  const { subfolder } = part.source;
  return modelFiles(files, { name: repository.name, subfolder, role: part.role });
}
