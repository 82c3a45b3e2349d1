import type { ScoreChange } from '../../state/types';
import { formatChange, formatMany } from '../format';

interface ChangeCellProps {
  readonly change: ScoreChange | null | undefined;
  /** The merged column belongs to another scaling factor. */
  readonly stale: boolean;
}

/** Percentage points of the merged against the pretrained model, and on which pictures. */
export function ChangeCell({ change, stale }: ChangeCellProps) {
  if (!change) return <td className="wide-only" />;
  const standing = stale ? 'stale' : change.complete ? 'final' : 'running';
  const part = change.complete ? '' : ' that both have been scored on so far';
  return (
    <td
      className={`wide-only change ${standing}`}
      title={`On the same ${formatMany(change.pictures, 'image')}${part}`}
    >
      {formatChange(change.accuracy)}
    </td>
  );
}
