/** What a search has looked at: every value once, the best kept. */

export interface Evaluation<Value> {
  readonly value: Value;
  /** What is made small. */
  readonly loss: number;
}

export interface Evaluations<Value> {
  /** The loss of a value, computed where it is not known. */
  lossOf(value: Value): Promise<number>;
  /** In the order in which they were looked at. */
  readonly all: readonly Evaluation<Value>[];
  /** The smallest loss; the earlier of two that are equal. Null before the first. */
  readonly best: Evaluation<Value> | null;
}

/**
 * @param key what tells values apart
 * @param evaluate a loss that is not finite counts as infinitely large
 */
export function createEvaluations<Value>(
  key: (value: Value) => string,
  evaluate: (value: Value) => Promise<number>,
): Evaluations<Value> {
  const known = new Map<string, number>();
  const all: Evaluation<Value>[] = [];
  let best: Evaluation<Value> | null = null;
  return {
    all,
    get best() {
      return best;
    },
    async lossOf(value) {
      const name = key(value);
      const seen = known.get(name);
      if (seen !== undefined) return seen;
      const found = await evaluate(value);
      const loss = Number.isFinite(found) ? found : Number.POSITIVE_INFINITY;
      known.set(name, loss);
      const evaluation = { value, loss };
      all.push(evaluation);
      if (best === null || loss < best.loss) best = evaluation;
      return loss;
    },
  };
}
