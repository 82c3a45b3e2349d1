/** The pins of the value that stands: their scores, and how they compare. Nothing here computes or changes anything. */
import type { ScoreBook } from '../scoring/book';
import { type EngineKind, weightsText } from '../scoring/keys';
import { mergedColumn, type Unit } from '../scoring/plan';
import { mergeInputs, scoringReadiness, type TaskInput } from '../scoring/readiness';
import { type EngineValue, scalingFactorOf } from '../value';
import { comparePair } from './compare';
import { pinColumn, type ResolvedPin, resolvePin } from './resolve';
import { pinScores } from './scores';
import type { Pair, PairComparison, PairSide, PinView } from './types';

export function pinViews(value: EngineValue, book: ScoreBook, engine: EngineKind): PinView[] {
  const now = presentText(value);
  return resolved(value).map((each) => {
    const { pin, named, missing, scored } = each;
    const column = pinColumn(each, tasksOf(value), engine);
    return {
      pin,
      named,
      missing,
      present: scored !== null && weightsText(scored.weights) === now,
      ...pinScores(book, column),
    };
  });
}

/** What all pins have been scored by. */
export function pinUnits(value: EngineValue, engine: EngineKind): Unit[] {
  return resolved(value).flatMap((each) => pinColumn(each, tasksOf(value), engine));
}

/** What the scores of a pin, or of the present merge, are looked up by; none where there is no such pin. */
export function sideColumn(
  value: EngineValue,
  side: PairSide,
  engine: EngineKind,
): readonly Unit[] {
  if (side === null) {
    const { inputs } = readiness(value);
    if (!inputs || inputs.experts.length === 0) return [];
    return mergedColumn(inputs, engine, scalingFactorOf(value));
  }
  const pin = resolved(value).find((each) => each.pin.id === side);
  return pin ? pinColumn(pin, tasksOf(value), engine) : [];
}

export function comparePins(
  value: EngineValue,
  book: ScoreBook,
  engine: EngineKind,
  { a, b }: Pair,
): PairComparison {
  return comparePair(book, sideColumn(value, a, engine), sideColumn(value, b, engine));
}

function resolved({ pins, pool, tasks }: EngineValue): ResolvedPin[] {
  return pins.map((pin) => resolvePin(pin, pool, tasks));
}

const NO_TASKS: readonly TaskInput[] = [];

function tasksOf(value: EngineValue): readonly TaskInput[] {
  return readiness(value).inputs?.tasks ?? NO_TASKS;
}

function readiness({ pool, tasks, method, layers }: EngineValue) {
  return scoringReadiness(pool, tasks, method, layers);
}

/** Null while nothing is merged. */
function presentText(value: EngineValue): string | null {
  const inputs = mergeInputs(value.pool, value.tasks, value.method, value.layers);
  if (!inputs || inputs.experts.length === 0) return null;
  return weightsText({
    kind: 'merged',
    combination: inputs.key,
    scalingFactor: scalingFactorOf(value),
    ...(inputs.layers && { layers: inputs.layers }),
  });
}
