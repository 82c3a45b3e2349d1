/**
 * `npm run demo-comparison`: compares all methods on the built-in demo and writes the table into its card, to be run when there is
 * another method. Takes minutes; scores are kept, so that only what is new is scored the next time.
 */
import './lib/require-node.mjs';

const { mkdtemp, readFile, rm, writeFile } = await import('node:fs/promises');
const { tmpdir } = await import('node:os');
const { join, resolve } = await import('node:path');
const { comparisonBlock, withBlock } = await import('./lib/demo-comparison.mjs');
const { ensureInstalled } = await import('./lib/install.mjs');
const { ensurePrograms } = await import('./lib/node-program.mjs');
const { projectRoot } = await import('./lib/tools.mjs');

await ensureInstalled();
const programs = await ensurePrograms();
const { main } = await import(new URL('fuse.js', programs).href);
const folder = await mkdtemp(join(tmpdir(), 'studio-comparison-'));
try {
  const report = join(folder, 'report.json');
  const args = [
    '--config-path',
    'config/_get_started',
    '--config-name',
    'demo',
    '+print_config=false',
  ];
  process.exitCode = await main(
    [...args, '+compare=all', 'compare.save_path=null', `+report_save_path=${report}`],
    { cwd: projectRoot, configs: resolve(projectRoot, 'config'), programs },
  );
  if (process.exitCode === 0) {
    const { task_arithmetic_studio: own } = JSON.parse(await readFile(report, 'utf8'));
    const block = comparisonBlock(own.comparison.rows);
    // The card is made of the prose: what stands there comes with it.
    for (const name of ['public/demo/README.md', 'reference/demo/card.md']) {
      const path = resolve(projectRoot, name);
      await writeFile(path, withBlock(await readFile(path, 'utf8'), block));
    }
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
