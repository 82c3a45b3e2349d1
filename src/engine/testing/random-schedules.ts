/**
 * Test support: random schedules: any commands, sent without waiting for one another, to one or two tabs over one library, that are killed
 * and opened again, while storage and compute engine answer in any order. Afterwards everything is right.
 */
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { afterEach, expect, it, vi } from 'vitest';
import { hashBlob } from '../../checkpoint/hash-blob';
import {
  checkAnswers,
  checkFile,
  checkGivenBack,
  checkStored,
  checkTried,
  release,
  settle,
  sharedState,
  type Waiting,
} from './checks';
import { microFiles } from './micro';
import { allCommands, type Real } from './schedule';
import { createWorld, type Tab } from './world';

/** How many in all, or for how long (`npm run soak`). */
const RUNS = Number(process.env.SCHEDULES ?? 1000);
const MINUTES = process.env.SCHEDULE_MINUTES;
const SEED =
  process.env.SCHEDULE_SEED === undefined ? undefined : Number(process.env.SCHEDULE_SEED);
const PATH = process.env.SCHEDULE_PATH;

const files = await microFiles();

/** Tests a share of the runs: two files at once take half as long. */
export function testSchedules(share: number): void {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it('the engine is right whatever happens at once', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.commands(allCommands(files), {
          maxCommands: 16,
          ...(process.env.SCHEDULE_REPLAY ? { replayPath: process.env.SCHEDULE_REPLAY } : {}),
        }),
        async (scheduler, commands) => {
          const world = createWorld((label) => scheduler.schedule(Promise.resolve(), label));
          const waiting: Waiting = {
            for: (some) => scheduler.waitFor(some),
          };
          const real: Real = {
            world,
            files,
            sent: [],
            given: [],
            touched: new Map(),
            noted: new Map(),
            tried: new Map(),
            jobs: 0,
          };
          try {
            const first = world.open();
            await waiting.for(until(first.connected));
            const start = first.inside(() =>
              Promise.all([
                first.engine.addCheckpoints(
                  'start',
                  ['base', 'alpha', 'twins'].flatMap((name) => files.models[name] ?? []),
                  'user',
                ),
                first.engine.addTaskImages('start', files.tasks.alpha ?? [], 'user'),
              ]),
            );
            await waiting.for(start);
            await fc.scheduledModelRun(scheduler, () => ({ model: {}, real }), commands);
            await check(real, waiting);
          } finally {
            await waiting.for(world.end());
          }
        },
      ),
      {
        ...(MINUTES === undefined
          ? { numRuns: Math.ceil(RUNS * share) }
          : { numRuns: 1_000_000, interruptAfterTimeLimit: Number(MINUTES) * 60_000 }),
        ...(SEED === undefined ? {} : { seed: SEED }),
        ...(PATH ? { path: PATH } : {}),
      },
    );
  }, 7_200_000);
}

/** Of a millisecond or more each. */
const KEPT_ROUNDS = 3000;

const agreesWith = (first: Tab) => (tab: Tab) =>
  isDeepStrictEqual(sharedState(tab.state()), sharedState(first.state()));

async function check(real: Real, waiting: Waiting): Promise<void> {
  const { world, sent, given } = real;
  await waiting.for(until(() => sent.every(({ settled }) => settled !== undefined)));
  checkAnswers(sent);
  await waiting.for(until(() => world.tabs.every((tab) => tab.connected())));
  // What was stopped goes on.
  for (const tab of world.tabs) await waiting.for(tab.inside(() => tab.engine.sweep([])));
  await settle(world, waiting);
  await waiting.for(release(real));

  const merged = new Map<string, (typeof given)[number]['file']['file']>();
  for (const { file } of given) merged.set(await hashBlob(file.file), file.file);
  for (const { file } of given) await checkFile(file, files, merged);

  const [tab] = world.tabs;
  if (!tab) throw new Error('a tab is open');
  // What one tab refines is kept, and so seen by the others, within a second.
  await waiting.for(until(() => world.tabs.every(agreesWith(tab)), KEPT_ROUNDS).catch(() => {}));
  await settle(world, waiting);
  for (const { state } of world.tabs) {
    expect(state().scores.failure).toBeNull();
    expect(sharedState(state()), 'tabs agree').toEqual(sharedState(tab.state()));
  }
  await waiting.for(tab.inside(() => checkStored(tab, world)));
  for (const each of world.tabs) await waiting.for(each.inside(() => checkTried(each, real)));
  const shown = sharedState(tab.state());
  const visited = shown.scores.curve.map(({ scalingFactor }) => scalingFactor);
  const closing = [...world.tabs];
  for (const closed of closing) await waiting.for(world.close(closed));
  for (const closed of closing) checkGivenBack(closed);

  // A fresh engine on the same library shows the same, first from what is kept, then from a scoring of its own.
  const again = world.open();
  await settle(world, waiting);
  expect(sharedState(again.state()), 'a fresh engine shows the same').toEqual(shown);
  await waiting.for(world.close(again));
  await forgetScores(world.storeName);
  const anew = world.open();
  await settle(world, waiting);
  await waiting.for(anew.inside(() => anew.engine.sweep(visited)));
  await settle(world, waiting);
  expect(sharedState(anew.state()).scores, 'every score is that of a fresh scoring').toEqual(
    shown.scores,
  );
  await waiting.for(world.close(anew));
  checkGivenBack(anew);
}

async function forgetScores(storeName: string): Promise<void> {
  const { createStore, delMany, keys } = await import('idb-keyval');
  const store = createStore(storeName, 'library');
  const all = await keys<IDBValidKey>(store);
  await delMany(
    all.filter((key) => Array.isArray(key) && String(key[0]).startsWith('result')),
    store,
  );
}

async function until(holds: () => boolean, rounds = 60_000): Promise<void> {
  for (let round = 0; !holds(); round++) {
    if (round > rounds) throw new Error('this does not come to hold');
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
