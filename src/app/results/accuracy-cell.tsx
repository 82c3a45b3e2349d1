import type { ReactNode } from 'react';
import type { Interval } from '../../state/types';
import { formatInterval, formatMargin, formatPercent } from '../format';

export type Standing = 'final' | 'running' | 'stale';

interface AccuracyCellProps {
  readonly column: 'pretrained' | 'merged' | 'expert';
  /** 0..1, or null where nothing is scored. */
  readonly accuracy: number | null;
  readonly interval: Interval | null;
  /** What the number rests on, for people: `304 of 400 images right`. */
  readonly basis: string;
  /** Why there is no number, if none is to come. */
  readonly absent?: string;
  /** `running`: only a part of the images is scored; `stale`: the number belongs to another scaling factor. */
  readonly standing?: Standing;
  /** A word below the number. */
  readonly note?: ReactNode;
}

/** One accuracy with its 95 % interval: compact for the eye, exact in the title and for screen readers. */
export function AccuracyCell(props: AccuracyCellProps) {
  const { column, accuracy, interval, basis, absent, standing = 'final', note } = props;
  if (accuracy === null || interval === null) {
    return (
      <td className={column} title={absent}>
        <span aria-hidden="true">{absent === undefined ? '…' : '–'}</span>
        <span className="visually-hidden">{absent ?? 'not scored yet'}</span>
      </td>
    );
  }
  const exact = `${formatInterval(interval)}, ${basis}`;
  return (
    <td className={`${column} ${standing}`} title={exact}>
      <data value={accuracy}>{formatPercent(accuracy)}</data>{' '}
      <small aria-hidden="true">{formatMargin(interval)}</small>
      <span className="visually-hidden">({exact})</span>
      {note !== undefined && <small className="cell-note">{note}</small>}
    </td>
  );
}
