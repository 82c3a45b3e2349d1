/** What a search came to, in words. */
import type { SearchView } from '../../state/types';
import { formatChange } from '../format';

type Candidate = SearchView['before'];
type Difference = NonNullable<SearchView['outcome']>['reporting']['difference'];

export function sameCandidate(a: Candidate, b: Candidate): boolean {
  return (
    a.scalingFactor === b.scalingFactor &&
    a.weights.every((weight, place) => weight === b.weights[place])
  );
}

/** `outlines 0.75, surfaces 0.625`: the weights that are others than before. */
export function changedWeights({ before, best, experts }: SearchView): string {
  return experts
    .flatMap(({ name }, place) => {
      const weight = best?.weights[place];
      return weight === undefined || weight === before.weights[place] ? [] : [`${name} ${weight}`];
    })
    .join(', ');
}

/** The difference with its interval, and how often chance alone gives one like it. */
export function differenceText({ difference, interval, pValue }: Difference): string {
  const [low, high] = interval;
  const points = `${formatChange(difference)} points (95 % interval ${formatChange(low)} to ${formatChange(high)})`;
  const p = pValue < 0.001 ? 'p < 0.001' : `p = ${pValue.toPrecision(2)}`;
  return `${points}, ${p}`;
}
