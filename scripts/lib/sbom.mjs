/** The package's bill of materials in CycloneDX, as npm writes it, of what is shipped alone. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { npmCommand, projectRoot } from './tools.mjs';

/**
 * @typedef {{ name: string, version: string, externalReferences?: { type: string }[] }} Component
 * @typedef {{ metadata: { component: Record<string, unknown> }, components: (Component & { 'bom-ref': string })[],
 *   dependencies: { ref: string, dependsOn: string[] }[] }} BillOfMaterials
 */

/**
 * npm knows what is installed and what for, and not what is built into the page: so all is asked for, and what is not shipped
 * is left out.
 * @param {{ name: string, version: string }[]} shipped
 * @returns {Promise<BillOfMaterials>}
 */
export async function billOfMaterials(shipped) {
  const [command, args, shell] = npmCommand([
    'sbom',
    '--sbom-format',
    'cyclonedx',
    '--sbom-type',
    'application',
    '--package-lock-only',
  ]);
  const { stdout } = await promisify(execFile)(command, args, {
    cwd: projectRoot,
    maxBuffer: 64 * 2 ** 20,
    shell,
  });
  return onlyShipped(JSON.parse(stdout), shipped);
}

/**
 * @param {BillOfMaterials} all
 * @param {{ name: string, version: string }[]} shipped
 * @returns {BillOfMaterials}
 */
export function onlyShipped(all, shipped) {
  const names = new Set(shipped.map(({ name, version }) => `${name}@${version}`));
  const components = all.components.filter(({ 'bom-ref': ref }) => names.has(ref));
  const kept = new Set(components.map(({ 'bom-ref': ref }) => ref));
  const missing = [...names].filter((name) => !kept.has(name));
  if (missing.length > 0) throw new Error(`npm sbom does not name ${missing.join(', ')}.`);
  return {
    ...all,
    // Where a registry has them is its business.
    components: components.map(({ externalReferences, ...component }) => ({
      ...component,
      externalReferences: externalReferences?.filter(({ type }) => type !== 'distribution') ?? [],
    })),
    dependencies: all.dependencies
      .filter(({ ref }) => kept.has(ref) || !all.components.some((one) => one['bom-ref'] === ref))
      .map(({ ref, dependsOn }) => ({
        ref,
        dependsOn: dependsOn.filter((name) => kept.has(name)),
      })),
  };
}
