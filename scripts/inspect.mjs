/** `npm run -s inspect -- [--json] FILE...`: builds `src/cli` for Node where it has changed, and runs `inspect.ts`. */
import './lib/require-node.mjs';

const { ensureInstalled } = await import('./lib/install.mjs');
const { ensurePrograms } = await import('./lib/node-program.mjs');
const { keepOutputForData } = await import('./lib/tools.mjs');

// What installs and bundles must not get between the lines of JSON.
const printed = keepOutputForData();
try {
  await ensureInstalled();
  const programs = await ensurePrograms();
  const { main } = await import(new URL('inspect.js', programs).href);
  printed.restore();
  // npm runs scripts in the project's folder, and says where it was called.
  const isNpm = process.env.npm_lifecycle_event === 'inspect';
  const folder = (isNpm && process.env.INIT_CWD) || process.cwd();
  process.exitCode = await main(process.argv.slice(2), folder);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
