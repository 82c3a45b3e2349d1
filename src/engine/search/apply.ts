/** Merges with what a search found: the numbers that the page's own commands set. */
import type { Candidate } from '../../program/search/search';
import { editPool } from '../pool/edits';
import type { State } from '../state';
import type { SearchName } from './view';

/** @param experts - ids, in the order of the weights */
export async function applyFound(
  state: Pick<State, 'setNumber'>,
  name: SearchName,
  { scalingFactor, weights }: Candidate,
  experts: readonly string[],
): Promise<void> {
  if (name === 'lambda') {
    await state.setNumber('scalingFactor', (records) => ({ ...records, scalingFactor }));
    return;
  }
  // All at once: what stands between two of them is not worth combining.
  await Promise.all(
    experts.map((id, i) =>
      state.setNumber(`weight ${id}`, (records) =>
        editPool(records, { type: 'setWeight', id, weight: weights[i] ?? 1 }),
      ),
    ),
  );
}
