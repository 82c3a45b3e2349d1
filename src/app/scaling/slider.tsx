import { shownFactor } from '../../state/selectors';
import { useCommands, usePage, useSnapshot } from '../context';
import { axisShare, type Domain, SLIDER } from '../curve/domain';
import { formatFactor } from '../format';
import { Term } from '../tips/term';
import '../ui/fader.css';

interface SliderProps {
  readonly domain: Domain;
  /** The handle was taken by a pointer. */
  readonly onGrab?: () => void;
}

/**
 * The scaling factor as a fader below the plot. It is as long as its range is on the plot's axis, so that its handle stands
 * exactly below the value it sets, and cut where the plot begins; a value beyond it is left to the number field.
 */
export function Slider({ domain, onGrab = () => undefined }: SliderProps) {
  const factor = usePage(shownFactor) ?? 0;
  const { setScalingFactor } = useCommands();
  const moves = useSnapshot((snapshot) => snapshot.method.hasScalingFactor);
  const max = useSnapshot((snapshot) => snapshot.method.reach) ?? SLIDER.max;
  const start = axisShare(SLIDER.min, domain);
  const length = axisShare(max, domain) - start;
  const place = (value: number) => {
    const clamped = Math.min(Math.max(value, SLIDER.min), max);
    const share = (clamped - SLIDER.min) / (max - SLIDER.min);
    return `calc(var(--thumb) / 2 + (100% - var(--thumb)) * ${share})`;
  };
  const style: Record<string, string> = {
    marginLeft: `calc(${start * 100}% - var(--thumb) / 2)`,
    width: `calc(${length * 100}% + var(--thumb))`,
    '--fill-from': place(Math.min(0, factor)),
    '--fill-to': place(Math.max(0, factor)),
  };
  return (
    <div className="slider">
      <span className="slider-symbol math">
        <Term id="lambda">λ</Term>
      </span>
      <div className="slider-way">
        <input
          type="range"
          className="fader"
          aria-label="Scaling factor"
          aria-valuetext={formatFactor(factor)}
          min={SLIDER.min}
          max={max}
          step={SLIDER.step}
          value={factor}
          disabled={!moves}
          style={style}
          onPointerDown={onGrab}
          onChange={(event) => setScalingFactor(Number(event.target.value))}
        />
      </div>
    </div>
  );
}
