/** `npm start [-- --port N --hub[=URL]]`: installs what is missing, builds the page, serves it on this machine and opens it. */
import './lib/require-node.mjs';

const { resolve } = await import('node:path');
const { ensureInstalled } = await import('./lib/install.mjs');
const { mistakeText, readStartArguments, startPage } = await import('./lib/start-page.mjs');
const { projectRoot, runTool } = await import('./lib/tools.mjs');

const COMMAND = 'npm start --';
const args = process.argv.slice(2);
try {
  // A mistake is told before anything is built.
  const { help } = readStartArguments(args, process.env);
  if (!help) {
    await ensureInstalled();
    if ((await runTool('vite', ['build', '--logLevel', 'warn'])) !== 0)
      throw new Error('The page could not be built; the output above says why.');
  }
  const root = resolve(projectRoot, 'dist');
  process.exitCode = await startPage({ root, args, command: COMMAND });
} catch (error) {
  console.error(mistakeText(error, COMMAND));
  process.exitCode = 1;
}
