#!/usr/bin/env node
/** `task-arithmetic-studio COMMAND ...`: the installed program. What it runs was built when it was packed. */
import '../scripts/lib/require-node.mjs';

const { existsSync } = await import('node:fs');
const { fileURLToPath } = await import('node:url');
const { startPage } = await import('../scripts/lib/start-page.mjs');

/** @param {string} path from the folder of `package.json` */
const pathOf = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));

// The demo's configuration names its models from there.
process.env.TASK_ARITHMETIC_STUDIO_DEMO ??= pathOf('dist/demo');

if (existsSync(pathOf('dist-node/studio.js'))) {
  const programs = new URL('../dist-node/', import.meta.url);
  const { main } = await import(new URL('studio.js', programs).href);
  process.exitCode = await main(process.argv.slice(2), {
    cwd: process.cwd(),
    configs: pathOf('config'),
    programs,
    start: (/** @type {string[]} */ args) =>
      startPage({ root: pathOf('dist'), args, command: 'task-arithmetic-studio start' }),
  });
} else {
  console.error('Nothing is built here yet. In the sources: npm run package.');
  process.exitCode = 1;
}
