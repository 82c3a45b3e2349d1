/** A pool whose models are read as they lie in their files (`checkpoint/read-forward.ts`), for a pass in the order of the base's tensors. */
import { type ForwardReading, readForward } from '../checkpoint/read-forward';
import type { ClipModel } from '../clip/types';
import type { ModelPool } from '../modelpool/types';

export interface PoolReading {
  readonly pool: ModelPool;
  /** Gives back what was read ahead. */
  free(): void;
}

export function readPoolForward(pool: ModelPool): PoolReading {
  const readings: ForwardReading[] = [];
  const atOnce = 1 + pool.experts.length;
  const forward = <M extends ClipModel>(model: M): M => {
    const reading = readForward(model.visionTensors, atOnce);
    readings.push(reading);
    if (reading.tensors === model.visionTensors) return model;
    return { ...model, visionTensors: reading.tensors };
  };
  return {
    pool: {
      ...pool,
      pretrained: forward(pool.pretrained),
      experts: pool.experts.map((expert) => ({ ...expert, model: forward(expert.model) })),
    },
    free() {
      for (const reading of readings) reading.free();
    },
  };
}
