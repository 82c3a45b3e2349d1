/**
 * The built-in demo: fetched from the page's own folder and added through the very commands that a user's drop takes.
 * Whether a build has one is known when it is built, so that a build without one asks the server for nothing.
 */
import type { DroppedFile } from './types';

/** `public/demo/manifest.json`; all files relative to `public/demo/`. */
export interface DemoManifest {
  /** What the demo is, for people, one sentence. */
  readonly sentence: string;
  /** A file is added as `<name>/<file name>`, whatever folder it lies in. */
  readonly models: readonly { readonly name: string; readonly files: readonly string[] }[];
  /** Added as what lies in their folder, like a drop of everything in it: `test/flags.zip` as `flags.zip`. */
  readonly tasks: { readonly files: readonly string[] };
  /** Zero-shot heads of its tasks, made from its base. */
  readonly heads: string;
}

export interface DemoFiles {
  readonly models: readonly DroppedFile[];
  readonly tasks: readonly DroppedFile[];
  readonly heads: Blob;
}

/** Browsers open six connections to a host; two are left to the program itself, which may still be on its way. */
const CONNECTIONS = 4;

/** The manifest of this build, or null. */
export function builtInDemo(): DemoManifest | null {
  const manifests = import.meta.glob<DemoManifest>('/public/demo/manifest.json', {
    eager: true,
    import: 'default',
  });
  return Object.values(manifests)[0] ?? null;
}

/**
 * Fetches every file of the demo.
 *
 * @param fetchFile fetches one file, by its path below the demo's folder
 * @param onProgress files fetched so far and in all
 * @throws Error that names the file which did not come
 */
export async function fetchDemo(
  manifest: DemoManifest,
  fetchFile: (path: string) => Promise<Blob>,
  onProgress: (done: number, of: number) => void,
): Promise<DemoFiles> {
  const models = manifest.models.flatMap(({ name, files }) =>
    files.map((path) => ({ source: path, path: `${name}/${baseName(path)}` })),
  );
  const tasks = manifest.tasks.files.map((path) => ({ source: path, path: withoutFolder(path) }));
  const heads = { source: manifest.heads, path: manifest.heads };
  const wanted = [...models, ...tasks, heads];
  const fetched = new Map<string, DroppedFile>();
  onProgress(0, wanted.length);
  const queue = wanted.values();
  const takeTurns = async (): Promise<void> => {
    for (const { source, path } of queue) {
      const blob = await fetchFile(source);
      fetched.set(path, { path, file: new File([blob], baseName(path), { type: blob.type }) });
      onProgress(fetched.size, wanted.length);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, takeTurns));
  const inOrder = (list: typeof wanted): DroppedFile[] =>
    list.flatMap(({ path }) => fetched.get(path) ?? []);
  return {
    models: inOrder(models),
    tasks: inOrder(tasks),
    heads: inOrder([heads])[0]?.file ?? new Blob(),
  };
}

/**
 * Fetches one file below the demo's folder of this build. A host that answers a missing file with its start page, as
 * single-page hosts do, counts as one that does not have it.
 */
export async function fetchDemoFile(path: string): Promise<Blob> {
  const encoded = path.split('/').map(encodeURIComponent).join('/');
  const address = new URL(`${import.meta.env.BASE_URL}demo/${encoded}`, document.baseURI);
  const answer = await fetch(address);
  const isPage = answer.headers.get('content-type')?.startsWith('text/html') ?? false;
  if (!answer.ok || (isPage && !/\.html?$/i.test(path))) {
    throw new Error(`The demo's file ${path} is missing on this server.`);
  }
  return answer.blob();
}

/** Without the outermost folder. */
const withoutFolder = (path: string): string => path.slice(path.indexOf('/') + 1);

const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
