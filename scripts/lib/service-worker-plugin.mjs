/**
 * Writes `sw.js`, the service worker, beside the built page: its program with the list of files it keeps. Own code, because
 * the generator at hand (Workbox) brings 228 packages for what is a list and a page of code.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

/** Loaded by few visits, large, or for developers: kept when it is asked for, or not at all. */
const LATER = /\.map$|asyncify|\.webgpu\.|(^|\/)README\.md$|(^|\/)\.|results\.json$/;

/**
 * @param {{ source: string, publicFolder: string }} options paths of the worker's program and of the files copied as they are
 * @returns {import('vite').Plugin}
 */
export function serviceWorker({ source, publicFolder }) {
  return {
    name: 'service-worker',
    apply: 'build',
    enforce: 'post',
    generateBundle: {
      order: 'post',
      handler(_, bundle) {
        /** @type {Record<string, string>} */
        const files = {};
        const add = (/** @type {string} */ path, /** @type {string | Uint8Array} */ content) => {
          if (!LATER.test(path)) files[path] = hash(content);
        };
        for (const path of listFiles(publicFolder)) {
          add(path.split(sep).join('/'), readFileSync(join(publicFolder, path)));
        }
        const ofHub = onlyOfHub(bundle);
        for (const [path, output] of Object.entries(bundle)) {
          if (ofHub.has(path)) continue;
          add(path, output.type === 'chunk' ? output.code : output.source);
        }
        const sorted = Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1));
        const list = JSON.stringify(Object.fromEntries(sorted));
        const program = readFileSync(source, 'utf8');
        if (!program.includes('/* FILES */ {}')) throw new Error(`${source} has no list to fill.`);
        this.emitFile({
          type: 'asset',
          fileName: 'sw.js',
          source: program.replace('/* FILES */ {}', () => list),
        });
      },
    },
  };
}

/**
 * The Hub edition and what is loaded by it alone: it needs a network anyway, its policy is the server's to say at each start,
 * and no default page is to fetch any of it.
 * @param {import('rolldown').OutputBundle} bundle
 * @returns {ReadonlySet<string>} paths
 */
function onlyOfHub(bundle) {
  const hub = reachedFrom(bundle, 'hub');
  for (const path of reachedFrom(bundle, 'index')) hub.delete(path);
  return hub.add('hub.html');
}

/**
 * @param {import('rolldown').OutputBundle} bundle
 * @param {string} entry name of the page
 */
function reachedFrom(bundle, entry) {
  /** @type {Set<string>} */
  const reached = new Set();
  const add = (/** @type {string} */ path) => {
    const output = bundle[path];
    if (reached.has(path) || output === undefined) return;
    reached.add(path);
    if (output.type !== 'chunk') return;
    const { imports, dynamicImports, viteMetadata } = output;
    for (const next of [...imports, ...dynamicImports, ...(viteMetadata?.importedCss ?? [])]) {
      add(next);
    }
  };
  for (const [path, output] of Object.entries(bundle)) {
    if (output.type === 'chunk' && output.isEntry && output.name === entry) add(path);
  }
  if (reached.size === 0) throw new Error(`The build has no page ${entry}.`);
  return reached;
}

/** @param {string | Uint8Array} content */
function hash(content) {
  return createHash('sha256').update(content).digest('base64url').slice(0, 16);
}

/** @param {string} folder */
function listFiles(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}
