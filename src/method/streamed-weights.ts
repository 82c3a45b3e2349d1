/**
 * Weights that are made when the vision tower asks for them, one step of it at a time: for models of which a third and fourth copy
 * in memory, beside `theta_0` and `S`, would be too much.
 */
import type { ClipModel } from '../clip/types';
import type { StreamedWeights } from '../clip/vision-weights';
import type { TensorBackend, TensorBuffer } from '../runtime/types';
import { FLAT, tensorScale } from './layers/factors';
import type { TaskVectorCombination } from './types';
import { fillWithTensor } from './vision-tensor';

/** `theta_0 + (scalingFactor * f) * S`, the very bits of `mergedWeights`. */
export function streamedMerged(
  { backend, base, taskVector }: TaskVectorCombination,
  scalingFactor: number,
  layers = FLAT,
): StreamedWeights {
  return {
    async each(steps, use) {
      const room = createRoom(backend);
      try {
        for (const [at, names] of steps.entries()) {
          const made = new Map<string, TensorBuffer>();
          for (const name of names) {
            const theta = base.get(name);
            const sum = taskVector.get(name);
            if (!theta || !sum) continue;
            const out = room.take(theta.length);
            made.set(name, out);
            backend.scaleAndAdd(out, theta, sum, tensorScale(scalingFactor, layers, name));
          }
          await use(made, at);
          room.giveBack(made.values());
        }
      } finally {
        room.free();
      }
    },
  };
}

/** A model's own weights, read from its file: those of the next step while one is in use. */
export function streamedOwn(
  backend: TensorBackend,
  model: ClipModel,
  signal?: AbortSignal,
): StreamedWeights {
  return {
    async each(steps, use) {
      const room = createRoom(backend);
      const read = async (names: readonly string[]): Promise<Map<string, TensorBuffer>> => {
        const own = new Map<string, TensorBuffer>();
        for (const name of names) {
          signal?.throwIfAborted();
          const shape = model.visionTensors.get(name)?.shape ?? [];
          const buffer = room.take(shape.reduce((product, side) => product * side, 1));
          own.set(name, buffer);
          await fillWithTensor(backend, buffer, model, name);
        }
        return own;
      };
      let next: Promise<Map<string, TensorBuffer>> | null = null;
      const begin = (at: number): typeof next => {
        const names = steps[at];
        const reading = names ? read(names) : null;
        // Told when it is its turn, if that comes.
        reading?.catch(() => undefined);
        return reading;
      };
      try {
        next = begin(0);
        for (let at = 0; next; at++) {
          const own: Map<string, TensorBuffer> = await next;
          next = begin(at + 1);
          await use(own, at);
          room.giveBack(own.values());
        }
      } finally {
        // Nothing is written any more into what is given back.
        await next?.catch(() => undefined);
        room.free();
      }
    },
  };
}

/** Buffers that are used again for the next tensor of the same length: all layers are alike. */
function createRoom(backend: TensorBackend) {
  const resting = new Map<number, TensorBuffer[]>();
  const all: TensorBuffer[] = [];
  return {
    /** With what was left in it. */
    take(length: number): TensorBuffer {
      const known = resting.get(length)?.pop();
      if (known) return known;
      const made = backend.allocate(length);
      all.push(made);
      return made;
    },
    giveBack(buffers: Iterable<TensorBuffer>): void {
      for (const buffer of buffers) {
        const same = resting.get(buffer.length) ?? [];
        resting.set(buffer.length, same);
        same.push(buffer);
      }
    },
    free(): void {
      for (const buffer of all.splice(0)) backend.free(buffer);
      resting.clear();
    },
  };
}
