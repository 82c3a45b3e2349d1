/**
 * Reading a base and its experts side by side, part by part: every byte once, into memory that is used again and again, and
 * given back at the end. While one part is worked on the next is read.
 */
import { elementCount } from '../checkpoint/data-length';
import { readFloat32Into } from '../checkpoint/dtype';
import { readForward } from '../checkpoint/read-forward';
import type { ClipModel } from '../clip/types';
import { letGo } from '../let-go';

/** Elements of a part, 1 MiB of them: what is read of a file at a time is more. */
const PART_LENGTH = 2 ** 18;

export interface Reader {
  readonly model: ClipModel;
  /** Ends the reading of this model; the others go on. */
  readonly signal?: AbortSignal | undefined;
}

/** Valid until the next is asked for. */
export interface PartValues {
  /** Canonical name of the tensor. */
  readonly name: string;
  readonly shape: readonly number[];
  /** Is it the last part of its tensor? */
  readonly isLast: boolean;
  readonly base: Float32Array;
  /** In the order of the experts; null of those that were left out, and of one without this tensor. */
  readonly experts: readonly (Float32Array | null)[];
}

interface Part {
  readonly name: string;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly length: number;
  readonly isLast: boolean;
}

/**
 * @param onLeftOut - is told the place of an expert that cannot be read, or whose signal aborted: nothing more comes of it
 * @throws what reading the base throws
 */
export async function* readSideBySide(
  base: ClipModel,
  experts: readonly Reader[],
  names: readonly string[],
  onLeftOut: (expert: number, reason: unknown) => void,
): AsyncGenerator<PartValues, void, undefined> {
  const parts = partsOf(base, experts, names);
  const atOnce = 1 + experts.length;
  const baseLane = createLane(base, atOnce);
  const lanes = experts.map(({ model, signal }) => ({ ...createLane(model, atOnce), signal }));
  const left = new Set<number>();

  const readExpert = async (expert: number, part: Part): Promise<Float32Array | null> => {
    const lane = lanes[expert];
    if (!lane || left.has(expert)) return null;
    try {
      lane.signal?.throwIfAborted();
      const values = await lane.read(part);
      lane.signal?.throwIfAborted();
      return values;
    } catch (reason) {
      left.add(expert);
      onLeftOut(expert, reason);
      return null;
    }
  };

  const readPart = async (part: Part): Promise<PartValues> => {
    const [theta, ...tuned] = await Promise.all([
      baseLane.read(part),
      ...lanes.map((_, expert) => readExpert(expert, part)),
    ]);
    if (!theta) throw new RangeError(`the base has no ${part.name}`);
    return { ...part, base: theta, experts: tuned };
  };

  const begin = (part: Part | undefined): Promise<PartValues> | null => {
    const reading = part ? readPart(part) : null;
    // Told when it is its turn, if that comes.
    reading?.catch(() => undefined);
    return reading;
  };

  let next = begin(parts.shift());
  try {
    while (next) {
      const values: PartValues = await next;
      next = begin(parts.shift());
      yield values;
    }
  } finally {
    // Whoever stops in the middle leaves a part that is being read.
    await next?.catch(() => undefined);
    for (const { free } of [baseLane, ...lanes]) free();
  }
}

/** A tensor that some model can only read whole is one part. */
function partsOf(base: ClipModel, experts: readonly Reader[], names: readonly string[]): Part[] {
  return names.flatMap((name) => {
    const sources = [base, ...experts.map(({ model }) => model)].map(({ visionTensors }) =>
      visionTensors.get(name),
    );
    const shape = sources[0]?.shape ?? [];
    const total = elementCount(shape);
    const isDivisible = sources.every((source) => source === undefined || source.readInto);
    const step = isDivisible ? PART_LENGTH : Math.max(1, total);
    return Array.from({ length: Math.max(1, Math.ceil(total / step)) }, (_, i) => {
      const length = Math.min(step, total - i * step);
      return { name, shape, begin: i * step, length, isLast: i * step + length === total };
    });
  });
}

interface Lane {
  /** Null of a tensor that the model lacks. */
  read(part: Part): Promise<Float32Array | null>;
  /** Nothing may be reading any more. */
  free(): void;
}

/** Reads parts of one model into two pieces of memory in turn. */
function createLane({ visionTensors }: ClipModel, atOnce: number): Lane {
  const forward = readForward(visionTensors, atOnce);
  let resting = new Float32Array(0);
  let inUse = new Float32Array(0);
  return {
    async read({ name, begin, length }) {
      const source = forward.tensors.get(name);
      if (!source) return null;
      let memory = resting;
      if (memory.length < length) {
        letGo(memory.buffer);
        memory = new Float32Array(length);
      }
      [resting, inUse] = [inUse, memory];
      const values = memory.subarray(0, length);
      await readFloat32Into(source, begin, values);
      return values;
    },
    free() {
      forward.free();
      for (const { buffer } of [resting, inUse]) letGo(buffer);
    },
  };
}
