/**
 * The two searches over models that a scaling factor and weights of experts make, each with the model before among what is
 * compared: a search never ends with something worse by what it was chosen by.
 */
import { searchCoordinates } from './coordinates';
import { createEvaluations, type Evaluation } from './evaluations';
import { searchLine } from './golden-section';

/** What a model is merged with. */
export interface Candidate {
  readonly scalingFactor: number;
  /** Of the experts, in pool order. */
  readonly weights: readonly number[];
}

export interface LambdaPlan {
  readonly name: 'lambda';
  readonly min: number;
  readonly max: number;
  readonly grid: number;
  /** In all, the model before included: more than the grid has. */
  readonly evaluations: number;
  readonly step: number;
  /** See `LineSearch`. */
  readonly reach?: number;
}

export interface WeightsPlan {
  readonly name: 'weights';
  readonly min: number;
  readonly max: number;
  readonly stride: number;
  readonly evaluations: number;
  readonly step: number;
}

export type SearchPlan = LambdaPlan | WeightsPlan;

export const LAMBDA_PLAN: LambdaPlan = {
  name: 'lambda',
  min: 0,
  max: 1.5,
  grid: 6,
  evaluations: 12,
  step: 0.01,
};

export const WEIGHTS_PLAN: WeightsPlan = {
  name: 'weights',
  min: 0,
  max: 2,
  stride: 0.5,
  evaluations: 40,
  step: 0.125,
};

/** A candidate that was tried, with its figures on the pictures to choose by. */
export interface TriedCandidate extends Candidate {
  readonly loss: number;
  readonly accuracy: number;
}

/** Of a search that ended, or was stopped after at least one value. */
export interface Searched {
  readonly best: Evaluation<Candidate>;
  /** In the order in which they were looked at, the model before first. */
  readonly all: readonly Evaluation<Candidate>[];
  /** `evaluate` gave null: there may be better ones. */
  readonly stopped: boolean;
}

/** Thrown through a search to end it with what it has. */
class Stop extends Error {
  override readonly name = 'Stop';
}

/**
 * @param evaluate the loss of a candidate; null ends the search with what it has
 * @returns null where the search was ended before the first loss
 * @throws whatever `evaluate` throws
 */
export async function search(
  plan: SearchPlan,
  before: Candidate,
  evaluate: (candidate: Candidate) => Promise<number | null>,
): Promise<Searched | null> {
  const seen = createEvaluations<Candidate>(candidateText, async (candidate) => {
    const loss = await evaluate(candidate);
    if (loss === null) throw new Stop();
    return loss;
  });
  let stopped = false;
  try {
    await seen.lossOf(before);
    if (plan.name === 'lambda') {
      const { evaluations, ...line } = plan;
      await searchLine({ ...line, evaluations: evaluations - 1 }, (value) =>
        seen.lossOf({ ...before, scalingFactor: value }),
      );
    } else {
      const { step: smallest, ...bounds } = plan;
      await searchCoordinates({ ...bounds, smallest, start: before.weights }, (weights) =>
        seen.lossOf({ ...before, weights }),
      );
    }
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    stopped = true;
  }
  return seen.best && { best: seen.best, all: seen.all, stopped };
}

/** The same for candidates that make the same model. */
export function candidateText({ scalingFactor, weights }: Candidate): string {
  return `${scalingFactor} ${weights.join(' ')}`;
}
