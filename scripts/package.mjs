/**
 * `npm run package [-- --destination DIR] [--page-built] [--build-only]`: builds what the package has in it (the page, the programs for Node, the
 * public modules with their types) and packs it: task-arithmetic-studio-VERSION.tgz.
 *
 *     --destination DIR   where the file goes; by default here
 *     --page-built        takes the page in dist/ as it is
 *     --build-only        packs nothing: for npm, which packs by itself
 */
import './lib/require-node.mjs';

const { readFile, stat, writeFile } = await import('node:fs/promises');
const { resolve } = await import('node:path');
const { parseArgs } = await import('node:util');
const { writeDeclarations } = await import('./lib/declarations.mjs');
const { ensureInstalled } = await import('./lib/install.mjs');
const { billOfMaterials } = await import('./lib/sbom.mjs');
const { shippedPackages } = await import('./lib/shipped.mjs');
const { projectRoot, runNpm, runTool } = await import('./lib/tools.mjs');

/** @param {string} path */
const inProject = (path) => resolve(projectRoot, path);

/** @param {string} path */
const readJson = async (path) => JSON.parse(await readFile(inProject(path), 'utf8'));

/** @param {string[]} args */
async function build(...args) {
  if ((await runTool('vite', ['build', '--logLevel', 'warn', ...args])) !== 0)
    throw new Error('It could not be built; the output above says why.');
}

/** @param {{ pageBuilt: boolean }} options */
async function buildAll({ pageBuilt }) {
  await ensureInstalled();
  if (!pageBuilt) await build();
  await build('--ssr', '--mode', 'package', '--outDir', 'dist-node');
  await writeDeclarations(inProject('dist-node/types'));
  const bill = await billOfMaterials(shippedPackages(await readJson('package-lock.json')));
  await writeFile(inProject('dist-node/sbom.cdx.json'), `${JSON.stringify(bill, null, 2)}\n`);
}

/** @param {string} destination a folder */
async function pack(destination) {
  const packed = await runNpm([
    'pack',
    '--silent',
    '--ignore-scripts',
    '--pack-destination',
    destination,
  ]);
  if (packed !== 0) throw new Error('npm pack failed; its output above says why.');
  const { name, version } = await readJson('package.json');
  const { size } = await stat(resolve(destination, `${name}-${version}.tgz`));
  console.log(`${(size / 1e6).toFixed(1)} MB`);
}

try {
  const { values } = parseArgs({
    options: {
      destination: { type: 'string' },
      'page-built': { type: 'boolean' },
      'build-only': { type: 'boolean' },
    },
  });
  await buildAll({ pageBuilt: values['page-built'] === true });
  if (!values['build-only']) await pack(resolve(values.destination ?? '.'));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
