/** What goes out with the package: what it installs beside itself, and what it has in itself. */

/**
 * Packages that are built into the page and into the programs, so that nobody has to install them. They are development
 * dependencies in `package.json`, and `src` may import them like the others.
 */
export const BUNDLED = [
  'client-zip',
  'comlink',
  'idb-keyval',
  'onnxruntime-web',
  'react',
  'react-dom',
  'react-dropzone',
  'zustand',
];

/** What `onnxruntime-web` needs for WebGL alone: its builds that are taken have none of it in them. */
const LEFT_OUT = ['flatbuffers', 'guid-typescript', 'long', 'platform', 'protobufjs'];

/** Of the user's own choice, found where it is installed. */
export const OPTIONAL = ['onnxruntime-node'];

/**
 * @typedef {object} LockedPackage
 * @property {string} [version]
 * @property {string} [license]
 * @property {Record<string, string>} [dependencies]
 */

/**
 * Everything that is shipped or installed with the package: those above, its dependencies, and what these need.
 * @param {{ packages: Record<string, LockedPackage> }} lockfile
 * @returns {{ path: string, name: string, version: string, license: string | undefined, installed: boolean }[]} sorted by path,
 *   which is below the folder of `package.json`; what is not installed is only built in
 */
export function shippedPackages({ packages }) {
  const installed = closure(packages, Object.keys(packages['']?.dependencies ?? {}));
  return [...new Set([...installed, ...closure(packages, BUNDLED)])].sort().map((path) => {
    const { version = '', license } = packages[path] ?? {};
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
    return { path, name, version, license, installed: installed.has(path) };
  });
}

/**
 * @param {Record<string, LockedPackage>} packages
 * @param {string[]} names
 * @returns {Set<string>} paths of the packages and of all that they need
 */
function closure(packages, names) {
  /** @type {Set<string>} */
  const found = new Set();
  /** @type {(name: string, from: string) => void} */
  const add = (name, from) => {
    const path = resolvePath(packages, name, from);
    if (path === undefined || found.has(path)) return;
    found.add(path);
    for (const needed of Object.keys(packages[path]?.dependencies ?? {})) {
      if (!LEFT_OUT.includes(needed)) add(needed, path);
    }
  };
  for (const name of names) add(name, '');
  return found;
}

/**
 * Where Node finds a package from another one's folder.
 * @param {Record<string, unknown>} packages
 * @param {string} name
 * @param {string} from
 * @returns {string | undefined}
 */
function resolvePath(packages, name, from) {
  const places = [];
  for (let folder = from; folder !== ''; folder = folderAbove(folder)) {
    places.push(`${folder}/node_modules/${name}`);
  }
  return [...places, `node_modules/${name}`].find((path) => Object.hasOwn(packages, path));
}

/** @param {string} folder of a package; '' for the one of the program itself */
function folderAbove(folder) {
  return folder.slice(0, Math.max(0, folder.lastIndexOf('node_modules/') - 1));
}
