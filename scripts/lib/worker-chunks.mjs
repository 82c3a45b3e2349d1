/**
 * How a worker's script is divided: whatever it imports statically lies beside it, never in it. Chunks that are loaded later
 * share modules with it, and WebKit runs a worker's own script once more for a chunk that imports it.
 */

/** @typedef {{ getModuleInfo(id: string): { isEntry: boolean, importers: readonly string[] } | null }} Modules */

/** For `output.codeSplitting` of the bundler, of workers. */
export function besideTheEntry() {
  return { groups: [{ name: nameOfGroup }] };
}

/**
 * @param {string} id
 * @param {Modules} modules
 */
function nameOfGroup(id, modules) {
  if (modules.getModuleInfo(id)?.isEntry) return null;
  return isLoadedAtOnce(id, modules, new Set()) ? 'program' : null;
}

/**
 * Does a chain of static imports lead from an entry to this module?
 * @param {string} id
 * @param {Modules} modules
 * @param {Set<string>} seen
 * @returns {boolean}
 */
function isLoadedAtOnce(id, modules, seen) {
  if (seen.has(id)) return false;
  seen.add(id);
  const { isEntry = false, importers = [] } = modules.getModuleInfo(id) ?? {};
  return isEntry || importers.some((importer) => isLoadedAtOnce(importer, modules, seen));
}
