import { beforeAll, describe, expect, it, vi } from 'vitest';
import { openClip } from '../clip/open';
import { StorageError } from '../errors';
import { allKeys, freshStoreName } from '../storage/test-support';
import type { Library } from '../storage/types';
import type { DroppedFile } from './api';
import { createArrivals } from './arrivals';
import { createJobs } from './jobs/jobs';
import { withoutDemo } from './pool/demo';
import { createQueue } from './queue';
import { createState } from './state';
import { type MicroFiles, microFiles } from './testing/micro';
import { newLibrary } from './testing/stored';

vi.mock('../clip/open', async (original) => {
  const { openClip } = await original<typeof import('../clip/open')>();
  return { openClip: vi.fn(openClip) };
});

let files: MicroFiles;
beforeAll(async () => {
  files = await microFiles();
});

const models = (...names: string[]): DroppedFile[] =>
  names.flatMap((name) => files.models[name] ?? []);
const tasks = (...names: string[]): DroppedFile[] =>
  names.flatMap((name) => files.tasks[name] ?? []);

/** A gate in front of something: it waits until it is let through. */
function gate() {
  const waiting: (() => void)[] = [];
  return {
    pass: () => new Promise<void>((go) => waiting.push(go)),
    count: (n: number) => vi.waitUntil(() => waiting.length >= n, { interval: 1 }),
    open: () => {
      for (const go of waiting.splice(0)) go();
    },
  };
}

/** Arrivals over a library of their own; with `changes` in the library's place. */
async function open(changes: (library: Library) => Partial<Library> = () => ({})) {
  const storeName = freshStoreName();
  const stored = newLibrary(storeName);
  const library = { ...stored, ...changes(stored) };
  const queue = createQueue();
  const jobs = createJobs(() => undefined);
  const state = createState(library, queue, {
    onChange: () => undefined,
    onRemark: () => undefined,
    beforeTasks: async () => undefined,
    onResults: () => undefined,
  });
  await state.open();
  const heads = { offer: vi.fn() };
  return {
    library: stored,
    queue,
    jobs,
    state,
    heads,
    arrivals: createArrivals({ library, queue, jobs, state, heads }),
    names: () => state.value().pool.models.map(({ name }) => name),
    taskNames: () => state.value().tasks.map(({ name }) => name),
    change: (edit: Parameters<typeof state.change>[0]) => queue.run(() => state.change(edit)),
    /** Nothing is in the library but what is listed. */
    async checkLeftovers() {
      const { items } = await stored.read();
      const shown = [...state.value().pool.models, ...state.value().tasks].map(({ id }) => id);
      expect(items.map(({ id }) => id).sort()).toEqual(shown.sort());
      const ids = (await allKeys(storeName)).map((key) => (key as string[])[1]);
      const kinds = (await allKeys(storeName)).map((key) => (key as string[])[0]);
      expect(kinds).not.toContain('job');
      for (const [i, kind] of kinds.entries()) {
        if (kind === 'part') expect(shown).toContain(ids[i]);
      }
    },
  };
}

/** Lets a library stage one model or image set only when it is let. */
const heldStaging =
  (held: ReturnType<typeof gate>, names: readonly string[]) => (library: Library) => {
    const wrap =
      (stage: Library['stageModel']): Library['stageModel'] =>
      async (request, options) => {
        if (names.includes(request.name)) await held.pass();
        return stage(request, options);
      };
    return {
      stageModel: wrap(library.stageModel),
      stageImageSet: wrap(library.stageImageSet),
    };
  };

describe('heads that come with models', () => {
  it('are offered for the full CLIP among them, with its files as they are stored', async () => {
    const { arrivals, heads, state, library } = await open();
    const shipped = new Blob(['heads']);
    await arrivals.addCheckpoints('a', models('base', 'alpha'), 'demo', shipped);
    const { baseId } = state.value().pool;
    const names = (await library.openModel(baseId ?? '')).map(({ name }) => name);
    expect(names.length).toBeGreaterThan(1);
    expect(heads.offer.mock.calls).toEqual([
      [baseId, shipped, names.map((name) => expect.objectContaining({ name }))],
    ]);
  });

  it('are none where none came', async () => {
    const { arrivals, heads } = await open();
    await arrivals.addCheckpoints('a', models('base', 'alpha'), 'user');
    expect(heads.offer).not.toHaveBeenCalled();
  });
});

describe('a drop', () => {
  it('comes in as a whole, in the order of the names', async () => {
    const { arrivals, names, state, checkLeftovers } = await open();
    const outcome = await arrivals.addCheckpoints('1', models('beta', 'base', 'alpha'), 'user');
    expect(outcome.findings).toEqual([]);
    expect([...outcome.added].sort()).toEqual(['alpha', 'base', 'beta']);
    expect(names()).toEqual(['alpha', 'base', 'beta']);
    const { pool } = state.value();
    expect(pool.models.find(({ id }) => id === pool.baseId)?.name).toBe('base');
    expect(pool.models.map(({ origin }) => origin)).toEqual(['user', 'user', 'user']);
    await checkLeftovers();
  });

  it('of pictures brings tasks with their classes and prompts', async () => {
    const { arrivals, state } = await open();
    const outcome = await arrivals.addTaskImages('1', tasks('alpha', 'pairs'), 'user');
    expect(outcome).toEqual({ added: ['alpha', 'pairs'], findings: [] });
    expect(state.value().tasks).toMatchObject([
      {
        name: 'alpha',
        origin: 'user',
        classnames: ['left', 'right'],
        templates: ['a photo of a {}'],
        labels: [0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1],
      },
      { name: 'pairs' },
    ]);
  });

  it('of nothing that can be used changes nothing, and says why', async () => {
    const { arrivals, state } = await open();
    const before = state.value();
    const dropped = [{ path: 'notes.txt', file: new File(['x'], 'notes.txt') }];
    const { added, findings } = await arrivals.addCheckpoints('1', dropped, 'user');
    expect(added).toEqual([]);
    expect(findings).toHaveLength(1);
    expect(state.value()).toBe(before);
  });

  it('comes after those before it, however long they take', async () => {
    const held = gate();
    const { arrivals, names, jobs } = await open(heldStaging(held, ['beta']));
    const first = arrivals.addCheckpoints('drop', models('beta'), 'user');
    const second = arrivals.addCheckpoints('drop', models('alpha'), 'user');
    await held.count(1);
    expect(jobs.views().map(({ id, label }) => [id, label.split(' ')[0]])).toEqual([
      ['drop', 'Reading'],
      ['drop#2', 'Reading'],
    ]);
    held.open();
    await Promise.all([first, second]);
    expect(names()).toEqual(['beta', 'alpha']);
  });

  it('of pictures does not wait for models, nor models for pictures', async () => {
    const held = gate();
    const { arrivals, names, taskNames } = await open(heldStaging(held, ['beta', 'pairs']));
    const slow = arrivals.addCheckpoints('1', models('beta'), 'user');
    await arrivals.addTaskImages('2', tasks('alpha'), 'user');
    expect(taskNames()).toEqual(['alpha']);
    await held.count(1);
    held.open();
    await slow;
    const slowPictures = arrivals.addTaskImages('3', tasks('pairs'), 'user');
    await arrivals.addCheckpoints('4', models('alpha'), 'user');
    expect(names()).toEqual(['beta', 'alpha']);
    await held.count(1);
    held.open();
    await slowPictures;
  });

  it('whose second model finds no room keeps the first, and names the third', async () => {
    const { arrivals, names, checkLeftovers } = await open((library) => ({
      stageModel: (request, options) =>
        request.name === 'beta'
          ? Promise.reject(new StorageError('There is no room.'))
          : library.stageModel(request, options),
    }));
    const { added, findings } = await arrivals.addCheckpoints(
      '1',
      models('alpha', 'beta', 'gamma'),
      'user',
    );
    expect(added).toEqual(['alpha']);
    expect(findings.map(({ subject, severity }) => [subject, severity])).toEqual([
      ['beta', 'error'],
      ['gamma', 'info'],
    ]);
    expect(names()).toEqual(['alpha']);
    await checkLeftovers();
  });

  it('that is stopped keeps what had come in by then, and names the rest', async () => {
    const held = gate();
    const { arrivals, names, jobs, checkLeftovers } = await open(heldStaging(held, ['beta']));
    const adding = arrivals.addCheckpoints('drop', models('alpha', 'beta', 'gamma'), 'user');
    await held.count(1);
    jobs.cancel('drop');
    held.open();
    const { added, findings } = await adding;
    expect(added).toEqual(['alpha']);
    expect(findings.map(({ message }) => message)).toEqual([
      'The import of beta was stopped; nothing of it was kept.',
      'gamma was not added, because the import ended at beta. Add it again.',
    ]);
    expect(names()).toEqual(['alpha']);
    await checkLeftovers();
  });

  it('that is stopped while it waits its turn is let go of', async () => {
    const held = gate();
    const { arrivals, names, jobs } = await open(heldStaging(held, ['beta']));
    const first = arrivals.addCheckpoints('first', models('beta'), 'user');
    await held.count(1);
    const second = arrivals.addCheckpoints('second', models('alpha'), 'user');
    jobs.cancel('second');
    await expect(second).rejects.toMatchObject({ name: 'AbortError' });
    expect(jobs.views().map(({ id }) => id)).toEqual(['first']);
    held.open();
    await first;
    await arrivals.idle();
    expect(names()).toEqual(['beta']);
  });

  it('that is stopped while other work keeps it from its place is let go of', async () => {
    const { arrivals, names, jobs, queue, checkLeftovers } = await open();
    const held = gate();
    const other = queue.run(held.pass);
    const adding = arrivals.addCheckpoints('drop', models('alpha'), 'user');
    await vi.waitUntil(() => jobs.views()[0]?.progress === 1, { interval: 1 });
    await new Promise((resolve) => setTimeout(resolve, 5));
    jobs.cancel('drop');
    await expect(adding).rejects.toMatchObject({ name: 'AbortError' });
    held.open();
    await other;
    await queue.run(async () => undefined);
    expect(names()).toEqual([]);
    await checkLeftovers();
  });

  it('leaves nothing behind where the library cannot place it', async () => {
    let full = false;
    const { arrivals, names, checkLeftovers } = await open((library) => ({
      transact: (change) =>
        full ? Promise.reject(new StorageError('There is no room.')) : library.transact(change),
    }));
    full = true;
    await expect(arrivals.addCheckpoints('1', models('alpha'), 'user')).rejects.toThrow(
      'There is no room.',
    );
    expect(names()).toEqual([]);
    await checkLeftovers();
  });

  it('is looked at against the base that it will have: the user’s own, not the demo’s', async () => {
    const lookedAt = async (origin: 'demo' | 'user', base: 'demo' | 'user') => {
      const { arrivals } = await open();
      await arrivals.addCheckpoints('1', models('base'), base);
      vi.mocked(openClip).mockClear();
      await arrivals.addCheckpoints('2', models('beta'), origin);
      return vi.mocked(openClip).mock.calls[0]?.[2]?.name;
    };
    expect(await lookedAt('user', 'user')).toBe('base');
    expect(await lookedAt('user', 'demo')).toBeUndefined();
    expect(await lookedAt('demo', 'demo')).toBe('base');
  });

  it('is waited for until nothing is on its way', async () => {
    const held = gate();
    const { arrivals } = await open(heldStaging(held, ['beta', 'pairs']));
    let idle = false;
    const both = [
      arrivals.addCheckpoints('1', models('beta'), 'user'),
      arrivals.addTaskImages('2', tasks('pairs'), 'user'),
    ];
    const waiting = arrivals.idle().then(() => {
      idle = true;
    });
    await held.count(2);
    expect(idle).toBe(false);
    held.open();
    await Promise.all([waiting, ...both]);
  });
});

describe('the demo', () => {
  it('comes in once, however often it is brought', async () => {
    const { arrivals, names, taskNames, checkLeftovers } = await open();
    const both = () =>
      Promise.all([
        arrivals.addCheckpoints('1', models('base', 'alpha'), 'demo'),
        arrivals.addTaskImages('2', tasks('alpha'), 'demo'),
      ]);
    await both();
    const again = await both();
    expect(again.map(({ added }) => added)).toEqual([[], []]);
    expect(names()).toEqual(['alpha', 'base']);
    expect(taskNames()).toEqual(['alpha']);
    const more = await arrivals.addCheckpoints('3', models('alpha', 'beta'), 'demo');
    expect(more.added).toEqual(['beta']);
    expect(names()).toEqual(['alpha', 'base', 'beta']);
    await checkLeftovers();
  });

  it('makes two of the user’s of one name, not of itself', async () => {
    const { arrivals, names } = await open();
    await arrivals.addCheckpoints('1', models('alpha'), 'user');
    await arrivals.addCheckpoints('2', models('alpha'), 'user');
    expect(names()).toEqual(['alpha', 'alpha (2)']);
  });

  it('gives way to the user’s own models, with its tasks', async () => {
    const { arrivals, names, taskNames, state } = await open();
    await arrivals.addCheckpoints('1', models('base', 'alpha'), 'demo');
    await arrivals.addTaskImages('2', tasks('alpha'), 'demo');
    await arrivals.addCheckpoints('3', models('beta'), 'user');
    expect(names()).toEqual(['beta']);
    expect(taskNames()).toEqual([]);
    expect(state.value()).toMatchObject({ demoHidden: true, pool: { baseId: null } });
  });

  it('stays where the user brings pictures, or nothing that can be used', async () => {
    const { arrivals, names, taskNames } = await open();
    await arrivals.addCheckpoints('1', models('base'), 'demo');
    await arrivals.addTaskImages('2', tasks('pairs'), 'user');
    const dropped = [{ path: 'notes.txt', file: new File(['x'], 'notes.txt') }];
    await arrivals.addCheckpoints('3', dropped, 'user');
    expect(names()).toEqual(['base']);
    expect(taskNames()).toEqual(['pairs']);
    expect((await arrivals.addCheckpoints('4', models('alpha'), 'demo')).added).toEqual(['alpha']);
  });

  it('is not brought where it was hidden, or the user has models', async () => {
    const { arrivals, names, change, checkLeftovers } = await open();
    await change(withoutDemo);
    await expect(arrivals.addCheckpoints('1', models('base'), 'demo')).rejects.toMatchObject({
      name: 'AbortError',
    });
    await change((records) => ({ ...records, demoHidden: false }));
    await arrivals.addCheckpoints('2', models('alpha'), 'user');
    await expect(arrivals.addTaskImages('3', tasks('alpha'), 'demo')).rejects.toThrow(
      'The demo gave way.',
    );
    expect(names()).toEqual(['alpha']);
    await checkLeftovers();
  });

  it('ends on its way when it is not wanted any more', async () => {
    const held = gate();
    const { arrivals, names, checkLeftovers, jobs } = await open(heldStaging(held, ['base']));
    const coming = arrivals.addCheckpoints('demo', models('alpha', 'base'), 'demo');
    const refused = expect(coming).rejects.toThrow('The demo gave way.');
    await held.count(1);
    arrivals.stopDemo();
    held.open();
    await refused;
    expect(names()).toEqual([]);
    expect(jobs.views()).toEqual([]);
    await checkLeftovers();
    // What comes later is not of that demo.
    await arrivals.addCheckpoints('again', models('alpha'), 'demo');
    expect(names()).toEqual(['alpha']);
  });

  it('ends on its way when the user’s own models come, and is no news then', async () => {
    const held = gate();
    const { arrivals, taskNames } = await open(heldStaging(held, ['pairs']));
    const coming = arrivals.addTaskImages('demo', tasks('pairs'), 'demo');
    const refused = expect(coming).rejects.toThrow('The demo gave way.');
    await held.count(1);
    await arrivals.addCheckpoints('1', models('alpha'), 'user');
    held.open();
    await refused;
    expect(taskNames()).toEqual([]);
  });

  it('is stopped at once when the user’s own models come, not when it has been read', async () => {
    const held = gate();
    const signals: (AbortSignal | undefined)[] = [];
    const { arrivals } = await open((library) => ({
      stageImageSet: async (request, options) => {
        signals.push(options?.signal);
        await held.pass();
        return library.stageImageSet(request, options);
      },
    }));
    const coming = arrivals.addTaskImages('demo', tasks('pairs'), 'demo').catch(() => undefined);
    await held.count(1);
    await arrivals.addCheckpoints('1', models('alpha'), 'user');
    expect(signals.map((signal) => signal?.aborted)).toEqual([true]);
    held.open();
    await coming;
  });

  it('goes on beside its own models, and where the user brings nothing that can be used', async () => {
    const held = gate();
    const { arrivals, taskNames } = await open(heldStaging(held, ['pairs']));
    const coming = arrivals.addTaskImages('demo', tasks('pairs'), 'demo');
    await held.count(1);
    await arrivals.addCheckpoints('1', models('base'), 'demo');
    const dropped = [{ path: 'notes.txt', file: new File(['x'], 'notes.txt') }];
    await arrivals.addCheckpoints('2', dropped, 'user');
    held.open();
    expect((await coming).added).toEqual(['pairs']);
    expect(taskNames()).toEqual(['pairs']);
  });

  it('does not take the user’s own pictures with it when it ends', async () => {
    const held = gate();
    const { arrivals, taskNames } = await open(heldStaging(held, ['pairs']));
    const coming = arrivals.addTaskImages('1', tasks('pairs'), 'user');
    await held.count(1);
    arrivals.stopDemo();
    held.open();
    await coming;
    expect(taskNames()).toEqual(['pairs']);
  });
});
