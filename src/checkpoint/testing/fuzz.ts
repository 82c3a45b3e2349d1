/**
 * Test support: readers against damaged files. Whatever comes in opens, or is refused by one of the program's own errors, in
 * bounded time. An input is known by its seed, which the error of a failure names.
 */

import { CompatibilityError, ConfigError, FormatError } from '../../errors';
import { joinBytes } from '../join-bytes';
import { randomSource } from '../random.fixture';

export interface FuzzTarget {
  readonly name: string;
  /** Makes the input of this seed and reads all of it: rejects with a refusal, or with what must not happen. */
  read(seed: number): Promise<unknown>;
}

export interface FuzzOptions {
  /** Of the first input; the next has the next. */
  readonly seed: number;
  /** So many inputs, or all that can be done in a time. */
  readonly rounds?: number;
  readonly milliseconds?: number;
}

export interface FuzzReport {
  readonly rounds: number;
  readonly opened: number;
}

/** A small file that takes longer keeps a page busy. Generous: machines that test are slow. */
const LONGEST_MS = 20_000;

/** @throws Error that names the seed of the first input that neither opened nor was refused, or took too long */
export async function fuzz(
  { name, read }: FuzzTarget,
  { seed, rounds = Number.POSITIVE_INFINITY, milliseconds = Number.POSITIVE_INFINITY }: FuzzOptions,
): Promise<FuzzReport> {
  const end = performance.now() + milliseconds;
  let opened = 0;
  let round = 0;
  for (; round < rounds && performance.now() < end; round++) {
    const own = seed + round;
    const begin = performance.now();
    if (await opens(read(own), `${name}, seed ${own}`)) opened++;
    const took = performance.now() - begin;
    if (took > LONGEST_MS) throw new Error(`${name}, seed ${own}: took ${Math.round(took)} ms`);
  }
  return { rounds: round, opened };
}

async function opens(reading: Promise<unknown>, what: string): Promise<boolean> {
  try {
    await reading;
    return true;
  } catch (cause) {
    if (isRefusal(cause)) return false;
    throw new Error(`${what}: neither opened nor refused`, { cause });
  }
}

/** Whether an error is one that says to people what is wrong with a file. */
export function isRefusal(error: unknown): boolean {
  return (
    error instanceof FormatError ||
    error instanceof CompatibilityError ||
    error instanceof ConfigError
  );
}

/** Where changes are made more often than elsewhere: headers stand at the start, directories and footers at the end. */
export type Edge = 'start' | 'end';

const EDGE_BYTES = 900;
const EXTREMES = [0, 1, 0x7f, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff];

/** One of the files with a few places changed, as bad disks, cut downloads and people who mean harm change them. */
export function damaged(
  good: readonly Uint8Array[],
  seed: number,
  edge: Edge,
): Uint8Array<ArrayBuffer> {
  const below = randomSource(seed);
  let bytes = new Uint8Array(good[below(good.length)] ?? []);
  for (let changes = 1 + below(4); changes > 0 && bytes.length > 0; changes--) {
    bytes = changedOnce(bytes, good[below(good.length)] ?? bytes, edge, below);
  }
  return bytes;
}

function changedOnce(
  bytes: Uint8Array<ArrayBuffer>,
  other: Uint8Array,
  edge: Edge,
  below: (bound: number) => number,
): Uint8Array<ArrayBuffer> {
  const at = placeIn(bytes.length, edge, below);
  const view = new DataView(bytes.buffer);
  switch (below(9)) {
    case 0:
      return bytes.slice(0, at);
    case 1:
      return joinBytes([bytes.subarray(0, at), bytes.subarray(at + below(40))]);
    case 2:
      return joinBytes([bytes.subarray(0, at), bytes.subarray(Math.max(0, at - below(40)))]);
    case 3: {
      const value = EXTREMES[below(EXTREMES.length)] ?? 0;
      const isLittle = below(2) === 0;
      if (at + 4 <= bytes.length && below(2) === 0) view.setUint32(at, value, isLittle);
      else if (at + 2 <= bytes.length) view.setUint16(at, value & 0xffff, isLittle);
      return bytes;
    }
    case 4:
      bytes.fill(below(2) * 255, at, at + 8);
      return bytes;
    case 5: {
      const from = below(other.length);
      bytes.set(other.subarray(from, from + Math.min(32, bytes.length - at)), at);
      return bytes;
    }
    case 6:
      bytes[at] = (bytes[at] ?? 0) ^ (1 << below(8));
      return bytes;
    default:
      bytes[at] = below(256);
      return bytes;
  }
}

function placeIn(length: number, edge: Edge, below: (bound: number) => number): number {
  if (below(3) === 0) return below(length);
  const near = below(Math.min(length, EDGE_BYTES));
  return edge === 'start' ? near : length - 1 - near;
}
