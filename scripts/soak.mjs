/**
 * `npm run soak [-- --minutes N]`: random schedules of the engine's commands for half an hour (or N minutes), then the page
 * for as long as its memory takes to show whether it grows. A failing schedule is printed with its seed and path:
 * SCHEDULE_SEED=... SCHEDULE_PATH=... npx vitest run src/engine/schedules.test.ts
 */
import './lib/require-node.mjs';

const { parseArgs } = await import('node:util');
const { ensureInstalled } = await import('./lib/install.mjs');
const { run, runTool } = await import('./lib/tools.mjs');

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '30' } } });
const minutes = Number(values.minutes);
if (!(minutes > 0)) {
  console.error('npm run soak [-- --minutes N]');
  process.exit(1);
}
await ensureInstalled();
const env = { SCHEDULE_MINUTES: String(minutes) };
const schedules = await runTool('vitest', ['run', 'src/engine/schedules.test.ts'], { env });
const memory = await run(process.execPath, ['scripts/bench.mjs', 'endurance']);
process.exitCode = schedules === 0 && memory === 0 ? 0 : 1;
