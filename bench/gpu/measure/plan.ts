/** What is measured: real sizes on a GPU; on a software adapter small ones, which check that the benchmark itself works. */
import { type Geometry, vitB32, vitL14 } from '../../../src/engine/testing/random-clip';

export interface Plan {
  /** Elements of the one long vector. */
  readonly elements: number;
  /** Each kernel is repeated until a round takes so many milliseconds. */
  readonly roundMilliseconds: number;
  readonly rounds: number;
  readonly models: readonly PlannedModel[];
  /** Slider moves. */
  readonly moves: number;
}

export interface PlannedModel {
  readonly name: string;
  readonly geometry: Geometry;
  readonly batches: readonly number[];
  /** The batch of the slider's moves. */
  readonly sliderBatch: number;
}

/** The text tower takes no part: its vocabulary can be of any size. */
const VOCABULARY = 1;

const REAL: Plan = {
  elements: 2 ** 26,
  roundMilliseconds: 150,
  rounds: 7,
  moves: 30,
  models: [
    {
      name: 'ViT-B/32',
      geometry: vitB32(VOCABULARY),
      batches: [1, 8, 16, 32, 64, 128, 256],
      sliderBatch: 32,
    },
    {
      name: 'ViT-L/14',
      geometry: vitL14(VOCABULARY),
      batches: [1, 8, 16, 32, 64],
      sliderBatch: 16,
    },
  ],
};

const CHECK: Plan = {
  elements: 2 ** 18,
  roundMilliseconds: 5,
  rounds: 3,
  moves: 3,
  models: [
    {
      name: 'one layer of ViT-B/32, 64 pixels',
      geometry: shrunk(vitB32(VOCABULARY)),
      batches: [1, 2],
      sliderBatch: 2,
    },
  ],
};

export function planFor(software: boolean): Plan {
  return software ? CHECK : REAL;
}

function shrunk({ vision, ...rest }: Geometry): Geometry {
  return { ...rest, vision: { ...vision, layers: 1, imageSize: 64 } };
}
