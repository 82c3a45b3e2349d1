import { describe, expect, it, vi } from 'vitest';
import { isoC } from '../../method/iso-c';
import { simpleAverage } from '../../method/simple-average';
import { readVisionTensor } from '../../method/vision-tensor';
import type { TensorBackend, TensorBuffer } from '../../runtime/types';
import { countedBackend } from '../testing/counted-backend';
import {
  type MicroName,
  microInputs,
  microSource,
  openMicro,
  weighed,
} from '../testing/micro-models';
import { unit } from '../testing/scoring';
import type { WeightsKey } from './keys';
import type { Unit } from './plan';
import type { ScoringInputs } from './readiness';
import { type Residence, takeResidence } from './residence';

const micro = await openMicro();
const inputs = microInputs(micro);
const [own, foreign] = inputs.tasks;
if (!own || !foreign) throw new Error('there are two tasks');

const unitOf = (weights: WeightsKey, task = own) =>
  unit({ engine: 'cpu', weights, task: task.key }, task);
const merged = (scalingFactor: number, of: ScoringInputs = inputs) =>
  unitOf({ kind: 'merged', combination: of.key, scalingFactor });
const pretrained = unitOf({ kind: 'pretrained', base: inputs.base.key });
const expert = unitOf({
  kind: 'expert',
  base: inputs.base.key,
  expert: microSource(micro, 'alpha').key,
});

const { signal } = new AbortController();
const onProgress = () => undefined;
const load = async () => null;

async function take(of: ScoringInputs = inputs, layeredFrom?: number) {
  const counted = countedBackend();
  const options = { signal, onProgress, load, layeredFrom };
  const residence = await takeResidence(of, counted.backend, options);
  // What combining the models took is not what placing weights takes.
  counted.done.allocations = 0;
  counted.done.merges = 0;
  return { ...counted, residence };
}

/** The weights of a unit where they are resident. */
async function placed(residence: Residence, unit: Unit, stop: AbortSignal) {
  const { weights } = await residence.place(unit, stop);
  if ('each' in weights) throw new Error('they are streamed');
  return weights;
}

/** A copy, tensor by tensor: buffers are written over. */
async function valuesOf(backend: TensorBackend, weights: ReadonlyMap<string, TensorBuffer>) {
  const all = await Promise.all(
    [...weights].map(async ([name, buffer]) => [name, [...(await backend.read(buffer))]] as const),
  );
  return Object.fromEntries(all);
}

async function ownValues(name: MicroName, names: Iterable<string>) {
  const all = await Promise.all(
    [...names].map(
      async (tensor) =>
        [tensor, [...(await readVisionTensor(micro.models[name], tensor))]] as const,
    ),
  );
  return Object.fromEntries(all);
}

describe('the weights of a large model', () => {
  /** What a tower that is run in two steps is handed. */
  async function streamedValues(residence: Residence, unit: Unit, backend: TensorBackend) {
    const { weights, batchesAtOnce } = await residence.place(unit, signal);
    if (!('each' in weights)) throw new Error('they are resident');
    expect(batchesAtOnce).toBeGreaterThan(1);
    const names = [...residence.combination.base.keys()];
    const found: Record<string, number[]> = {};
    await weights.each([names.slice(0, 5), names.slice(5)], async (own) => {
      Object.assign(found, await valuesOf(backend, own));
    });
    return found;
  }

  it('are the same, made for a moment', async () => {
    const whole = await take();
    const { residence, backend, alive } = await take(inputs, 1);
    const resident = alive();
    expect([whole.residence.isLayered, residence.isLayered]).toEqual([false, true]);
    const names = residence.combination.base.keys();
    for (const factor of [0.3, 0.7]) {
      const expected = await placed(whole.residence, merged(factor), signal);
      expect(await streamedValues(residence, merged(factor), backend)).toEqual(
        await valuesOf(whole.backend, expected),
      );
    }
    expect(await streamedValues(residence, expert, backend)).toEqual(
      await ownValues('alpha', names),
    );
    expect(await placed(residence, pretrained, signal)).toBe(residence.combination.base);
    expect(alive()).toBe(resident);
    await expect(residence.place(unitOf(expert.key.weights, foreign), signal)).rejects.toThrow(
      'pairs has no expert to be scored',
    );
  });

  it('of an average are resident', async () => {
    const averaged = microInputs(micro, { method: simpleAverage });
    const { residence } = await take(averaged, 1);
    const { combination } = residence;
    const weights = await placed(residence, merged(1, averaged), signal);
    expect(combination.kind === 'weights' && combination.weights).toBe(weights);
  });

  it('are not read on once they are not wanted', async () => {
    const { residence, backend, alive } = await take(inputs, 1);
    const resident = alive();
    const stop = new AbortController();
    const { weights } = await residence.place(expert, stop.signal);
    if (!('each' in weights)) throw new Error('they are resident');
    const [first = '', second = ''] = residence.combination.base.keys();
    const steps: number[] = [];
    const reading = weights.each([[first], [second], [first, second]], async (_, step) => {
      steps.push(step);
      stop.abort(new Error('given up'));
    });
    await expect(reading).rejects.toThrow('given up');
    expect(steps.length).toBeLessThan(3);
    expect(alive()).toBe(resident);
    expect(await streamedValues(residence, merged(0.3), backend)).not.toEqual({});
  });
});

describe('the weights of a unit', () => {
  it('are those of the base for the pretrained model, without room of their own', async () => {
    const { residence, backend, done } = await take();
    const weights = await placed(residence, pretrained, signal);
    expect(weights.size).toBeGreaterThan(0);
    expect(await valuesOf(backend, weights)).toEqual(await ownValues('base', weights.keys()));
    expect(done.merges).toBe(0);
    expect(done.allocations).toBe(0);
  });

  it('are computed once for a factor, and anew for another, in the same room', async () => {
    const { residence, backend, done } = await take();
    const weights = await placed(residence, merged(0.3), signal);
    const { merges, allocations } = done;
    expect(merges).toBe(weights.size);
    expect(allocations).toBe(weights.size);
    const at = await valuesOf(backend, weights);
    expect(await placed(residence, merged(0.3), signal)).toBe(weights);
    expect(done.merges).toBe(merges);
    expect(await placed(residence, merged(0.7), signal)).toBe(weights);
    expect(await valuesOf(backend, weights)).not.toEqual(at);
    expect(await placed(residence, merged(0.3), signal)).toBe(weights);
    expect(await valuesOf(backend, weights)).toEqual(at);
    expect(done).toMatchObject({ merges: 3 * merges, allocations });
  });

  it('at factor 0 are those of the base', async () => {
    const { residence, backend } = await take();
    const weights = await placed(residence, merged(0), signal);
    expect(await valuesOf(backend, weights)).toEqual(await ownValues('base', weights.keys()));
  });

  it("are an expert's own, read once, and written over by the merged ones", async () => {
    const { residence, backend, done } = await take();
    await placed(residence, merged(0.3), signal);
    const weights = await placed(residence, expert, signal);
    expect(await valuesOf(backend, weights)).toEqual(await ownValues('alpha', weights.keys()));
    const { writes, merges } = done;
    await placed(residence, expert, signal);
    expect(done.writes).toBe(writes);
    await placed(residence, merged(0.3), signal);
    expect(done.merges).toBe(2 * merges);
  });

  it('are computed anew where reading an expert into their place was given up', async () => {
    const { residence, backend } = await take();
    const before = await valuesOf(backend, await placed(residence, merged(0.3), signal));
    const stop = new AbortController();
    const { fill } = backend;
    vi.spyOn(backend, 'fill').mockImplementation((buffer, write) => {
      stop.abort(new Error('given up'));
      return fill(buffer, write);
    });
    await expect(placed(residence, expert, stop.signal)).rejects.toThrow('given up');
    vi.restoreAllMocks();
    const after = await placed(residence, merged(0.3), signal);
    expect(await valuesOf(backend, after)).toEqual(before);
    const weights = await placed(residence, expert, signal);
    expect(await valuesOf(backend, weights)).toEqual(await ownValues('alpha', weights.keys()));
  });

  it('of an average are its own, whatever was placed before', async () => {
    const averaged = microInputs(micro, { method: simpleAverage });
    const { residence, backend, done } = await take(averaged);
    const weights = await placed(residence, merged(1, averaged), signal);
    expect(done).toMatchObject({ allocations: 0, merges: 0 });
    const values = await valuesOf(backend, weights);
    expect(values).not.toEqual(await ownValues('base', weights.keys()));
    for (let again = 0; again < 2; again++) {
      await placed(residence, expert, signal);
      for (let twice = 0; twice < 2; twice++) {
        expect(
          await valuesOf(backend, await placed(residence, merged(1, averaged), signal)),
        ).toEqual(values);
      }
    }
  });

  it('are refused for the expert of a task that has none', async () => {
    const { residence } = await take();
    const { weights } = expert.key;
    await expect(placed(residence, unitOf(weights, foreign), signal)).rejects.toThrow(
      'pairs has no expert to be scored',
    );
  });
});

describe('experts that count otherwise', () => {
  const context = { signal, onProgress: () => undefined };
  const others = [
    weighed(inputs, [0.5, -1]),
    weighed(inputs, [1, 0]),
    microInputs(micro, { experts: ['beta'] }),
    microInputs(micro, { experts: ['beta', 'alpha'] }),
    inputs,
  ];

  it.each([
    ['whole', undefined],
    ['layer by layer', 1],
  ])('are merged to the bits of a merge from scratch: %s', async (_, layeredFrom) => {
    const { residence, alive } = await take(inputs, layeredFrom);
    for (const other of others) {
      expect(residence.canReweigh(other)).toBe(true);
      await residence.reweigh(other, context);
      const fresh = await take(other);
      const of = async ({ combination }: Residence) =>
        combination.kind === 'task vector' && valuesOf(combination.backend, combination.taskVector);
      expect(await of(residence)).toEqual(await of(fresh.residence));
    }
    residence.free();
    expect(alive()).toBe(0);
  });

  it('are placed as such, and vote as such', async () => {
    const { residence, backend } = await take();
    await placed(residence, merged(0.3), signal);
    const [other] = others;
    if (!other) throw new Error('there are others');
    await residence.reweigh(other, context);
    const weights = await valuesOf(backend, await placed(residence, merged(0.3, other), signal));
    const fresh = await take(other);
    const expected = await placed(fresh.residence, merged(0.3, other), signal);
    expect(weights).toEqual(await valuesOf(fresh.backend, expected));
    await residence.reweigh(microInputs(micro, { experts: ['beta'] }), context);
    expect(residence.members(signal).members).toHaveLength(1);
  });

  it('are something else where one was not there, and for what has no weights or takes long', async () => {
    const { residence } = await take();
    expect(residence.canReweigh(microInputs(micro, { experts: ['alpha', 'gamma'] }))).toBe(false);
    expect(residence.canReweigh(microInputs(micro, { experts: [] }))).toBe(false);
    for (const method of [simpleAverage, isoC]) {
      const averaged = microInputs(micro, { method });
      expect(residence.canReweigh(averaged)).toBe(false);
      const own = await take(averaged);
      expect(own.residence.canReweigh(weighed(averaged, [2, 1]))).toBe(false);
    }
  });
});

describe('what is resident', () => {
  it('is told of the room that it takes before anything is read', async () => {
    const { reserved, residence, backend } = await take();
    const weights = await valuesOf(backend, residence.combination.base);
    const numbers = Object.values(weights).reduce((sum, values) => sum + values.length, 0);
    // theta_0, S and the working weights.
    expect(reserved).toEqual([3 * 4 * numbers]);
  });

  it("holds the donor's projection", async () => {
    const { residence, backend } = await take(microInputs(micro, { donor: 'second' }));
    const file = await micro.models.second.visualProjection?.read();
    expect(residence.projectionDim).toBe(4);
    expect([...(await backend.read(residence.projection))]).toEqual([
      ...new Float32Array(file?.slice().buffer ?? new ArrayBuffer(0)),
    ]);
  });

  it('is given back, all of it', async () => {
    for (const units of [[], [pretrained], [merged(0.3)], [merged(0.3), expert]]) {
      const { residence, alive } = await take();
      for (const unit of units) await placed(residence, unit, signal);
      expect(alive()).toBeGreaterThan(0);
      residence.free();
      expect(alive()).toBe(0);
    }
  });

  it('is nothing where reading it was given up half-way', async () => {
    const { backend, alive } = countedBackend();
    const stop = new AbortController();
    const told: number[] = [];
    const taking = takeResidence(inputs, backend, {
      signal: stop.signal,
      load,
      onProgress(done, total) {
        told.push(done / total);
        if (told.length === 3) stop.abort(new Error('given up'));
      },
    });
    await expect(taking).rejects.toThrow('given up');
    expect(told).toHaveLength(3);
    expect(alive()).toBe(0);
  });

  it('is nothing where there is no projection', async () => {
    const { visualProjection: _, ...model } = micro.models.second;
    const donor = { key: microSource(micro, 'second').key, model };
    const { backend, alive } = countedBackend();
    await expect(
      takeResidence({ ...inputs, donor }, backend, { signal, onProgress, load }),
    ).rejects.toThrowErrorMatchingInlineSnapshot(
      `[CompatibilityError: second has no visual_projection.weight: scoring needs a full CLIP as the base or in the library.]`,
    );
    expect(alive()).toBe(0);
  });
});
