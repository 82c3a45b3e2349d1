/** `npm run fuse -- ...`: builds `src/cli` for Node where it has changed, and runs `fuse.ts`. */
import './lib/require-node.mjs';

const { resolve } = await import('node:path');
const { ensureInstalled } = await import('./lib/install.mjs');
const { ensurePrograms } = await import('./lib/node-program.mjs');
const { keepOutputForData, projectRoot } = await import('./lib/tools.mjs');

// Errors and break points are to be seen in the sources, not in the bundle.
process.setSourceMapsEnabled(true);
const printed = keepOutputForData();
try {
  await ensureInstalled();
  const programs = await ensurePrograms();
  const { main } = await import(new URL('fuse.js', programs).href);
  printed.restore();
  // npm runs scripts in the project's folder, and says where it was called.
  const isNpm = process.env.npm_lifecycle_event === 'fuse';
  const cwd = (isNpm && process.env.INIT_CWD) || process.cwd();
  const configs = resolve(projectRoot, 'config');
  // The demo's configuration names its models from there.
  process.env.TASK_ARITHMETIC_STUDIO_DEMO ??= resolve(projectRoot, 'public/demo');
  process.exitCode = await main(process.argv.slice(2), { cwd, configs, programs });
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
