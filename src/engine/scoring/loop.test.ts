import { describe, expect, it, vi } from 'vitest';
import { magMax } from '../../method/magmax';
import { memoryCache } from '../../taskpool/heads/testing';
import { fakeRuntime } from '../testing/fake-runtime';
import { microInputs, microTask, openMicro } from '../testing/micro-models';
import { count, demand } from '../testing/scoring';
import { createTurns, until } from '../testing/turns';
import { createScoreBook } from './book';
import { createLoop, type LoopEvents } from './loop';
import { columns, type Demand, mergedColumn, type Unit } from './plan';
import { createWorkspace } from './workspace';

const micro = await openMicro();
const INPUTS = microInputs(micro);
const ALL = demand(INPUTS, 0.3);
const ALPHA = microTask(micro, 'alpha', 'alpha');
const PAIRS = microTask(micro, 'pairs');

function label({ key: { weights }, task: { name } }: Unit): string {
  return weights.kind === 'merged' ? `${weights.scalingFactor} ${name}` : `${weights.kind} ${name}`;
}
const labels = (of: Demand) => [...columns(of, 'cpu')].flat().map(label);

/** A timer that never fires. */
function setTimeoutOf(waits: number[], ms = 0): NodeJS.Timeout {
  waits.push(ms);
  return {} as NodeJS.Timeout;
}

async function loopOn(given: Partial<LoopEvents> = {}, book = createScoreBook()) {
  const turns = createTurns();
  const fake = await fakeRuntime(turns.turn);
  const cache = memoryCache();
  const workspace = createWorkspace(fake.runtime, cache);
  const counted: string[] = [];
  const completed: Demand[] = [];
  const failures: Error[] = [];
  const told: string[] = [];
  const loop = createLoop(workspace, book, {
    onPreparing: (what) => void told.push(what),
    onCounted: (unit) => void counted.push(label(unit)),
    onComplete: async (done) => void completed.push(done),
    onFailure: (error) => void failures.push(error),
    ...given,
  });
  return { ...fake, turns, cache, workspace, book, counted, completed, failures, told, loop };
}

describe('the scoring loop', () => {
  it('scores everything in demand, most urgent first, says so, and rests', async () => {
    const { loop, counted, completed, failures, told, ort } = await loopOn();
    loop.demand(ALL);
    await loop.idle();
    expect(counted).toEqual(labels(ALL));
    expect(completed).toEqual([ALL]);
    expect(failures).toEqual([]);
    expect(new Set(told)).toEqual(new Set(['Combining the experts', 'Zero-shot head of alpha']));
    expect(ort.pictureRuns()).toBe(counted.length);
    await loop.idle();
    loop.demand(ALL);
    await loop.idle();
    expect(completed).toHaveLength(2);
    expect(ort.pictureRuns()).toBe(counted.length);
  });

  it('scores each picture once, though the book has no room for the whole demand', async () => {
    const { loop, counted, failures } = await loopOn({}, createScoreBook(1));
    loop.demand(ALL);
    await loop.idle();
    expect(counted).toEqual(labels(ALL));
    expect(failures).toEqual([]);
  });

  it('has one batch in flight, however often the demand changes', async () => {
    const { loop, turns, counted } = await loopOn();
    turns.hold('run');
    loop.demand(ALL);
    await turns.next();
    for (let i = 0; i < 8; i++) {
      loop.demand(demand(INPUTS, i / 8));
      await new Promise((resolve) => setTimeout(resolve, 2));
      expect(turns.held()).toBeLessThanOrEqual(1);
    }
    turns.release();
    await loop.idle();
    expect(counted).toEqual(labels(demand(INPUTS, 7 / 8)));
  });

  it('drops the batch in flight where it is no longer wanted, and says nothing of it', async () => {
    const { loop, turns, counted, failures, book } = await loopOn();
    loop.demand(ALL);
    turns.hold('run');
    await turns.next();
    await until(() => expect(turns.held()).toBe(1));
    loop.demand(demand(INPUTS, 0.7));
    turns.release();
    await loop.idle();
    expect(counted).toEqual(labels(demand(INPUTS, 0.7)));
    expect(book.visited('cpu', INPUTS)).toEqual([0.3, 0.7]);
    expect(failures).toEqual([]);
  });

  it('counts the batch in flight where it is still wanted', async () => {
    const { loop, turns, counted, ort } = await loopOn();
    loop.demand(ALL);
    turns.hold('run');
    await turns.next();
    await until(() => expect(turns.held()).toBe(1));
    loop.demand(demand(INPUTS, 0.7, [0.3]));
    turns.release();
    await loop.idle();
    expect(counted[0]).toBe('0.3 alpha');
    expect(counted.toSorted()).toEqual(labels(demand(INPUTS, 0.7, [0.3])).toSorted());
    expect(ort.pictureRuns()).toBe(counted.length);
  });

  it('makes what the slider moves resident again, when there is time', async () => {
    const { loop, workspace, counted, told } = await loopOn();
    loop.demand(ALL);
    await loop.idle();
    const other = {
      ...INPUTS,
      key: { ...INPUTS.key, method: magMax.name },
      method: { method: magMax },
    };
    const only = new Map(INPUTS.tasks.map(({ id }) => [id, [0]]));
    loop.demand({ ...demand(other, 0.3), only });
    await loop.idle();
    expect(workspace.residence(other.key)).not.toBeNull();
    counted.length = 0;
    told.length = 0;
    loop.demand(ALL);
    await loop.idle();
    expect(workspace.residence(INPUTS.key)).toBeNull();
    loop.spare(true);
    await loop.idle();
    expect(workspace.residence(INPUTS.key)).not.toBeNull();
    expect(workspace.residence(other.key)).toBeNull();
    expect([counted, told]).toEqual([[], []]);
  });

  it('stops when nothing is in demand, and counts nothing any more', async () => {
    const { loop, turns, counted, completed, failures } = await loopOn();
    loop.demand(ALL);
    turns.hold('run');
    await turns.next();
    await until(() => expect(turns.held()).toBe(1));
    loop.demand(null);
    turns.release();
    await loop.idle();
    expect([counted, completed, failures]).toEqual([[], [], []]);
    loop.demand(ALL);
    await loop.idle();
    expect(completed).toEqual([ALL]);
  });

  it('lets others have the thread for a while after each batch, and ends that for another demand', async () => {
    const waits: number[] = [];
    const timeout = vi.spyOn(globalThis, 'setTimeout');
    let others = true;
    const { loop, counted } = await loopOn({
      hasOthers() {
        // Never comes to its end by itself.
        if (others) timeout.mockImplementationOnce((_, ms) => setTimeoutOf(waits, ms));
        return others;
      },
    });
    loop.demand(ALL);
    await until(() => expect(waits).toHaveLength(1));
    await new Promise((resolve) => setImmediate(resolve));
    expect(counted).toEqual(labels(ALL).slice(0, 1));
    expect(waits[0]).toBeGreaterThan(0);
    others = false;
    loop.demand(demand(INPUTS, 0.7));
    await loop.idle();
    timeout.mockRestore();
    expect(counted.slice(1)).toEqual(labels(demand(INPUTS, 0.7)));
  });

  it('prepares nothing that is no longer wanted when its turn comes', async () => {
    const { loop, workspace, counted } = await loopOn();
    const prepare = vi.spyOn(workspace, 'prepare');
    let end: () => void = () => undefined;
    const exporting = workspace.exclusive(() => new Promise<void>((resolve) => (end = resolve)));
    loop.demand(ALL);
    await new Promise((resolve) => setTimeout(resolve, 2));
    loop.demand(demand(INPUTS, 0.7));
    end();
    await exporting;
    await loop.idle();
    expect(prepare.mock.calls.map(([, unit]) => label(unit))).toEqual(counted);
    expect(counted[0]).toBe('0.7 alpha');
  });
});

describe('a head that is being computed', () => {
  /** More prompts than fit one batch of them: it is given up between two. */
  const templates = Array.from({ length: 20 }, (_, i) => `${i} {}`);
  const long = microInputs(micro, {
    tasks: [microTask(micro, 'alpha', 'alpha', { templates }), PAIRS],
  });

  async function computing() {
    const all = await loopOn();
    const get = vi.spyOn(all.cache, 'get');
    all.turns.hold('run');
    all.loop.demand(demand(long));
    await until(() => expect(all.turns.held()).toBe(1));
    return { ...all, get };
  }

  it('is gone on with when another unit of its task is wanted', async () => {
    const { loop, turns, get, counted } = await computing();
    loop.demand(demand(long, 0.7));
    turns.release();
    await loop.idle();
    // One for each task.
    expect(get).toHaveBeenCalledTimes(2);
    expect(counted).toEqual(labels(demand(long, 0.7)));
  });

  it.each([
    ['its task is removed', demand(microInputs(micro, { tasks: [PAIRS] }))],
    ['its prompts are others', demand(microInputs(micro, { tasks: [ALPHA, PAIRS] }))],
    ['nothing is wanted', null],
  ])('is given up when %s', async (_, next) => {
    const { loop, turns, cache, failures, counted } = await computing();
    loop.demand(next);
    turns.release();
    await loop.idle();
    expect(counted).toEqual(next ? labels(next) : []);
    expect(failures).toEqual([]);
    // Both tasks with one prompt have one head, which is that of the next demand.
    expect(cache.heads.size).toBe(next ? 1 : 0);
  });
});

describe('a failure', () => {
  it('is told once, ends the loop, and is over with the next demand', async () => {
    const { loop, turns, failures, completed, counted } = await loopOn();
    turns.hold('run');
    loop.demand(ALL);
    await turns.next();
    await turns.next(new Error('out of memory'));
    await loop.idle();
    expect(failures.map(String)).toEqual([
      'DeviceError: ONNX Runtime (wasm) could not run the graph: there is not enough memory. Close other programs or pages, or score a smaller model.',
    ]);
    expect([counted, completed, turns.held()]).toEqual([[], [], 0]);
    turns.release();
    loop.demand(ALL);
    await loop.idle();
    expect(completed).toEqual([ALL]);
    expect(failures).toHaveLength(1);
  });

  it('of what is no longer in demand is no matter', async () => {
    const { loop, turns, failures, counted } = await loopOn();
    turns.hold('run');
    loop.demand(ALL);
    await turns.next();
    await until(() => expect(turns.held()).toBe(1));
    const next = demand(INPUTS, 0.7);
    loop.demand(next);
    await turns.next(new Error('out of memory'));
    turns.release();
    await loop.idle();
    expect(failures).toEqual([]);
    expect(counted).toEqual(labels(next));
  });

  it('does not lose a demand that comes while the loop ends', async () => {
    const { loop, turns, completed } = await loopOn({
      onFailure: () => queueMicrotask(() => loop.demand(ALL)),
    });
    turns.hold('run');
    loop.demand(ALL);
    await turns.next(new Error('out of memory'));
    turns.release();
    await until(() => expect(completed).toEqual([ALL]));
  });
});

it('goes on with a demand that comes while the one before is told to be complete', async () => {
  const next = demand(INPUTS, 0.7);
  const completed: Demand[] = [];
  const { loop, counted } = await loopOn({
    async onComplete(done) {
      completed.push(done);
      if (done === ALL) loop.demand(next);
    },
  });
  loop.demand(ALL);
  await loop.idle();
  expect(completed).toEqual([ALL, next]);
  expect(counted).toEqual([...labels(ALL), '0.7 alpha', '0.7 pairs']);
});

describe('in its spare time', () => {
  /** Two values looked at, of which each task has counted one picture. */
  async function looked() {
    const refined: string[] = [];
    const made = await loopOn({ onRefined: (unit) => void refined.push(label(unit)) });
    for (const factor of [0.9, 0.1]) {
      for (const unit of mergedColumn(INPUTS, 'cpu', factor)) count(made.book, unit, 1);
    }
    return { ...made, refined };
  }
  const open = ({ book }: Awaited<ReturnType<typeof loopOn>>, factor: number) =>
    mergedColumn(INPUTS, 'cpu', factor).filter((unit) => !book.find(unit)?.complete);

  it('refines what was looked at, and never before what is in demand', async () => {
    const made = await looked();
    const { loop, refined, completed, counted } = made;
    loop.demand(ALL);
    await loop.idle();
    expect(refined).toEqual([]);
    const asked = counted.length;
    // As after a reload, where everything was scored before: what is prepared for it is no news either.
    await made.workspace.clear();
    const said = made.told.length;
    loop.spare(true);
    await loop.idle();
    expect(made.told).toHaveLength(said);
    expect([0.1, 0.9].flatMap((factor) => open(made, factor))).toEqual([]);
    expect(new Set(refined.map((each) => each.split(' ')[0]))).toEqual(new Set(['0.1', '0.9']));
    expect(counted).toHaveLength(asked);
    expect(completed).toEqual([ALL]);
  });

  it('does none of it before there is time, or once everything was stopped', async () => {
    const { loop, refined } = await looked();
    loop.spare(true);
    loop.demand(null);
    await loop.idle();
    expect(refined).toEqual([]);
    loop.spare(false);
    loop.demand(ALL);
    await loop.idle();
    expect(refined).toEqual([]);
  });

  it('drops the batch in flight for what is asked, or where the time is up', async () => {
    const made = await looked();
    const { loop, turns, refined, counted, failures } = made;
    loop.demand(ALL);
    await loop.idle();
    turns.hold('run');
    loop.spare(true);
    await until(() => expect(turns.held()).toBe(1));
    loop.spare(false);
    turns.release();
    await loop.idle();
    expect(refined).toEqual([]);
    turns.hold('run');
    loop.spare(true);
    await until(() => expect(turns.held()).toBe(1));
    const asked = counted.length;
    loop.demand(demand(INPUTS, 0.7));
    turns.release();
    await until(() => expect(counted[asked]).toMatch(/^0.7 /));
    await loop.idle();
    expect(failures).toEqual([]);
  });

  it('says nothing of what it could not refine', async () => {
    const made = await looked();
    const { loop, failures, workspace } = made;
    loop.demand(ALL);
    await loop.idle();
    const failing = vi.spyOn(workspace, 'prepare').mockRejectedValue(new Error('no room'));
    loop.spare(true);
    await loop.idle();
    expect(failing).toHaveBeenCalledTimes(1);
    expect(failures).toEqual([]);
  });
});
