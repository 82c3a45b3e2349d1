import type { ReactNode } from 'react';
import type { TaskVectorDirections } from '../../state/types';
import { Jobs } from '../jobs/jobs';

interface DirectionsProps {
  readonly known: TaskVectorDirections | null;
  readonly busy: boolean;
  readonly onCompute: () => void;
  readonly children: (found: TaskVectorDirections) => ReactNode;
}

/** What needs every matrix decomposed: computed when it is asked for, with progress and a way to stop. */
export function Directions({ known, busy, onCompute, children }: DirectionsProps) {
  if (known) return children(known);
  return (
    <div className="relations-pending">
      <p>
        This takes every matrix of every expert apart into its singular values: seconds for a small
        model, some minutes for a large one. What comes of it is kept for the next visit.
      </p>
      <button type="button" aria-disabled={busy} onClick={onCompute}>
        {busy ? 'Computing directions' : 'Compute directions'}
      </button>
      {busy && <Jobs />}
    </div>
  );
}
