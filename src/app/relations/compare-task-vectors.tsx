import { lazy, Suspense, useState } from 'react';
import type { ModelView, TaskVectorDirections, TaskVectorRelations } from '../../state/types';
import { useCommands } from '../context';
import './compare-task-vectors.css';

const RelationsDialog = lazy(() => import('./relations-dialog'));

type Expert = Pick<ModelView, 'id'>;

/** Has the task vectors compared, and shows what came of it until other experts are merged. */
export function CompareTaskVectors({ experts }: { experts: readonly Expert[] }) {
  const { compareTaskVectors, compareDirections } = useCommands();
  const [busy, setBusy] = useState(false);
  const [known, keep] = useState<TaskVectorRelations | null>(null);
  const [directions, keepDirections] = useState<TaskVectorDirections | null>(null);
  const [computing, setComputing] = useState(false);
  const [open, setOpen] = useState(false);
  const standing = isOf(known, experts);
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
  const compute = async () => {
    if (computing) return;
    setComputing(true);
    const found = await compareDirections();
    setComputing(false);
    if (found !== null) keepDirections(found);
  };
  return (
    <div className="compare-task-vectors">
      <button
        type="button"
        className="link"
        aria-disabled={busy}
        data-tip="How the experts relate: which way their task vectors point, how long they are and where their signs disagree, and in which directions they change the weights."
        onClick={show}
      >
        {busy ? 'Comparing task vectors' : 'Compare task vectors'}
      </button>
      {open && known && standing && (
        <Suspense>
          <RelationsDialog
            relations={known}
            directions={isOf(directions, experts) ? directions : null}
            computing={computing}
            onCompute={compute}
            onClose={() => setOpen(false)}
          />
        </Suspense>
      )}
    </div>
  );
}

/** Whether it is about these experts, in this order. */
function isOf(known: Pick<TaskVectorRelations, 'ids'> | null, experts: readonly Expert[]): boolean {
  return (
    known !== null &&
    known.ids.length === experts.length &&
    experts.every(({ id }, place) => id === known.ids[place])
  );
}
