/**
 * Random schedules: any commands, sent without waiting for one another, to one or two tabs over one library, that are killed
 * and opened again, while storage and compute engine answer in any order. Afterwards everything is right.
 */
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { hashBlob } from '../checkpoint/hash-blob';
import {
  checkAnswers,
  checkFile,
  checkGivenBack,
  checkStored,
  release,
  settle,
  sharedState,
  type Waiting,
} from './testing/checks';
import { microFiles } from './testing/micro';
import { allCommands, type Real } from './testing/schedule';
import { countBuffers, createWorld } from './testing/world';

vi.mock('../runtime/cpu/backend', async (original) => {
  const actual = await original<typeof import('../runtime/cpu/backend')>();
  return {
    ...actual,
    createCpuBackend() {
      const backend = actual.createCpuBackend();
      const alive = new Set<unknown>();
      const counted = <T>(buffer: T): T => {
        alive.add(buffer);
        countBuffers(1);
        return buffer;
      };
      const gone = (buffer: unknown) => {
        if (!alive.delete(buffer)) throw new Error('a buffer was freed twice');
        countBuffers(-1);
      };
      return {
        ...backend,
        upload: (data: Parameters<typeof backend.upload>[0]) => counted(backend.upload(data)),
        allocate: (length: number) => counted(backend.allocate(length)),
        borrow: (length: number) => counted(backend.borrow(length)),
        receive: async (...given: Parameters<typeof backend.receive>) =>
          counted(await backend.receive(...given)),
        take(buffer: Parameters<typeof backend.take>[0]) {
          gone(buffer);
          return backend.take(buffer);
        },
        free(buffer: Parameters<typeof backend.free>[0]) {
          gone(buffer);
          backend.free(buffer);
        },
      };
    },
  };
});

/** How many, or for how long (`npm run soak`). */
const RUNS = Number(process.env.SCHEDULES ?? 1000);
const MINUTES = process.env.SCHEDULE_MINUTES;
const SEED =
  process.env.SCHEDULE_SEED === undefined ? undefined : Number(process.env.SCHEDULE_SEED);
const PATH = process.env.SCHEDULE_PATH;

const files = await microFiles();

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('the engine', () => {
  it('is right whatever happens at once', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.commands(allCommands(files), { maxCommands: 16 }),
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
          ? { numRuns: RUNS }
          : { numRuns: 1_000_000, interruptAfterTimeLimit: Number(MINUTES) * 60_000 }),
        ...(SEED === undefined ? {} : { seed: SEED }),
        ...(PATH ? { path: PATH } : {}),
      },
    );
  }, 7_200_000);
});

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
  for (const { state } of world.tabs) {
    expect(state().scores.failure).toBeNull();
    expect(sharedState(state()), 'tabs agree').toEqual(sharedState(tab.state()));
  }
  await waiting.for(tab.inside(() => checkStored(tab, world)));
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

async function until(holds: () => boolean): Promise<void> {
  for (let round = 0; !holds(); round++) {
    if (round > 10_000) throw new Error('this does not come to hold');
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
