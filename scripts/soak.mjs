/**
 * `npm run soak [-- --minutes N]`: random schedules of the engine's commands for half an hour (or N minutes), then the page
 * for as long as its memory takes to show whether it grows. A failing schedule is printed with its seed and path:
 * SCHEDULE_SEED=... SCHEDULE_PATH=... SCHEDULE_REPLAY=... npx vitest run src/engine/schedules.test.ts
 *
 * `npm run soak -- readers [--minutes N]`: damaged files for every reader, a minute (or N) each. A failure names its seed.
 */
import './lib/require-node.mjs';

const { parseArgs } = await import('node:util');
const { ensureInstalled } = await import('./lib/install.mjs');
const { run, runTool } = await import('./lib/tools.mjs');

const { values, positionals } = parseArgs({
  options: { minutes: { type: 'string' } },
  allowPositionals: true,
});
const [what = 'engine', ...more] = positionals;
const minutes = Number(values.minutes ?? (what === 'engine' ? 30 : 1));
if (!(minutes > 0) || !['engine', 'readers'].includes(what) || more.length > 0) {
  console.error('npm run soak [-- readers] [--minutes N]');
  process.exit(1);
}
await ensureInstalled();
process.exitCode = what === 'readers' ? await soakReaders() : await soakEngine();

/** @returns {Promise<number>} the exit code */
async function soakReaders() {
  const env = { READERS_MINUTES: String(minutes) };
  return runTool('vitest', ['run', 'src/program/readers.test.ts'], { env });
}

/** @returns {Promise<number>} the exit code */
async function soakEngine() {
  const env = { SCHEDULE_MINUTES: String(minutes) };
  const schedules = await runTool('vitest', ['run', 'src/engine/schedules.test.ts'], { env });
  const memory = await run(process.execPath, ['scripts/bench.mjs', 'endurance']);
  return schedules === 0 && memory === 0 ? 0 : 1;
}
