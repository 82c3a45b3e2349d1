import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { ClipModel } from '../../clip/types';
import { CompatibilityError, FormatError, StorageError } from '../../errors';
import type { Finding } from '../api';
import { createJobs } from '../jobs/jobs';
import { itemOf } from '../scoring/keys';
import { type Micro, openMicro } from '../testing/micro-models';
import { engineValue, MEASURED, poolModel } from '../testing/values';
import type { EngineValue, Pool, PoolModel } from '../value';
import { mergeFacts, NO_FACTS } from './facts';
import { createMeasuring } from './measuring';

let clips: Micro['models'];

beforeAll(async () => {
  clips = (await openMicro()).models;
});

/** The same model, whose reading waits; or fails, where an error is given. */
function held(clip: ClipModel, error?: unknown) {
  let release: () => void = () => undefined;
  let reads = 0;
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  const visionTensors = new Map(
    [...clip.visionTensors].map(([name, { readInto: _, ...tensor }]) => [
      name,
      {
        ...tensor,
        read: async () => {
          reads++;
          if (error !== undefined) throw error;
          await gate;
          return tensor.read();
        },
      },
    ]),
  );
  return {
    clip: { ...clip, visionTensors } as ClipModel,
    release: () => release(),
    begins: () => vi.waitUntil(() => reads > 0, { interval: 1 }),
    reads: () => reads,
  };
}

/** The same model as a part of its file. */
const partOf = (clip: ClipModel, part: string): ClipModel => ({
  ...clip,
  checkpoint: { ...clip.checkpoint, part },
});

/** Unmeasured, in this order; the first is the base. */
function poolOf(models: Readonly<Record<string, ClipModel>>): Pool {
  const [baseId = ''] = Object.keys(models);
  return {
    baseId,
    models: Object.entries(models).map(([id, clip]) =>
      poolModel(id, clip, {}, id === baseId ? null : baseId),
    ),
  };
}

const changed = (value: EngineValue, id: string, changes: Partial<PoolModel>): EngineValue => ({
  ...value,
  pool: {
    ...value.pool,
    models: value.pool.models.map((model) => (model.id === id ? { ...model, ...changes } : model)),
  },
});

/** Measures a value as the engine does: what is found is part of the next value. */
function open(pool: Pool, changes: Partial<EngineValue> = {}) {
  let value = engineValue({ pool, ...changes });
  const measured: string[] = [];
  const unreadable: Finding[] = [];
  const labels = new Set<string>();
  const shares = new Map<string, (number | null)[]>();
  const stopped = vi.fn();
  const jobs = createJobs(() => {
    for (const { label, progress } of jobs.views()) {
      labels.add(label);
      shares.set(label, [...(shares.get(label) ?? []), progress]);
    }
  });
  const become = (next: EngineValue) => {
    value = next;
    measuring.follow(value);
  };
  const find = (id: string) => value.pool.models.find((model) => model.id === id);
  const measuring = createMeasuring(jobs, {
    async onMeasured(id, facts) {
      measured.push(id);
      const model = find(id);
      if (model) become(changed(value, id, { facts: mergeFacts(model.facts, facts) }));
    },
    onUnreadable(files, finding) {
      unreadable.push(finding);
      become(changed(value, itemOf(files), { unreadable: finding }));
    },
    onStopped: () => {
      stopped();
      become({ ...value, stopped: true });
    },
  });
  measuring.follow(value);
  return {
    jobs,
    measured,
    unreadable,
    labels,
    shares,
    stopped,
    become,
    value: () => value,
    facts: (id: string) => find(id)?.facts,
    idle: () => vi.waitUntil(() => jobs.views().length === 0, { interval: 1 }),
  };
}

describe('measuring', () => {
  it('reads nothing while something is more urgent, and goes on after it', async () => {
    const { base, alpha } = clips;
    const first = held(base);
    const measured: string[] = [];
    const jobs = createJobs(() => undefined);
    let value = engineValue({ pool: poolOf({ base: first.clip, alpha }) });
    const measuring = createMeasuring(jobs, {
      async onMeasured(id, facts) {
        measured.push(id);
        const model = value.pool.models.find((other) => other.id === id);
        value = changed(value, id, { facts: mergeFacts(model?.facts ?? NO_FACTS, facts) });
        measuring.follow(value, false);
      },
      onUnreadable: vi.fn(),
      onStopped: vi.fn(),
    });
    measuring.follow(value, false);
    expect(jobs.views()).toEqual([]);
    measuring.follow(value, true);
    await first.begins();
    // What was begun waits as well.
    measuring.follow(value, false);
    first.release();
    await new Promise((resolve) => setTimeout(resolve, 3));
    expect(measured).toEqual([]);
    expect(first.reads()).toBeLessThan(first.clip.visionTensors.size);
    measuring.follow(value, true);
    await vi.waitUntil(() => measured.length === 2, { interval: 1 });
    expect(measured).toEqual(['base', 'alpha']);
  });

  it('tells of the base, then of each expert against it, in their order', async () => {
    const { base, beta, alpha } = clips;
    const { idle, measured, facts, labels, shares } = open(poolOf({ base, beta, alpha }));
    await idle();
    expect(measured).toEqual(['base', 'beta', 'alpha']);
    expect(facts('base')).toMatchObject({ nonFinite: {}, taskVectors: {} });
    const vector = facts('alpha')?.taskVectors.base;
    expect(vector).toMatchObject({ identical: false, nonFinite: {} });
    expect(vector?.relativeNorm).toBeGreaterThan(0.001);
    expect([...labels]).toEqual(['Reading the weights', 'Measuring 2 task vectors']);
    const growing = shares.get('Measuring 2 task vectors') ?? [];
    expect(growing[0]).toBeNull();
    expect(growing.at(-1)).toBe(1);
    expect(growing[1]).toBeLessThan(0.2);
  });

  it('says what it reads where that is one model', async () => {
    const { base, alpha } = clips;
    const pool = poolOf({ base, alpha });
    const { idle, labels, become, value } = open({ ...pool, models: pool.models.slice(0, 1) });
    await idle();
    become({
      ...value(),
      pool: { ...pool, models: [...value().pool.models, ...pool.models.slice(1)] },
    });
    await idle();
    expect([...labels]).toEqual([
      'Reading the weights',
      'Reading the weights of base',
      'Measuring the task vector of alpha',
    ]);
  });

  it('finds broken numbers of the base', async () => {
    const [[name, tensor] = []] = [...clips.base.visionTensors];
    if (!name || !tensor) throw new Error('the base has no tensors');
    const broken = async () => {
      const bytes = await tensor.read();
      new DataView(bytes.buffer).setFloat32(0, Number.NaN, true);
      return bytes;
    };
    const { readInto: _, ...whole } = tensor;
    const visionTensors = new Map(clips.base.visionTensors).set(name, { ...whole, read: broken });
    const { idle, facts } = open(poolOf({ base: { ...clips.base, visionTensors } }));
    await idle();
    expect(facts('base')?.nonFinite).toEqual({ [name]: 1 });
  });

  it('reads nothing that is known, and no expert that is left out', async () => {
    const { base, alpha, beta } = clips;
    const pool = poolOf({ base, alpha, beta });
    const [first, second, third] = pool.models;
    if (!first || !second || !third) throw new Error('the pool is empty');
    const { idle, measured, become, value } = open({
      ...pool,
      models: [
        { ...first, facts: { nonFinite: {}, taskVectors: {} } },
        { ...second, facts: { taskVectors: { base: MEASURED } } },
        { ...third, included: false },
      ],
    });
    await idle();
    expect(measured).toEqual([]);
    become(changed(value(), 'beta', { included: true }));
    await idle();
    expect(measured).toEqual(['beta']);
  });

  it('waits for a base that can be read', async () => {
    const { base, alpha } = clips;
    const pool = poolOf({ base, alpha });
    const finding = { severity: 'error', message: 'Damaged.', details: [] } as const;
    const damaged = changed(engineValue({ pool }), 'base', { unreadable: finding });
    const unopened = changed(engineValue({ pool }), 'base', {
      opened: { against: null, files: [] },
    });
    for (const { pool: waiting } of [damaged, unopened, { pool: { ...pool, baseId: null } }]) {
      const { jobs } = open(waiting);
      expect(jobs.views()).toEqual([]);
    }
  });

  it('is one job, however often it is told', async () => {
    const { clip, begins, release } = held(clips.base);
    const { jobs, become, value, idle, measured } = open(poolOf({ base: clip }));
    await begins();
    become({ ...value() });
    expect(jobs.views().map(({ id }) => id)).toEqual(['measure']);
    release();
    await idle();
    expect(measured).toEqual(['base']);
  });
});

describe('what cannot be read', () => {
  it.each([
    [new FormatError('a.safetensors', 'It is cut off.'), 'a.safetensors: It is cut off.'],
    [new StorageError('The library lost it.'), 'The library lost it.'],
    [new CompatibilityError('They do not fit.'), 'They do not fit.'],
    [
      new DOMException('It has changed.', 'NotReadableError'),
      'The weights of alpha could not be read (It has changed.). Remove it and add it again.',
    ],
    ['a text', 'The weights of alpha could not be read (a text). Remove it and add it again.'],
  ])('is said of the model, and the others go on: %s', async (error, message) => {
    const { base, beta } = clips;
    const alpha = held(clips.alpha, error).clip;
    const { idle, measured, unreadable } = open(poolOf({ base, alpha, beta }));
    await idle();
    expect(unreadable).toEqual([{ severity: 'error', subject: 'alpha', message, details: [] }]);
    expect(measured).toEqual(['base', 'beta']);
  });

  it('of the base ends it', async () => {
    const base = held(clips.base, new StorageError('The library lost it.')).clip;
    const { idle, measured, unreadable } = open(poolOf({ base, alpha: clips.alpha }));
    await idle();
    expect(unreadable.map(({ subject }) => subject)).toEqual(['base']);
    expect(measured).toEqual([]);
  });
});

describe('what is no longer wanted', () => {
  it('is let go of, and the next is read', async () => {
    const { base, beta } = clips;
    const alpha = held(clips.alpha);
    const { become, value, idle, measured, unreadable } = open(
      poolOf({ base, alpha: alpha.clip, beta }),
    );
    await alpha.begins();
    become(changed(value(), 'alpha', { included: false }));
    alpha.release();
    await idle();
    expect(measured).toEqual(['base', 'beta']);
    expect(unreadable).toEqual([]);
  });

  it('goes on where something else has changed', async () => {
    const { base, beta } = clips;
    const alpha = held(clips.alpha);
    const { become, value, idle, measured } = open(poolOf({ base, alpha: alpha.clip, beta }));
    await alpha.begins();
    become(changed(value(), 'alpha', { name: 'renamed', weight: 3 }));
    alpha.release();
    await idle();
    expect(measured).toEqual(['base', 'alpha', 'beta']);
    // Every tensor once: it was not begun again.
    expect(alpha.reads()).toBe(alpha.clip.visionTensors.size);
  });

  it('is read against the other base when that takes its place', async () => {
    const { base, second } = clips;
    const alpha = held(clips.alpha);
    const { become, value, idle, measured, facts } = open(
      poolOf({ base, second, alpha: alpha.clip }),
    );
    await alpha.begins();
    become({ ...value(), pool: { ...value().pool, baseId: 'second' } });
    alpha.release();
    await idle();
    expect(Object.keys(facts('alpha')?.taskVectors ?? {})).toEqual(['second']);
    expect(measured).toEqual(['second', 'base', 'alpha']);
  });

  it('is read anew as the part that is chosen, against the part of the base', async () => {
    const { base, alpha } = clips;
    const alphaEma = held(partOf(clips.alpha, 'ema'));
    const { become, value, idle, measured, facts } = open(poolOf({ base, alpha }));
    await idle();
    const choose = (id: string, clip: ClipModel) =>
      become(changed(value(), id, { opened: { against: null, files: [], model: clip } }));
    choose('alpha', alphaEma.clip);
    await alphaEma.begins();
    // Back to what is measured already: the reading is let go of.
    choose('alpha', alpha);
    alphaEma.release();
    await idle();
    expect(measured).toEqual(['base', 'alpha']);
    choose('alpha', alphaEma.clip);
    await idle();
    expect(Object.keys(facts('alpha')?.taskVectors ?? {})).toEqual(['base', '["base","ema"]']);
    choose('base', partOf(base, 'model'));
    await idle();
    expect(measured).toEqual(['base', 'alpha', 'alpha', 'base', 'alpha']);
    expect(facts('base')).toMatchObject({ nonFinite: {}, nonFiniteByPart: { model: {} } });
  });

  it('is everything while the user has stopped it, until something changes', async () => {
    const { base } = clips;
    const alpha = held(clips.alpha);
    const { become, value, idle, measured, unreadable, stopped } = open(
      poolOf({ base, alpha: alpha.clip }),
    );
    await alpha.begins();
    become({ ...value(), stopped: true });
    alpha.release();
    await idle();
    expect(measured).toEqual([]);
    expect(unreadable).toEqual([]);
    expect(stopped).not.toHaveBeenCalled();
    become({ ...value(), stopped: false });
    await idle();
    expect(measured).toEqual(['base', 'alpha']);
  });

  it('is stopped by its own button at once, not when the reading has ended', async () => {
    const base = held(clips.base);
    const { jobs, idle, measured, unreadable, stopped, value } = open(
      poolOf({ base: base.clip, alpha: clips.alpha }),
    );
    await base.begins();
    jobs.cancel('measure');
    expect(stopped).toHaveBeenCalledTimes(1);
    expect(value().stopped).toBe(true);
    base.release();
    await idle();
    expect(measured).toEqual([]);
    expect(unreadable).toEqual([]);
  });

  it('is wanted again by whoever goes on before the reading has ended', async () => {
    const base = held(clips.base);
    const { jobs, become, value, idle, measured } = open(poolOf({ base: base.clip }));
    await base.begins();
    jobs.cancel('measure');
    become({ ...value(), stopped: false });
    base.release();
    await vi.waitUntil(() => measured.length > 0, { interval: 1 });
    await idle();
    expect(measured).toEqual(['base']);
  });
});
