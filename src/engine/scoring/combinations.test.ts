import 'fake-indexeddb/auto';
import { get, set } from 'idb-keyval';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { allKeys, freshStoreName, rawStore } from '../../storage/test-support';
import type { Library } from '../../storage/types';
import { memoryCache } from '../../taskpool/heads/testing';
import { createJobs } from '../jobs/jobs';
import { fakeRuntime } from '../testing/fake-runtime';
import { microInputs, openMicro } from '../testing/micro-models';
import { unit } from '../testing/scoring';
import { newLibrary, storeModel } from '../testing/stored';
import { createCombinations, KEEPING } from './combinations';
import { itemOf, type SourceKey } from './keys';
import type { ScoringInputs } from './readiness';
import { createWorkspace } from './workspace';

const micro = await openMicro();
const opened: Library[] = [];

afterEach(async () => {
  await Promise.all(opened.splice(0).map((library) => library.close()));
});

/** The micro models in a library, under whose ids they are merged. */
async function stored(storeName: string): Promise<ScoringInputs> {
  const library = newLibrary(storeName);
  opened.push(library);
  const [base, alpha, beta] = [
    await storeModel(library, micro.files, 'base'),
    await storeModel(library, micro.files, 'alpha'),
    await storeModel(library, micro.files, 'beta'),
  ];
  const inputs = microInputs(micro);
  const key = (files: string, openedAgainst: string | null): SourceKey => ({
    files,
    openedAgainst,
  });
  return {
    ...inputs,
    key: {
      ...inputs.key,
      base: key(base, null),
      experts: [alpha, beta].map((id) => ({ source: key(id, base), weight: 1 })),
    },
  };
}

/** One visit. */
async function visit(storeName: string, { from = 0, version = '1', gpu = false } = {}) {
  const library = newLibrary(storeName);
  opened.push(library);
  const putKept = vi.spyOn(library, 'putKept');
  const listed = new Set<string>();
  const jobs = createJobs(() => {
    for (const { label } of jobs.views()) listed.add(label);
    look();
  });
  const combinations = createCombinations({ library, jobs, version, from });
  const { runtime } = await fakeRuntime(undefined, { gpu });
  const workspace = createWorkspace(runtime, memoryCache(), combinations.load);
  let inputs: ScoringInputs | null = null;
  let isIdle = false;
  const look = () => combinations.follow(workspace, inputs, isIdle);
  const follow = (next: ScoringInputs | null, idle: boolean) => {
    inputs = next;
    isIdle = idle;
    look();
  };
  const prepare = (of: ScoringInputs) =>
    workspace.exclusive(async () => {
      const [task] = of.tasks;
      if (!task) throw new Error('there is no task');
      const weights = { kind: 'merged', combination: of.key, scalingFactor: 0.3 } as const;
      const one = unit({ engine: 'cpu', weights, task: task.key }, task);
      const signals = { unit: new AbortController().signal, head: new AbortController().signal };
      const { model } = await workspace.prepare(of, one, signals, () => undefined);
      if ('members' in model || 'each' in model.weights) throw new Error('they are streamed');
      return Promise.all(Array.from(model.weights.values(), runtime.tensors.read));
    });
  const ended = () => vi.waitUntil(() => jobs.views().length === 0, { interval: 1 });
  return {
    library,
    putKept,
    listed,
    jobs,
    combinations,
    workspace,
    runtime,
    follow,
    prepare,
    ended,
  };
}

/** The same, of experts whose weights cannot be read: what is scored was not combined. */
function unreadable(inputs: ScoringInputs): ScoringInputs {
  const experts = inputs.experts.map(({ model, weight }) => {
    const fail = () => Promise.reject(new Error('an expert was read'));
    const visionTensors = new Map(
      Array.from(model.visionTensors, ([name, { readInto: _, ...tensor }]) => [
        name,
        { ...tensor, read: fail },
      ]),
    );
    return { model: { ...model, visionTensors }, weight };
  });
  return { ...inputs, experts };
}

const keptKeys = async (storeName: string) =>
  (await allKeys(storeName)).filter((key) => Array.isArray(key) && key[0] === 'kept');

describe('what was combined', () => {
  it('is written when nothing else is to be done, and read in place of the experts', async () => {
    const storeName = freshStoreName();
    const inputs = await stored(storeName);
    const first = await visit(storeName);
    const weights = await first.prepare(inputs);
    first.follow(inputs, false);
    expect(first.jobs.views()).toEqual([]);
    first.follow(inputs, true);
    expect(first.jobs.views().map(({ id }) => id)).toEqual([KEEPING]);
    await first.ended();
    expect(first.putKept).toHaveBeenCalledTimes(1);
    // Once is enough.
    first.follow(inputs, true);
    expect(first.jobs.views()).toEqual([]);
    const second = await visit(storeName);
    expect(await second.prepare(unreadable(inputs))).toEqual(weights);
    second.follow(inputs, true);
    expect(second.jobs.views()).toEqual([]);
    const other = await visit(storeName, { version: '2' });
    await expect(other.prepare(unreadable(inputs))).rejects.toThrow('an expert was read');
  });

  it('is looked for on any engine, but what was seen in pictures only on the one that saw them', async () => {
    for (const looks of [false, true]) {
      const storeName = freshStoreName();
      const plain = await stored(storeName);
      // Of whatever is there: nothing is kept of what is gone.
      const looksAt = { tasks: [{ pictures: itemOf(plain.key.base.files), share: null }] };
      const inputs = { ...plain, key: { ...plain.key, ...(looks && { looksAt }) } };
      const first = await visit(storeName);
      const weights = await first.prepare(inputs);
      first.follow(inputs, true);
      await first.ended();
      const again = await visit(storeName);
      expect(await again.prepare(unreadable(inputs))).toEqual(weights);
      const elsewhere = await visit(storeName, { gpu: true });
      const getKept = vi.spyOn(elsewhere.library, 'getKept');
      await elsewhere.prepare(inputs);
      const kept = first.putKept.mock.calls.map(([{ name }]) => name);
      const asked = getKept.mock.calls.map(([, name]) => name);
      expect([kept.length, asked.length]).toEqual([1, 1]);
      expect(asked[0] === kept[0]).toBe(!looks);
    }
  });

  it('is combined again where what was kept is damaged, and then kept anew', async () => {
    const storeName = freshStoreName();
    const inputs = await stored(storeName);
    const first = await visit(storeName);
    const weights = await first.prepare(inputs);
    first.follow(inputs, true);
    await first.ended();
    const [key] = await keptKeys(storeName);
    if (!key) throw new Error('nothing was kept');
    const blob = (await get(key, rawStore(storeName))) as Blob;
    const bytes = new Uint8Array(await blob.arrayBuffer());
    bytes[bytes.length - 1000] = (bytes[bytes.length - 1000] ?? 0) ^ 4;
    await set(key, new Blob([bytes]), rawStore(storeName));
    const second = await visit(storeName);
    await expect(second.prepare(unreadable(inputs))).rejects.toThrow('an expert was read');
    expect(await second.prepare(inputs)).toEqual(weights);
    second.follow(inputs, true);
    await second.ended();
    const third = await visit(storeName);
    expect(await third.prepare(unreadable(inputs))).toEqual(weights);
  });

  it('stops at once for something else, leaves nothing, and is tried again', async () => {
    const storeName = freshStoreName();
    const inputs = await stored(storeName);
    const { follow, prepare, jobs, ended, combinations } = await visit(storeName);
    await prepare(inputs);
    follow(inputs, true);
    expect(jobs.views()).toHaveLength(1);
    follow(inputs, false);
    await ended();
    expect(await keptKeys(storeName)).toEqual([]);
    follow(inputs, true);
    await ended();
    expect(await keptKeys(storeName)).toHaveLength(1);
    await combinations.close();
  });

  it('is not tried again once the user has stopped it, or where it cannot be written', async () => {
    const storeName = freshStoreName();
    const inputs = await stored(storeName);
    const stopped = await visit(storeName);
    await stopped.prepare(inputs);
    stopped.follow(inputs, true);
    stopped.jobs.cancel(KEEPING);
    await stopped.ended();
    stopped.follow(inputs, true);
    expect(stopped.jobs.views()).toEqual([]);
    const failing = await visit(storeName);
    failing.putKept.mockRejectedValue(new Error('The disk is full.'));
    await failing.prepare(inputs);
    failing.follow(inputs, true);
    await failing.ended();
    failing.follow(inputs, true);
    expect(failing.jobs.views()).toEqual([]);
    expect(failing.putKept).toHaveBeenCalledTimes(1);
  });

  it('is not written where it is small, not resident, of no expert, or not exact', async () => {
    const storeName = freshStoreName();
    const inputs = await stored(storeName);
    const small = await visit(storeName, { from: 50_000_000 });
    await small.prepare(inputs);
    small.follow(inputs, true);
    const unscored = await visit(storeName);
    unscored.follow(inputs, true);
    unscored.follow(null, true);
    unscored.combinations.follow(null, inputs, true);
    const alone = await visit(storeName);
    const none = { ...inputs, experts: [], key: { ...inputs.key, experts: [] } };
    await alone.prepare(none);
    alone.follow(none, true);
    const inexact = await visit(storeName);
    await inexact.prepare(inputs);
    const runtime = { ...inexact.runtime, exactness: { exact: false, detail: '' } };
    inexact.combinations.follow({ ...inexact.workspace, runtime }, inputs, true);
    for (const { listed } of [small, unscored, alone, inexact]) expect(listed.size).toBe(0);
  });

  it('is given up where it is resident no longer, and when everything ends', async () => {
    const storeName = freshStoreName();
    const inputs = await stored(storeName);
    const { follow, prepare, workspace, ended, combinations, jobs } = await visit(storeName);
    await prepare(inputs);
    follow(inputs, true);
    await workspace.clear();
    await ended();
    await prepare(inputs);
    follow(inputs, true);
    await combinations.close();
    expect(jobs.views()).toEqual([]);
    expect(await keptKeys(storeName)).toEqual([]);
  });
});
