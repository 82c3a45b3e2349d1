/** What a search came to, in words. */
import type { SearchView } from '../../state/types';
import { pText } from '../compare/words';
import { formatChange } from '../format';

type Candidate = SearchView['before'];
type Difference = NonNullable<SearchView['outcome']>['reporting']['difference'];

export function sameCandidate(a: Candidate, b: Candidate): boolean {
  return (
    a.scalingFactor === b.scalingFactor &&
    a.weights.every((weight, place) => weight === b.weights[place])
  );
}

/** More stand in the model pool, and are only counted here. */
const MOST_NAMED = 4;

/** `outlines 0.75, surfaces 0.625`: the weights that are others than before. */
export function changedWeights(
  { before, best, experts }: SearchView,
  short: ReadonlyMap<string, string>,
): string {
  const changed = experts.flatMap(({ name }, place) => {
    const weight = best?.weights[place];
    if (weight === undefined || weight === before.weights[place]) return [];
    return [`${short.get(name) ?? name} ${weight}`];
  });
  return changed.length <= MOST_NAMED
    ? changed.join(', ')
    : `Other weights of ${changed.length} experts`;
}

/** The difference with its interval, and how often chance alone gives one like it. */
export function differenceText({ difference, interval, pValue }: Difference): string {
  const [low, high] = interval;
  const points = `${formatChange(difference)} points (95 % interval ${formatChange(low)} to ${formatChange(high)})`;
  return `${points}, ${pText(pValue)}`;
}
