/** Pictures per second, and how long the first numbers take after the slider has moved. */
import { createVisionTower, type VisionTower } from '../../../src/clip/vision-tower';
import { allocateWeights, mergedWeights, type WorkingWeights } from '../../../src/method/weights';
import type { Runtime } from '../../../src/runtime/types';
import { type Spread, spreadOf } from '../../support/spread';
import type { Plan, PlannedModel } from './plan';
import { createRandomTower, type RandomTower, randomPatches } from './random-tower';
import type { Failure, Latency, Scoring } from './types';

export interface ScoringResults {
  readonly scoring: readonly Scoring[];
  readonly latency: readonly Latency[];
  readonly mergeBytes: number;
  readonly failures: readonly Failure[];
}

/** A round of runs takes at least so long, or is one run. */
const ROUND_MILLISECONDS = 500;

export async function measureScoring(
  runtime: Runtime,
  plan: Plan,
  model: PlannedModel,
  tell: (step: string) => void,
): Promise<ScoringResults> {
  const { tensors: backend } = runtime;
  const scoring: Scoring[] = [];
  const latency: Latency[] = [];
  const failures: Failure[] = [];
  const random = await createRandomTower(backend, model.geometry);
  const working = allocateWeights(backend, random.combination.base);
  await backend.settled();
  try {
    for (const batch of model.batches) {
      tell(`${model.name}, batches of ${batch}`);
      try {
        const { vision, projectionDim } = model.geometry;
        const begun = performance.now();
        const tower = await createVisionTower(vision, projectionDim, runtime.vision, batch);
        const session = performance.now() - begun;
        try {
          const encode = encoder(model, batch, tower, random, working);
          const firstBegun = performance.now();
          requireFinite(await encode(0.3));
          const firstRun = performance.now() - firstBegun;
          const imagesPerSecond = await timeRuns(plan, batch, encode);
          scoring.push({ model: model.name, batch, session, firstRun, imagesPerSecond });
          if (batch === model.sliderBatch) {
            const milliseconds = await timeMoves(plan, encode);
            latency.push({ model: model.name, batch, milliseconds });
          }
        } finally {
          await tower.release();
        }
      } catch (error) {
        failures.push({ what: `${model.name}, batches of ${batch}`, reason: String(error) });
      }
    }
  } finally {
    working.free();
    random.free();
  }
  return { scoring, latency, mergeBytes: random.bytes, failures };
}

/** Encodes one batch; with a scaling factor, at weights that are merged for it first. */
type Encode = (scalingFactor?: number) => Promise<Float32Array>;

function encoder(
  { geometry }: PlannedModel,
  batch: number,
  tower: VisionTower,
  { combination, projection }: RandomTower,
  working: WorkingWeights,
): Encode {
  const patches = randomPatches(geometry, batch);
  return async (scalingFactor) => {
    if (scalingFactor !== undefined) mergedWeights(combination, scalingFactor, () => working);
    return tower.encode(patches, working.buffers, projection);
  };
}

async function timeRuns(plan: Plan, batch: number, encode: Encode): Promise<Spread> {
  const enough = Math.min(ROUND_MILLISECONDS, 10 * plan.roundMilliseconds);
  const rates: number[] = [];
  for (let round = 0; round < plan.rounds; round++) {
    const begun = performance.now();
    let runs = 0;
    do {
      await encode();
      runs++;
    } while (performance.now() - begun < enough);
    rates.push((1000 * batch * runs) / (performance.now() - begun));
  }
  return spreadOf(rates);
}

async function timeMoves({ moves }: Plan, encode: Encode): Promise<Spread> {
  const times: number[] = [];
  for (let move = 0; move < moves; move++) {
    const begun = performance.now();
    requireFinite(await encode(move / moves));
    times.push(performance.now() - begun);
  }
  return spreadOf(times);
}

/** Times of wrong numbers are worth nothing. */
function requireFinite(embeddings: Float32Array): void {
  const finite = embeddings.every((value) => Number.isFinite(value));
  if (!finite || embeddings.every((value) => value === 0))
    throw new Error('the embeddings are not finite, or all are zero');
}
