import type { Pair, PairName, PairSide } from '../../state/types';
import { PairPanel } from './pair-panel';
import { PinTable } from './pin-table';
import type { Removed } from './removed-pin';

interface PinPanelProps {
  readonly chosen: Pair;
  readonly onChoose: (side: PairName, id: PairSide) => void;
  readonly onRemoved: (removed: Removed) => void;
}

/** The pins as rows, and two of them, or one and the present merge, held against each other. */
export default function PinPanel({ chosen, onChoose, onRemoved }: PinPanelProps) {
  return (
    <div className="pin-panel">
      <PinTable chosen={chosen} onRemoved={onRemoved} />
      <PairPanel chosen={chosen} onChoose={onChoose} />
    </div>
  );
}
