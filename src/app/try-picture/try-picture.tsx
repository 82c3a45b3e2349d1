import { lazy, Suspense, useState } from 'react';
import { EMPTY_DRAFT, type TryDraft } from '../../state/try-picture';
import { useSnapshot } from '../context';
import './try-picture.css';

/** Loaded when it is opened. */
const TryDialog = lazy(() => import('./try-dialog'));

/** The way to the dialog in which a picture of one's own is tried; what was chosen there is kept for the next time. */
export function TryPicture() {
  const [open, setOpen] = useState(false);
  const [kept, keep] = useState<TryDraft | null>(null);
  const firstTask = useSnapshot(({ tasks }) => tasks.find(({ included }) => included)?.id ?? null);
  const isThere = useSnapshot(
    ({ tasks }) => kept?.taskId == null || tasks.some(({ id }) => id === kept.taskId),
  );
  const draft = kept && isThere ? kept : { ...(kept ?? EMPTY_DRAFT), taskId: firstTask };
  return (
    <div className="try-picture">
      <button type="button" onClick={() => setOpen(true)}>
        Try a picture
      </button>
      <span>Drop, paste, draw or take one, and see what each model makes of it.</span>
      {open && (
        <Suspense>
          <TryDialog draft={draft} onChange={keep} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </div>
  );
}
