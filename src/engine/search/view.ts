/** A search as the page shows it. */
import type { SearchOutcome } from '../../program/search/halves';
import type { Candidate, SearchPlan } from '../../program/search/search';

export type SearchName = SearchPlan['name'];

export interface SearchView {
  readonly name: SearchName;
  readonly phase: 'searching' | 'found';
  /** Models tried so far, the one before included, and at most. */
  readonly tried: number;
  readonly of: number;
  readonly before: Candidate;
  /** The best so far; null before the first. */
  readonly best: Candidate | null;
  /** In the order in which they were tried, with the loss on the pictures to choose by. */
  readonly values: readonly (Candidate & { readonly loss: number })[];
  /** It was ended before it had tried all that it would have. */
  readonly stopped: boolean;
  /** Experts by name, in the order of the weights, with the id that sets theirs. */
  readonly experts: readonly { readonly id: string; readonly name: string }[];
  /** Null until the best is scored on the pictures to report on. */
  readonly outcome: SearchOutcome | null;
  /** What the outcome allows to say, as the end of a sentence. */
  readonly verdict: string | null;
}
