/** `npm run -s inspect -- [--json] FILE...`: bundles `src/cli/inspect.ts` for Node where it has changed, and runs it. */
import './lib/require-node.mjs';

const { pathToFileURL } = await import('node:url');
const { ensureInstalled } = await import('./lib/install.mjs');
const { ensureProgram } = await import('./lib/node-program.mjs');
const { keepOutputForData } = await import('./lib/tools.mjs');

// What installs and bundles must not get between the lines of JSON.
const printed = keepOutputForData();
try {
  await ensureInstalled();
  const bundle = await ensureProgram('inspect');
  const { main } = await import(pathToFileURL(bundle).href);
  printed.restore();
  // npm runs scripts in the project's folder, and says where it was called.
  const isNpm = process.env.npm_lifecycle_event === 'inspect';
  const folder = (isNpm && process.env.INIT_CWD) || process.cwd();
  process.exitCode = await main(process.argv.slice(2), folder);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
