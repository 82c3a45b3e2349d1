import type { ModelView } from '../../state/types';
import { soloed } from '../../state/weight-presets';
import { shownWeight } from '../../state/weights';
import { useCommands, usePage, useSnapshot } from '../context';
import { formatFactor } from '../format';
import { untilLetGo } from '../scaling/until-let-go';
import { NumberField } from '../ui/number-field';
import '../ui/fader.css';
import './weights.css';

/** What a fader goes over; weights beyond it are typed, and stand at its end. */
const RANGE = { min: -1, max: 2, step: 0.05 } as const;

interface ExpertWeightProps {
  readonly model: ModelView;
  /** All experts of the pool. */
  readonly experts: readonly ModelView[];
  /** As its box shows it. */
  readonly included: boolean;
  readonly onInclude: (included: boolean) => void;
}

/** How much an expert counts in the sum: fader and number, out of it, alone in it, and the other way round. */
export function ExpertWeight({ model, experts, included, onInclude }: ExpertWeightProps) {
  const { setWeight, changeMerge, holdSlider } = useCommands();
  const takesWeights = useSnapshot((snapshot) => snapshot.method.hasScalingFactor);
  const weight = usePage((state) => shownWeight(state, model));
  const { id, name } = model;
  const alone = included && experts.every((other) => other === model || !other.included);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset's legend cannot stand in its row.
    <div className="expert-weight" role="group" aria-label={`${name} in the sum`}>
      <Fader
        name={name}
        weight={weight}
        disabled={!takesWeights}
        onWeight={(changed) => setWeight(id, changed)}
        onGrab={() => {
          holdSlider(true);
          untilLetGo(() => holdSlider(false));
        }}
      />
      <NumberField
        label={`Weight of ${name}`}
        value={weight}
        step={0.1}
        when="left"
        disabled={!takesWeights}
        onValue={(changed) => setWeight(id, changed)}
      />
      <Toggle
        sign="M"
        label={`Mute ${name}`}
        tip={included ? 'Mute: leave it out of the sum; its weight stays' : 'Back into the sum'}
        pressed={!included}
        onPress={() => onInclude(!included)}
      />
      <Toggle
        sign="S"
        label={`Solo ${name}`}
        tip={alone ? 'All experts again' : 'Solo: leave all others out of the sum'}
        pressed={alone && experts.length > 1}
        disabled={experts.length < 2}
        onPress={() =>
          changeMerge(`solo of ${name}`, (merge) => ({
            ...merge,
            models: soloed(merge.models, experts, id),
          }))
        }
      />
      <button
        type="button"
        className="quiet icon-button weight-button"
        aria-label={`Negate ${name}`}
        data-tip="Negate: subtract what it adds, or add it again"
        disabled={!takesWeights}
        onClick={() => setWeight(id, weight === 0 ? 0 : -weight)}
      >
        ±
      </button>
    </div>
  );
}

interface FaderProps {
  readonly name: string;
  readonly weight: number;
  readonly disabled: boolean;
  readonly onWeight: (weight: number) => void;
  /** The handle was taken by a pointer. */
  readonly onGrab: () => void;
}

/** A double click brings it back to 1. */
function Fader({ name, weight, disabled, onWeight, onGrab }: FaderProps) {
  const { min, max } = RANGE;
  const place = (value: number) => {
    const share = (Math.min(Math.max(value, min), max) - min) / (max - min);
    return `calc(var(--weight-thumb) / 2 + (100% - var(--weight-thumb)) * ${share})`;
  };
  const style: Record<string, string> = {
    '--zero': place(0),
    '--fill-from': place(Math.min(0, weight)),
    '--fill-to': place(Math.max(0, weight)),
  };
  return (
    <input
      type="range"
      className="weight-fader"
      aria-label={`Weight fader of ${name}`}
      aria-valuetext={formatFactor(weight)}
      {...RANGE}
      value={weight}
      disabled={disabled}
      style={style}
      onPointerDown={onGrab}
      onDoubleClick={() => onWeight(1)}
      onChange={({ target }) => onWeight(Number(target.value))}
    />
  );
}

interface ToggleProps {
  readonly sign: string;
  readonly label: string;
  readonly tip: string;
  readonly pressed: boolean;
  readonly disabled?: boolean;
  readonly onPress: () => void;
}

function Toggle({ sign, label, tip, pressed, disabled = false, onPress }: ToggleProps) {
  return (
    <button
      type="button"
      className="quiet icon-button weight-button"
      aria-label={label}
      aria-pressed={pressed}
      data-tip={tip}
      disabled={disabled}
      onClick={onPress}
    >
      {sign}
    </button>
  );
}
