import { useState } from 'react';
import type { ModelView, TaskVectorSimilarity } from '../../state/types';
import { useCommands } from '../context';
import { SimilarityDialog } from './similarity-dialog';
import './relations.css';

/** Has the task vectors compared, and shows what came of it until other experts are merged. */
export function CompareTaskVectors({ experts }: { experts: readonly Pick<ModelView, 'id'>[] }) {
  const { compareTaskVectors } = useCommands();
  const [busy, setBusy] = useState(false);
  const [known, keep] = useState<TaskVectorSimilarity | null>(null);
  const [open, setOpen] = useState(false);
  const standing = known !== null && isOf(known, experts);
  const show = async () => {
    if (busy) return;
    if (!standing) {
      setBusy(true);
      const found = await compareTaskVectors();
      setBusy(false);
      if (found === null) return;
      keep(found);
    }
    setOpen(true);
  };
  return (
    <div className="compare-task-vectors">
      <button
        type="button"
        className="quiet"
        aria-disabled={busy}
        data-tip="The cosine of the angle between every two task vectors: experts whose task vectors point the same way help each other, those at right angles leave each other alone."
        onClick={show}
      >
        {busy ? 'Comparing task vectors' : 'Compare task vectors'}
      </button>
      {open && standing && <SimilarityDialog similarity={known} onClose={() => setOpen(false)} />}
    </div>
  );
}

/** Whether it is about these experts, in this order. */
function isOf({ ids }: TaskVectorSimilarity, experts: readonly Pick<ModelView, 'id'>[]): boolean {
  return ids.length === experts.length && experts.every(({ id }, place) => id === ids[place]);
}
