import { afterEach, describe, expect, it, vi } from 'vitest';
import type { ClipModel } from '../../clip/types';
import { magMax } from '../../method/magmax';
import { memoryCache } from '../../taskpool/heads/testing';
import * as patchSources from '../../taskpool/patch-source';
import { scoreBatch } from '../../taskpool/score';
import { createTally } from '../../taskpool/tally';
import { fakeRuntime } from '../testing/fake-runtime';
import { microInputs, microTask, openMicro, weighed } from '../testing/micro-models';
import { unit } from '../testing/scoring';
import type { Unit } from './plan';
import type { ScoringInputs, TaskInput } from './readiness';
import { createWorkspace } from './workspace';

vi.mock('../../taskpool/patch-source', { spy: true });
const createPatchSource = vi.mocked(patchSources.createPatchSource);

afterEach(() => {
  createPatchSource.mockClear();
});

const micro = await openMicro();
const INPUTS = microInputs(micro);
const ALPHA = microTask(micro, 'alpha', 'alpha');
const PAIRS = microTask(micro, 'pairs');

function mergedUnit(inputs: ScoringInputs, task: TaskInput, scalingFactor = 0.3): Unit {
  const weights = { kind: 'merged', combination: inputs.key, scalingFactor } as const;
  return unit({ engine: 'cpu', weights, task: task.key }, task);
}

type Runtimes = Parameters<typeof fakeRuntime>;

async function workspaceOn(...given: Runtimes) {
  const { runtime, ...fake } = await fakeRuntime(...given);
  const cache = memoryCache();
  const get = vi.spyOn(cache, 'get');
  const workspace = createWorkspace(runtime, cache);
  const stops = () => ({ unit: new AbortController(), head: new AbortController() });
  const told: string[] = [];
  const prepare = (
    inputs: ScoringInputs = INPUTS,
    task: TaskInput = ALPHA,
    { unit, head } = stops(),
  ) =>
    workspace.exclusive(() =>
      workspace.prepare(
        inputs,
        mergedUnit(inputs, task),
        { unit: unit.signal, head: head.signal },
        (what, done, total) => told.push(`${what} ${done}/${total}`),
      ),
    );
  return { ...fake, runtime, workspace, prepare, cache, get, told, stops };
}

/** The same, of another base model. */
const withBase = (part: Partial<ClipModel>, inputs = INPUTS): ScoringInputs => ({
  ...inputs,
  base: { ...inputs.base, model: { ...inputs.base.model, ...part } },
});

const cropsLeft = () => createPatchSource.mock.calls[0]?.[3].left ?? Number.NaN;

describe('a workspace', () => {
  it('brings into place what scores a batch', async () => {
    const { prepare, ort } = await workspaceOn();
    const { model, task } = await prepare();
    const tally = createTally(ALPHA.images.length, 2);
    expect(await scoreBatch(model, task, tally)).toBe(12);
    expect(tally).toMatchObject({ complete: true, scored: 12, unreadable: [] });
    expect(ort.pictureRuns()).toBe(1);
    expect(task.labels).toBe(ALPHA.labels);
    // Every prefix has as many pictures of one class as of the other.
    expect(
      task.order
        .slice(0, 2)
        .map((index) => ALPHA.labels[index])
        .sort(),
    ).toEqual([0, 1]);
  });

  it('says what it is doing', async () => {
    const { prepare, told } = await workspaceOn();
    await prepare();
    const tensors = told.length - 1;
    expect(told[0]).toBe('Zero-shot head of alpha 2/2');
    expect(told[1]).toBe(`Combining the experts 1/${tensors}`);
    expect(told.at(-1)).toBe(`Combining the experts ${tensors}/${tensors}`);
  });

  it('does one piece of work at a time', async () => {
    const { workspace } = await workspaceOn();
    const seen: string[] = [];
    const work = (name: string) => async () => {
      seen.push(`${name} begins`);
      await new Promise((resolve) => setTimeout(resolve));
      seen.push(`${name} ends`);
      return name;
    };
    const both = [workspace.exclusive(work('a')), workspace.exclusive(work('b'))];
    expect(await Promise.all(both)).toEqual(['a', 'b']);
    expect(seen).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
  });
});

describe('resident weights', () => {
  it('are read once while combination and donor are the same', async () => {
    const { prepare, done } = await workspaceOn();
    const { model } = await prepare();
    const { uploads } = done;
    const again = await prepare(microInputs(micro), PAIRS);
    expect(again.model.projection).toBe(model.projection);
    expect(done.uploads).toBe(uploads);
  });

  it.each([
    ['another combination', microInputs(micro, { experts: ['alpha', 'gamma'] })],
    ['another method', microInputs(micro, { method: magMax })],
    ['another donor', microInputs(micro, { donor: 'second' })],
  ])('make room before those of %s are read', async (_, other) => {
    const { prepare, alive, runtime } = await workspaceOn();
    await prepare();
    const before = alive();
    expect(before).toBeGreaterThan(0);
    const reserve = vi.spyOn(runtime.tensors, 'reserve').mockImplementation(async () => {
      expect(alive()).toBe(0);
    });
    await prepare(other);
    expect(reserve).toHaveBeenCalledOnce();
    expect(alive()).toBe(before);
  });

  it('are told of to whoever asks for this very combination', async () => {
    const { prepare, workspace } = await workspaceOn();
    const other = microInputs(micro, { experts: ['alpha'] });
    expect(workspace.residence(INPUTS.key)).toBeNull();
    const { model } = await prepare();
    expect(workspace.residence(microInputs(micro).key)?.projection).toBe(model.projection);
    expect(workspace.residence(other.key)).toBeNull();
    await prepare(other);
    expect(workspace.residence(INPUTS.key)).toBeNull();
    expect(workspace.residence(other.key)).not.toBeNull();
  });

  it('are none where reading them failed, and are read again when asked for again', async () => {
    const { prepare, workspace, alive, stops } = await workspaceOn();
    await prepare();
    const other = microInputs(micro, { experts: ['gamma'] });
    const stopped = stops();
    stopped.unit.abort(new Error('given up'));
    await expect(prepare(other, ALPHA, stopped)).rejects.toThrow('given up');
    expect(alive()).toBe(0);
    expect(workspace.residence(INPUTS.key)).toBeNull();
    expect(workspace.residence(other.key)).toBeNull();
    await prepare();
    expect(workspace.residence(INPUTS.key)).not.toBeNull();
  });
});

describe('experts that count otherwise', () => {
  it('are told of as what they are, and read once', async () => {
    const { prepare, workspace, done, told } = await workspaceOn();
    await prepare();
    const half = weighed(INPUTS, [0.5, 1]);
    await prepare(half);
    expect(told.some((text) => text.startsWith('Reading the experts 1/'))).toBe(true);
    expect(workspace.residence(half.key)).not.toBeNull();
    expect(workspace.residence(INPUTS.key)).toBeNull();
    const { writes, uploads } = done;
    for (const other of [weighed(INPUTS, [0.5, -1]), microInputs(micro, { experts: ['beta'] })]) {
      await prepare(other);
      expect(workspace.residence(other.key)).not.toBeNull();
    }
    expect(done).toMatchObject({ writes, uploads });
  });

  it('are of no combination where that was given up, and of the next one after it', async () => {
    const { prepare, workspace, stops, told, alive } = await workspaceOn();
    await prepare();
    const stopped = stops();
    const tell = vi.spyOn(told, 'push').mockImplementation((text) => {
      if (text.startsWith('Combining the experts 2/')) stopped.unit.abort(new Error('given up'));
      return 0;
    });
    await expect(prepare(weighed(INPUTS, [2, 1]), ALPHA, stopped)).rejects.toThrow('given up');
    tell.mockRestore();
    expect(workspace.residence(INPUTS.key)).toBeNull();
    await prepare();
    expect(workspace.residence(INPUTS.key)).not.toBeNull();
    await workspace.clear();
    expect(alive()).toBe(0);
  });
});

describe('the vision tower', () => {
  it('is made once for a geometry, and let go before another is made', async () => {
    const sessions: number[] = [];
    const { prepare, ort } = await workspaceOn(async (label) => {
      if (label === 'session') sessions.push(ort.alive());
    });
    const { model } = await prepare();
    expect((await prepare(microInputs(micro, { experts: ['beta'] }))).model.tower).toBe(
      model.tower,
    );
    const vision = { ...micro.models.base.vision, activation: 'gelu' } as const;
    expect((await prepare(withBase({ vision }))).model.tower).not.toBe(model.tower);
    expect(ort.alive()).toBe(1);
    // The head's, and two towers'.
    expect(sessions).toEqual([0, 0, 0]);
  });

  it('is another for a picture alone, beside that for batches and on the same weights', async () => {
    const { prepare, ort } = await workspaceOn();
    const { model } = await prepare();
    const alone = { ...ALPHA, id: 'alone', images: ALPHA.images.slice(0, 1), labels: [0] };
    const one = await prepare(INPUTS, alone);
    expect(one.model.tower.batch).toBe(1);
    expect(one.model).toMatchObject({ weights: 'weights' in model && model.weights });
    expect((await prepare()).model.tower).toBe(model.tower);
    expect((await prepare(INPUTS, alone)).model.tower).toBe(one.model.tower);
    expect(ort.alive()).toBe(2);
    // Another geometry lets both go.
    const vision = { ...micro.models.base.vision, activation: 'gelu' } as const;
    await prepare(withBase({ vision }), alone);
    expect(ort.alive()).toBe(1);
  });

  it('takes batches that keep its engine busy', async () => {
    const tower = { hiddenSize: 64, heads: 1, intermediateSize: 64, imageSize: 256, patchSize: 8 };
    const vision = { ...micro.models.base.vision, ...tower, layers: 48 };
    const batches: number[] = [];
    for (const kind of [{}, { gpu: true }, { gpu: true, software: true }]) {
      const { prepare } = await workspaceOn(undefined, kind);
      batches.push((await prepare(withBase({ vision }))).model.tower.batch);
    }
    expect(batches).toEqual([16, 32, 4]);
  });

  it('scores nothing on a GPU that computes it wrongly', async () => {
    const { prepare, runtime, ort, alive, workspace } = await workspaceOn(undefined, { gpu: true });
    const { vision } = runtime;
    const wrong = vi.spyOn(vision, 'createSession').mockImplementation(async (graph) => {
      const session = await (await runtime.text()).createSession(graph);
      const run = async () => ({ image_embeds: new Float32Array(4).fill(1000) });
      return { ...session, run };
    });
    await expect(prepare()).rejects.toThrow(/^This GPU computes the vision tower wrongly/);
    expect(ort.alive()).toBe(0);
    await expect(prepare()).rejects.toThrow(/^This GPU computes the vision tower wrongly/);
    wrong.mockRestore();
    await workspace.clear();
    expect(alive()).toBe(0);
  });
});

describe('zero-shot heads', () => {
  it('are asked for once for the same donor, classes and prompts', async () => {
    const { prepare, get, cache } = await workspaceOn();
    const { task } = await prepare();
    expect(cache.heads.size).toBe(1);
    expect((await prepare(INPUTS, PAIRS)).task.head).toBe(task.head);
    expect((await prepare(microInputs(micro, { experts: [] }))).task.head).toBe(task.head);
    expect(get).toHaveBeenCalledOnce();
  });

  it('are others for another donor, other classes or other prompts', async () => {
    const { prepare, get } = await workspaceOn();
    await prepare();
    await prepare(INPUTS, microTask(micro, 'alpha', undefined, { classnames: ['right', 'left'] }));
    await prepare(INPUTS, microTask(micro, 'alpha', undefined, { templates: ['{}'] }));
    await prepare(microInputs(micro, { donor: 'second' }));
    const towers = get.mock.calls.map(([{ tower }]) => tower);
    expect(towers).toEqual(['base', 'base', 'base', 'second']);
    expect(new Set(get.mock.calls.map(([{ digest }]) => digest)).size).toBe(4);
  });

  it('are kept though the unit that asked for them is no longer wanted', async () => {
    const stopped: AbortController[] = [];
    const { prepare, get, stops, workspace } = await workspaceOn(async (label) => {
      if (label === 'run') stopped.at(-1)?.abort(new Error('moved'));
    });
    const both = stops();
    stopped.push(both.unit);
    await expect(prepare(INPUTS, ALPHA, both)).rejects.toThrow('moved');
    expect(createPatchSource).not.toHaveBeenCalled();
    await prepare();
    expect(get).toHaveBeenCalledOnce();
    expect(workspace.residence(INPUTS.key)).not.toBeNull();
  });

  it('are given up when no unit of their task is wanted', async () => {
    const { prepare, get, stops, cache } = await workspaceOn();
    const both = stops();
    both.head.abort(new Error('removed'));
    await expect(prepare(INPUTS, ALPHA, both)).rejects.toThrow('removed');
    expect(cache.heads.size).toBe(0);
    await prepare();
    expect(get).toHaveBeenCalledTimes(2);
  });
});

describe('pictures', () => {
  const fillAll = async ({
    patches,
    labels,
  }: {
    patches: patchSources.PatchSource;
    labels: readonly number[];
  }) => {
    for (const index of labels.keys()) await patches.fill(index, new Float32Array(48), 0);
  };

  it('are cut once for a task, a processor and a geometry', async () => {
    const { prepare } = await workspaceOn();
    const { patches } = (await prepare()).task;
    const classnames = ['right', 'left'];
    const renamed = microTask(micro, 'alpha', undefined, { classnames });
    expect((await prepare(INPUTS, renamed)).task.patches).toBe(patches);
    expect((await prepare(microInputs(micro, { experts: ['beta'] }))).task.patches).toBe(patches);
    expect((await prepare(INPUTS, PAIRS)).task.patches).not.toBe(patches);
    const { processor, vision } = micro.models.base;
    if (!processor) throw new Error('the base has a processor');
    const brighter = withBase({ processor: { ...processor, rescaleFactor: 1 } });
    expect((await prepare(brighter)).task.patches).not.toBe(patches);
    const coarser = withBase({ vision: { ...vision, patchSize: 4 } });
    expect((await prepare(coarser)).task.patches).not.toBe(patches);
    expect((await prepare()).task.patches).toBe(patches);
  });

  it('of tasks that are gone make room for those of the next', async () => {
    const { prepare } = await workspaceOn();
    const [both, pairs] = [INPUTS, microInputs(micro, { tasks: [PAIRS] })];
    const { task } = await prepare(both, ALPHA);
    const all = cropsLeft();
    expect(all).toBe(patchSources.CROP_BUDGET_BYTES);
    await fillAll(task);
    expect(cropsLeft()).toBe(all - 12 * 48);
    const { task: second } = await prepare(both, PAIRS);
    await fillAll(second);
    expect(cropsLeft()).toBe(all - 18 * 48);
    const other = { ...PAIRS, id: 'other' };
    await prepare({ ...pairs, tasks: [PAIRS, other] }, other);
    expect(cropsLeft()).toBe(all - 6 * 48);
    expect((await prepare(pairs, PAIRS)).task.patches).toBe(second.patches);
    expect((await prepare(both, ALPHA)).task.patches).not.toBe(task.patches);
  });

  it('are prepared as the base says, else as the donor does', async () => {
    const { prepare } = await workspaceOn();
    const { processor: _, ...base } = micro.models.base;
    const donor = { ...micro.models.second, name: 'donor' };
    const inputs = microInputs(micro, { donor: 'second' });
    const silent: ScoringInputs = { ...inputs, base: { ...inputs.base, model: base } };
    await prepare(inputs);
    await prepare(silent);
    expect(createPatchSource.mock.calls.map(([, processor]) => processor)).toEqual([
      micro.models.base.processor,
    ]);
    const { processor: __, ...mute } = donor;
    await expect(
      prepare({ ...silent, donor: { ...silent.donor, model: mute } }),
    ).rejects.toThrowErrorMatchingInlineSnapshot(
      `[CompatibilityError: Neither base nor donor says how pictures are prepared; add preprocessor_config.json to the folder.]`,
    );
  });
});

describe('when it is cleared', () => {
  it('gives back everything, and can begin again', async () => {
    const { prepare, workspace, alive, ort, disposed, get } = await workspaceOn();
    const { task } = await prepare();
    await task.patches.fill(0, new Float32Array(48), 0);
    await workspace.clear();
    expect([alive(), ort.alive(), cropsLeft()]).toEqual([0, 0, patchSources.CROP_BUDGET_BYTES]);
    expect(workspace.residence(INPUTS.key)).toBeNull();
    expect(disposed()).toBe(0);
    await workspace.clear();
    const again = await prepare();
    expect(again.task.patches).not.toBe(task.patches);
    expect(get).toHaveBeenCalledTimes(2);
    expect(ort.alive()).toBe(1);
  });

  it('waits for the work in hand', async () => {
    const { prepare, workspace, alive } = await workspaceOn();
    const preparing = prepare();
    const cleared = workspace.clear();
    await preparing;
    expect(alive()).toBeGreaterThan(0);
    await cleared;
    expect(alive()).toBe(0);
  });

  it('for good gives back the runtime as well', async () => {
    const { prepare, workspace, alive, ort, disposed } = await workspaceOn();
    await prepare();
    await workspace.dispose();
    expect([alive(), ort.alive(), disposed()]).toEqual([0, 0, 1]);
  });
});
