/**
 * Test support: a small Hub on loopback, with large files behind a redirect to another port, as the real one has them. What goes
 * wrong on real lines can be asked for, file by file.
 *
 * Source of paths, headers and status codes: huggingface_hub 2.4.0, `hf_api.py`, `file_download.py`, `utils/_http.py`.
 */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface FakeRepository {
  readonly kind: 'model' | 'dataset';
  readonly name: string;
  readonly files: Readonly<Record<string, Uint8Array | string>>;
  /** Its files are for those whose token is let in; what it has is listed for everybody. */
  readonly gated?: boolean;
  /** To others there is no such repository. */
  readonly private?: boolean;
}

/** What goes wrong once with the next request for a path; a path ends what is asked for. */
export type Mishap =
  | { readonly kind: 'cut'; readonly after: number }
  | { readonly kind: 'wrong' }
  | { readonly kind: 'status'; readonly status: number; readonly headers?: Record<string, string> }
  | { readonly kind: 'whole' }
  /** Of a part: another ETag, or another size of the whole. */
  | { readonly kind: 'changed' | 'resized' }
  | { readonly kind: 'slow'; readonly after: number };

export interface SeenRequest {
  readonly server: 'hub' | 'files';
  readonly path: string;
  readonly authorization: string | undefined;
  readonly range: string | undefined;
}

export interface FakeHub {
  /** For `HF_ENDPOINT`. */
  readonly endpoint: string;
  readonly seen: readonly SeenRequest[];
  add(repository: FakeRepository): { readonly commit: string };
  /** Requests for the old name are led on to the new one, as the real one does it. */
  rename(from: string, to: string): void;
  /** Happens to the next requests whose paths end so, one after the other. */
  happen(ending: string, ...mishaps: readonly Mishap[]): void;
  /** Resolves when a slow answer has given all it gives. */
  slowed(): Promise<void>;
  close(): Promise<void>;
}

/** Whose account may see everything. */
export const TOKEN = 'hf_let_in';
/** An account that is let in nowhere. */
export const STRANGER = 'hf_stranger';

/** What the real one lets pages of other addresses read and send. */
const CORS = {
  'access-control-allow-origin': '*',
  'access-control-allow-headers': 'authorization, range',
  'access-control-expose-headers':
    'X-Repo-Commit, X-Request-Id, X-Error-Code, X-Error-Message, X-Total-Count, ETag, Link, Accept-Ranges, Content-Range, X-Linked-Size, X-Linked-ETag',
};

/** Larger files lie behind a pointer. */
const LARGE = 1000;

/** Entries of a page of a listing. */
const PAGE = 3;

interface Stored {
  readonly repository: FakeRepository;
  readonly commit: string;
  readonly files: ReadonlyMap<string, Buffer>;
}

export interface FakeHubOptions {
  /** As a mirror that gives large files itself, and leads nowhere else. */
  readonly isMirror?: boolean;
}

export async function startFakeHub({ isMirror = false }: FakeHubOptions = {}): Promise<FakeHub> {
  const seen: SeenRequest[] = [];
  const repositories = new Map<string, Stored>();
  const renamed = new Map<string, string>();
  const mishaps = new Map<string, Mishap[]>();
  let slow: () => void = () => undefined;
  const slowing = new Promise<void>((done) => {
    slow = done;
  });

  const note = (server: SeenRequest['server'], { url = '', headers }: IncomingMessage) => {
    const { authorization, range } = headers;
    const [path = ''] = url.split('?');
    seen.push({ server, path, authorization, range });
  };

  const nextMishap = (path: string): Mishap | undefined => {
    for (const [ending, list] of mishaps) if (path.endsWith(ending)) return list.shift();
    return undefined;
  };

  /** Whether the browser only asked what it may ask. */
  const isPreflight = ({ method }: IncomingMessage, response: ServerResponse): boolean => {
    for (const [name, value] of Object.entries(CORS)) response.setHeader(name, value);
    if (method !== 'OPTIONS') return false;
    response.writeHead(204).end();
    return true;
  };

  const hub = createServer((request, response) => {
    if (isPreflight(request, response)) return;
    note('hub', request);
    const url = new URL(request.url ?? '/', 'http://localhost');
    const token = /^Bearer (.*)$/.exec(request.headers.authorization ?? '')?.[1];
    if (token !== undefined && token !== TOKEN && token !== STRANGER) {
      return refuse(response, 401, undefined, 'Invalid credentials in Authorization header');
    }
    const api = /^\/api\/(model|dataset)s\/(.+?)\/(revision|tree)\/([^/]+)$/.exec(url.pathname);
    const file = /^\/(datasets\/)?(.+?)\/resolve\/([^/]+)\/(.+)$/.exec(url.pathname);
    const [kind, name = '', revision = ''] = api
      ? [api[1], api[2], api[4]]
      : [file?.[1] ? 'dataset' : 'model', file?.[2], file?.[3]];
    const mishap = file ? undefined : nextMishap(url.pathname);
    if (mishap?.kind === 'status') return refuse(response, mishap.status, mishap.headers);
    const now = renamed.get(name);
    if (now) return refuse(response, 307, { location: request.url?.replace(name, now) ?? '' });
    const stored = repositories.get(`${kind} ${name}`);
    if (!stored || (stored.repository.private && token !== TOKEN)) {
      return refuse(response, token ? 404 : 401, { 'x-error-code': 'RepoNotFound' });
    }
    if (!['main', stored.commit].includes(decodeURIComponent(revision))) {
      return refuse(response, 404, { 'x-error-code': 'RevisionNotFound' });
    }
    if (api?.[3] === 'revision') {
      return json(response, { _id: '1', id: name, sha: stored.commit, lastModified: '2026-01-01' });
    }
    if (api) return tree(response, stored, url);
    if (stored.repository.gated && token !== TOKEN) {
      return refuse(response, token ? 403 : 401, { 'x-error-code': 'GatedRepo' });
    }
    const path = decodeURIComponent(file?.[4] ?? '');
    const bytes = stored.files.get(path);
    if (!bytes) return refuse(response, 404, { 'x-error-code': 'EntryNotFound' });
    if (bytes.length <= LARGE || isMirror) return give(request, response, bytes, nextMishap(path));
    const location = `${originOf(files)}/${kind}/${name}/${path}`;
    response.writeHead(302, { location, 'x-linked-size': bytes.length }).end();
  });

  const tree = (response: ServerResponse, { files: all }: Stored, url: URL) => {
    const from = Number(url.searchParams.get('cursor') ?? 0);
    const entries = [...all].slice(from, from + PAGE).map(([path, bytes]) => {
      const lfs = { oid: sha256(bytes), size: bytes.length, pointerSize: 134 };
      const isLarge = bytes.length > LARGE;
      return {
        type: 'file',
        path,
        size: bytes.length,
        oid: gitHash(bytes),
        ...(isLarge && { lfs }),
      };
    });
    const next = new URL(url.pathname + url.search, originOf(hub));
    next.searchParams.set('cursor', String(from + PAGE));
    const more: Record<string, string> =
      from + PAGE < all.size ? { link: `<${next}>; rel="next"` } : {};
    json(response, entries, more);
  };

  const files = createServer((request, response) => {
    if (isPreflight(request, response)) return;
    note('files', request);
    const path = decodeURIComponent(request.url ?? '');
    for (const { repository, files: all } of repositories.values()) {
      const prefix = `/${repository.kind}/${repository.name}/`;
      const bytes = path.startsWith(prefix) && all.get(path.slice(prefix.length));
      if (bytes) return give(request, response, bytes, nextMishap(path));
    }
    return refuse(response, 404);
  });

  const give = (
    { headers }: IncomingMessage,
    response: ServerResponse,
    bytes: Buffer,
    mishap: Mishap | undefined,
  ) => {
    if (mishap?.kind === 'status') return refuse(response, mishap.status, mishap.headers);
    const range = /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? '');
    const from = !range || mishap?.kind === 'whole' ? undefined : Number(range[1]);
    if (from !== undefined && from >= bytes.length) return refuse(response, 416);
    const last = bytes.length - 1;
    const end = from !== undefined && range?.[2] ? Math.min(Number(range[2]), last) : last;
    const part = Buffer.from(bytes.subarray(from ?? 0, end + 1));
    if (mishap?.kind === 'wrong') part.writeUInt8(part.readUInt8(0) ^ 1, 0);
    const size = mishap?.kind === 'resized' ? bytes.length + 1 : bytes.length;
    response.writeHead(from === undefined ? 200 : 206, {
      'content-length': part.length,
      etag: mishap?.kind === 'changed' ? '"another"' : `"${sha256(bytes)}"`,
      ...(from !== undefined && { 'content-range': `bytes ${from}-${end}/${size}` }),
    });
    if (mishap?.kind !== 'cut' && mishap?.kind !== 'slow') return void response.end(part);
    response.write(part.subarray(0, mishap.after), () => {
      if (mishap.kind === 'cut') response.socket?.destroy();
      else slow();
    });
  };

  await Promise.all([listening(hub), listening(files)]);
  return {
    endpoint: originOf(hub),
    seen,
    add(repository) {
      const all = Object.entries(repository.files).map(
        ([path, content]) => [path, Buffer.from(content)] as const,
      );
      const commit = createHash('sha1')
        .update(repository.name)
        .update(JSON.stringify(all))
        .digest('hex');
      repositories.set(`${repository.kind} ${repository.name}`, {
        repository,
        commit,
        files: new Map(all),
      });
      return { commit };
    },
    rename: (from, to) => void renamed.set(from, to),
    happen(ending, ...list) {
      mishaps.set(ending, [...list]);
    },
    slowed: () => slowing,
    async close() {
      for (const server of [hub, files].filter(({ listening: isOpen }) => isOpen)) {
        server.closeAllConnections();
        await new Promise((done) => server.close(done));
      }
    },
  };
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** What git calls a file with these bytes. */
export function gitHash(bytes: Uint8Array): string {
  return createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
}

function listening(server: Server): Promise<void> {
  return new Promise((done) => server.listen(0, '127.0.0.1', done));
}

function originOf(server: Server): string {
  // A server that listens on a port has an address of this kind.
  const { port } = server.address() as AddressInfo;
  return `http://127.0.0.1:${port}`;
}

function json(
  response: ServerResponse,
  value: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(200, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(value));
}

function refuse(
  response: ServerResponse,
  status: number,
  headers: Record<string, string> = {},
  message?: string,
): void {
  response.writeHead(status, { ...headers, ...(message && { 'x-error-message': message }) });
  response.end(JSON.stringify({ error: message ?? 'refused' }));
}
