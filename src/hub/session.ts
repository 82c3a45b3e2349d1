/** What all requests of one download have in common. */
import type { RepositoryKind } from '../modelpool/sources/repository-name';
import type { HubAccess } from './access';
import type { Wording } from './wording';

export interface HubSession {
  readonly access: HubAccess;
  readonly signal: AbortSignal;
  readonly wording: Wording;
  /** One request with its redirects; the token goes to the Hub alone. */
  readonly send: Send;
  /** Tells something worth knowing, one sentence. */
  note(text: string): void;
  /** Resolves after so many seconds; rejects with the signal's reason. */
  wait(seconds: number): Promise<void>;
}

/** @throws DownloadError for redirects that are not followed, and the signal's reason */
export type Send = (
  session: Pick<HubSession, 'access' | 'signal'>,
  address: URL,
  headers: Readonly<Record<string, string>>,
) => Promise<Response | Unanswered>;

/** Where nobody answered, and why. */
export interface Unanswered {
  readonly address: URL;
  readonly cause: unknown;
}

/** A repository of the Hub, at a branch, a tag or a commit. */
export interface Repository {
  readonly kind: RepositoryKind;
  readonly name: string;
  readonly revision: string;
}

/** What is asked for, for messages. */
export interface Subject {
  readonly repository: Repository;
  /** Undefined where it is the repository itself. */
  readonly file?: string;
}

export interface HubFile {
  /** From the top of the repository, with `/`. */
  readonly path: string;
  /** In bytes. */
  readonly size: number;
  /** SHA-256 of large files; null for small ones, which git's own hash stands for. */
  readonly sha256: string | null;
  /** What the cache calls it: the SHA-256, else the hash that git has for it. */
  readonly blob: string;
}

export interface Listing {
  readonly repository: Repository;
  /** What the revision means now, 40 hexadecimal digits. */
  readonly commit: string;
  readonly files: readonly HubFile[];
}

/** Who answers, for messages. */
export function hostOf({ endpoint }: HubAccess): string {
  return new URL(endpoint).host;
}

/** The page of a repository, for people. */
export function pageOf({ endpoint }: HubAccess, { kind, name }: Repository): string {
  return `${endpoint}/${kind === 'dataset' ? 'datasets/' : ''}${name}`;
}

/** The same file for all time: by the commit. */
export function fileAddress(
  { access }: HubSession,
  { repository, commit }: Listing,
  { path }: HubFile,
): string {
  const steps = path.split('/').map(encodeURIComponent).join('/');
  return `${pageOf(access, repository)}/resolve/${commit}/${steps}`;
}
