import { useState } from 'react';
import type { SweepRange } from '../../state/sweep';
import { useCommands, usePage } from '../context';
import { formatFactor } from '../format';
import { Icon } from '../ui/icon';
import { SweepDialog } from './sweep-dialog';
import './sweep.css';

/** Sweeps the range that is set; beside it the way to set another. */
export function SweepControls({ disabled }: { disabled: boolean }) {
  const range = usePage((state) => state.sweep);
  const { sweep } = useCommands();
  const [asks, setAsks] = useState(false);
  return (
    <span className="sweep-controls">
      <button
        type="button"
        disabled={disabled}
        data-tip={`Scores λ = ${inWords(range)}, from coarse to fine, and fills the curve`}
        onClick={() => sweep()}
      >
        Sweep {short(range.from)} to {short(range.to)}
      </button>
      <button
        type="button"
        className="icon-button"
        aria-label="Range of the sweep"
        data-tip="Range, step and number of pictures of the sweep"
        disabled={disabled}
        onClick={() => setAsks(true)}
      >
        <Icon name="sliders" />
      </button>
      {asks && <SweepDialog range={range} onSweep={sweep} onClose={() => setAsks(false)} />}
    </span>
  );
}

function inWords({ from, to, step, pictures }: SweepRange): string {
  const which = pictures === null ? 'all images' : `${pictures} images of each task`;
  return `${short(from)} to ${short(to)} in steps of ${short(step)} on ${which}`;
}

/** No more decimals than the number has. */
function short(value: number): string {
  return formatFactor(value).replace(/\.?0+$/, '');
}
