/** What a repository has at a revision: asked with Hugging Face's own library, and believed only as far as it was checked. */
import * as v from 'valibot';
import { DownloadError } from '../errors';
import { request, unreachable } from './request';
import {
  fileAddress,
  type HubFile,
  type HubSession,
  hostOf,
  type Listing,
  type Repository,
  type Subject,
} from './session';

/** A repository with more is no model, and no data set that is read here. */
const MOST_FILES = 1_000_000;

const Hex40 = v.pipe(v.string(), v.regex(/^[0-9a-f]{40}$/));
const Bytes = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const FileEntry = v.object({
  path: v.pipe(v.string(), v.check(staysInside)),
  size: Bytes,
  oid: Hex40,
  lfs: v.optional(v.object({ oid: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)), size: Bytes })),
});

/** The library brings all of the Hub's address book along: it is loaded when it is needed. */
const library = () => import('@huggingface/hub');

/**
 * The commit that a revision means now, and its files.
 * @throws as `request`; DownloadError for an answer that makes no sense
 */
export async function listRepository(
  session: HubSession,
  repository: Repository,
): Promise<Listing> {
  try {
    return await list(session, repository);
  } catch (error) {
    session.signal.throwIfAborted();
    if (error instanceof SyntaxError) throw nonsense(session, repository, 'no list of files');
    throw named(session, error);
  }
}

async function list(session: HubSession, repository: Repository): Promise<Listing> {
  const { modelInfo, datasetInfo, listFiles } = await library();
  const { kind, name, revision } = repository;
  const common = { hubUrl: session.access.endpoint, fetch: fetchFor(session, { repository }) };
  const { sha } =
    kind === 'model'
      ? await modelInfo({ ...common, name, revision, additionalFields: ['sha'] })
      : await datasetInfo({ ...common, name, revision, additionalFields: ['sha'] });
  if (!v.is(Hex40, sha)) throw nonsense(session, repository, 'no commit');
  const files: HubFile[] = [];
  const entries = listFiles({
    ...common,
    repo: { type: kind, name },
    revision: sha,
    recursive: true,
  });
  for await (const entry of entries) {
    if (entry.type !== 'file') continue;
    const read = v.safeParse(FileEntry, entry);
    if (!read.success) {
      throw nonsense(session, repository, `an impossible file, ${JSON.stringify(entry.path)}`);
    }
    const { path, size, oid, lfs } = read.output;
    files.push({
      path,
      size: lfs?.size ?? size,
      sha256: lfs?.oid ?? null,
      blob: lfs?.oid ?? oid,
    });
    if (files.length > MOST_FILES) throw nonsense(session, repository, 'too many files');
  }
  return { repository, commit: sha, files };
}

/** The text of a small file, which is not kept. */
export async function readHubText(
  session: HubSession,
  listing: Listing,
  file: HubFile,
): Promise<string> {
  const subject = { repository: listing.repository, file: file.path };
  try {
    return await (await request(session, subject, fileAddress(session, listing, file))).text();
  } catch (error) {
    session.signal.throwIfAborted();
    throw named(session, error);
  }
}

/** A line that was cut in the middle of an answer. */
function named(session: HubSession, error: unknown): unknown {
  return error instanceof TypeError ? unreachable(session, session.access.endpoint, error) : error;
}

/** What the library asks with. */
function fetchFor(session: HubSession, subject: Subject): typeof fetch {
  return (input, init) => {
    const address = input instanceof Request ? input.url : input;
    return request(session, subject, address, Object.fromEntries(new Headers(init?.headers)));
  };
}

/** Names come from whoever made the repository, become paths of this machine and are shown on its terminal. */
function staysInside(path: string): boolean {
  const steps = path.split('/');
  const isPlain = (step: string) => step !== '' && step !== '.' && step !== '..';
  return steps.every(isPlain) && !/[\\\p{Cc}]|^[a-z]:/iu.test(path);
}

function nonsense({ access }: HubSession, { name }: Repository, what: string): DownloadError {
  return new DownloadError(
    `${hostOf(access)} lists ${what} for ${name}. Is it the Hugging Face Hub, or a mirror of it?`,
  );
}
