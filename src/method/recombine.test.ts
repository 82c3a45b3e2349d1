import { beforeAll, describe, expect, it } from 'vitest';
import type { ModelPool } from '../modelpool/types';
import { combine, recombine } from './combine';
import { mergedFromCheckpoints, mergedFromCombination } from './merged-values';
import { defaultOptions } from './options';
import { METHODS } from './registry';
import { createResidentExperts } from './resident-experts';
import { createCountingBackend } from './testing/counting-backend';
import { openFixturePool } from './testing/fixture-pools';
import type { Method, MethodChoice, TaskVectorCombination } from './types';

const SHAPE = 'p8-24';
const { signal } = new AbortController();
let pool: ModelPool;

beforeAll(async () => {
  pool = await openFixturePool(SHAPE);
});

/** As many experts as the method takes. */
const poolOf = ({ experts: { max } }: Method): ModelPool => ({
  ...pool,
  experts: pool.experts.slice(0, max),
});

const weighed = (weights: readonly number[], of = pool): ModelPool => ({
  ...of,
  experts: of.experts.map(({ model }, i) => ({ model, weight: weights[i] ?? 1 })),
});

function choiceOf(method: Method): MethodChoice {
  const defaults = defaultOptions(method.options, poolOf(method).experts.length);
  return { method, options: 'iter_num' in defaults ? { ...defaults, iter_num: 3 } : defaults };
}

async function combined(choice: MethodChoice, counting = createCountingBackend()) {
  const backend = { ...counting.backend, parts: { length: 200, atOnce: 3 } };
  const combination = await combine(poolOf(choice.method), choice, { backend });
  if (combination.kind !== 'task vector') throw new Error('it has no task vector');
  return { backend, combination, counting };
}

async function expectBytes(
  combination: TaskVectorCombination,
  expected: ModelPool,
  choice: MethodChoice,
): Promise<void> {
  const resident = mergedFromCombination(combination, 0.37);
  const scratch = mergedFromCheckpoints(expected, choice, 0.37);
  for (const name of pool.mergedNames) expect(await resident(name)).toEqual(await scratch(name));
}

const methods = METHODS.filter(
  ({ kind, wholeMatrices }) => kind === 'task vector' && !wholeMatrices,
).map((method) => [method.name, method] as const);

describe.each(methods)('other weights of %s', (_name, method) => {
  it('give the bytes of a merge from scratch, whatever was resident, and are given back', async () => {
    const choice = choiceOf(method);
    const { backend, combination, counting } = await combined(choice);
    const atHand = createResidentExperts(backend);
    for (const weights of [
      [0.9, 1, -0.4, 0, 2],
      [1, 1, 1, 1, 1],
      [-1, 0, 0, 0, 0],
    ]) {
      const other = weighed(weights, poolOf(method));
      const models = await atHand.hold(
        other.experts.map(({ model }) => ({ text: model.name, model })),
        { names: pool.mergedNames, signal, onProgress: () => undefined },
      );
      const experts = other.experts.map(({ weight }, i) => ({
        weight,
        model: models[i] ?? pool.pretrained,
      }));
      await recombine(combination, { ...other, experts }, choice, {});
      await expectBytes(combination, other, choice);
    }
    atHand.free();
    combination.free();
    expect(counting.held()).toEqual({ elements: 0, counters: 0 });
  });
});

describe('combining anew', () => {
  const [[, method] = []] = methods;
  const choice = () => choiceOf(method as Method);

  it('does without resident experts, and with fewer of them', async () => {
    const { combination } = await combined(choice());
    const other = { ...pool, experts: weighed([2, -1]).experts.slice(1, 3).toReversed() };
    await recombine(combination, other, choice(), {});
    await expectBytes(combination, other, choice());
  });

  it('stops where it is told to, and is right the next time', async () => {
    const { combination, counting } = await combined(choice());
    const before = counting.held();
    const controller = new AbortController();
    const other = weighed([2]);
    const stopped = recombine(combination, other, choice(), {
      signal: controller.signal,
      onProgress: (done) => done === 3 && controller.abort(),
    });
    await expect(stopped).rejects.toThrow('aborted');
    expect(counting.held()).toEqual(before);
    await recombine(combination, other, choice(), {});
    await expectBytes(combination, other, choice());
  });
});
