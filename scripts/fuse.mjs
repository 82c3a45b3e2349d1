/** `npm run fuse -- ...`: bundles `src/cli/fuse.ts` for Node where it has changed, and runs it. */
import './lib/require-node.mjs';

const { resolve } = await import('node:path');
const { pathToFileURL } = await import('node:url');
const { ensureInstalled } = await import('./lib/install.mjs');
const { ensureProgram } = await import('./lib/node-program.mjs');
const { keepOutputForData, projectRoot } = await import('./lib/tools.mjs');

// Errors and break points are to be seen in the sources, not in the bundle.
process.setSourceMapsEnabled(true);
const printed = keepOutputForData();
try {
  await ensureInstalled();
  const bundle = await ensureProgram('fuse');
  const { main } = await import(pathToFileURL(bundle).href);
  printed.restore();
  // npm runs scripts in the project's folder, and says where it was called.
  const isNpm = process.env.npm_lifecycle_event === 'fuse';
  const cwd = (isNpm && process.env.INIT_CWD) || process.cwd();
  const configs = resolve(projectRoot, 'config');
  process.exitCode = await main(process.argv.slice(2), { cwd, configs });
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
