/**
 * The rows of `methods/expected.json` on any backend: FusionBench's class and arguments in, the SHA-256 of every merged
 * tensor out. Where a row rests on torch's random numbers or order of summation, it brings those along.
 */
import type { ModelPool } from '../../modelpool/types';
import type { TensorBackend } from '../../runtime/types';
import { combine } from '../combine';
import type { Drop } from '../dare/drop';
import { defineDareSimpleAverage } from '../dare-simple-average';
import { defineDareTaskArithmetic } from '../dare-task-arithmetic';
import { defineDareTiesMerging } from '../dare-ties-merging';
import { type MergedValues, mergedFromCheckpoints, mergedFromCombination } from '../merged-values';
import { defineModelStock } from '../model-stock';
import type { MethodOptions } from '../options';
import { findMethod } from '../registry';
import { defineSlerp } from '../slerp';
import type { Method, MethodChoice } from '../types';
import { sha256 } from './sha256';

export interface MethodRow {
  readonly shape: string;
  readonly method: string;
  readonly options: MethodOptions;
  readonly sha256: readonly string[];
  /** Slerp, linear interpolation. */
  readonly models?: readonly string[];
  /** Model Stock: FusionBench's own, null where a key is ignored. */
  readonly ratios?: readonly (number | null)[];
  /** Slerp: FusionBench's own, null where it interpolates linearly. */
  readonly coefficients?: readonly (readonly [number, number] | null)[];
  /** Layer-wise coefficients: the file that FusionBench read them from. */
  readonly weightsFile?: string;
  /** DARE: the file with the elements that torch kept. */
  readonly mask?: string;
}

export interface MethodFixture {
  readonly names: Readonly<Record<string, readonly string[]>>;
  readonly maskOrder: Readonly<Record<string, readonly string[]>>;
  readonly results: readonly MethodRow[];
}

/** The pool of a row: all experts of its shape, or the models that it names. */
export function poolOfRow(pool: ModelPool, { models }: MethodRow): ModelPool {
  if (!models) return pool;
  return { ...pool, experts: pool.experts.filter(({ model }) => models.includes(model.name)) };
}

/** Our method and options for a row, with what the row brings along put in. */
export function choiceOfRow(
  row: MethodRow,
  fixture: MethodFixture,
  pool: ModelPool,
  mask: Uint8Array | null,
): MethodChoice {
  const names = fixture.names[row.shape] ?? [];
  const { options } = row;
  if (row.ratios) {
    const { ratios } = row;
    const method = defineModelStock(async (_pool, name) => {
      const ratio = at(ratios, names.indexOf(name));
      if (ratio === null) throw new Error(`FusionBench asks for no ratio of ${name}`);
      return ratio;
    });
    return { method, options };
  }
  if (row.coefficients) {
    const { coefficients } = row;
    return { method: defineSlerp((name) => at(coefficients, names.indexOf(name))), options };
  }
  if (row.mask && mask) {
    const drop = dropByMask(mask, fixture.maskOrder[row.mask] ?? [], pool);
    return { method: defineDare(row.method, drop), options };
  }
  return { method: known(row.method), options };
}

/** Names of the tensors whose bytes are not FusionBench's: as combined on a backend, and then applied there. */
export async function differingResident(
  backend: TensorBackend,
  pool: ModelPool,
  choice: MethodChoice,
  row: MethodRow,
  names: readonly string[],
): Promise<string[]> {
  const combination = await combine(pool, choice, { backend });
  const merged = mergedFromCombination(combination, scalingFactorOf(row));
  const found = await differing(merged, row, names);
  combination.free();
  return found;
}

/** The same, straight from the checkpoints. */
export function differingStreamed(
  pool: ModelPool,
  choice: MethodChoice,
  row: MethodRow,
  names: readonly string[],
): Promise<string[]> {
  return differing(mergedFromCheckpoints(pool, choice, scalingFactorOf(row)), row, names);
}

async function differing(
  merged: MergedValues,
  row: MethodRow,
  names: readonly string[],
): Promise<string[]> {
  const found: string[] = [];
  for (const [i, name] of names.entries()) {
    if ((await sha256(await merged(name))) !== row.sha256[i]) found.push(name);
  }
  return found;
}

/** Methods that yield weights have none, and none is used. */
function scalingFactorOf({ options }: MethodRow): number {
  return Number(options.scaling_factor ?? Number.NaN);
}

/** Bits, lowest first, 1 = kept: for each expert in turn the tensors in the order in which torch drew their numbers. */
function dropByMask(mask: Uint8Array, order: readonly string[], pool: ModelPool): Drop {
  const lengths = order.map((name) => {
    const shape = pool.pretrained.visionTensors.get(name)?.shape ?? [];
    return shape.reduce((product, side) => product * side, 1);
  });
  const perExpert = lengths.reduce((sum, length) => sum + length, 0);
  return async (delta, { name, begin }, expert, _options, backend) => {
    const place = order.indexOf(name);
    const before = lengths.slice(0, place).reduce((sum, length) => sum + length, 0);
    const start = expert * perExpert + before + begin;
    const values = await backend.read(delta);
    const kept = (bit: number) => (((mask[bit >> 3] ?? 0) >> (bit & 7)) & 1) === 1;
    backend.write(
      delta,
      values.map((value, i) => (kept(start + i) ? value : 0)),
    );
  };
}

function defineDare(name: string, drop: Drop): Method {
  if (name === 'DareTiesMerging') return defineDareTiesMerging(drop);
  return name === 'DareSimpleAverage'
    ? defineDareSimpleAverage(drop)
    : defineDareTaskArithmetic(drop);
}

function known(name: string) {
  const method = findMethod(name);
  if (!method) throw new Error(`no method is called ${name}`);
  return method;
}

function at<T>(values: readonly T[], index: number): T {
  const value = values[index];
  if (value === undefined) throw new Error(`the fixture has no value ${index}`);
  return value;
}
