import { columnValue, KIND_NAMES, LAYER_ROWS, type LayerColumn } from '../../state/layer-columns';
import type { LayerFactors, LayersView } from '../../state/types';
import { useCommands } from '../context';
import { formatFactor } from '../format';
import { untilLetGo } from '../scaling/until-let-go';
import '../ui/fader.css';

/** What a fader goes over; factors beyond it come from files and the command line, and stand at its end. */
const RANGE = { min: 0, max: 2, step: 0.05 } as const;

interface LayerFaderProps {
  readonly column: LayerColumn;
  readonly factors: LayerFactors;
  readonly own: LayersView['own'];
}

/** One place of the tower: its factor, the fader, what it is. A double click brings it back to 1. */
export function LayerFader({ column, factors, own }: LayerFaderProps) {
  const { setLayers, holdSlider } = useCommands();
  const { factor, mixed } = columnValue(column, factors, own);
  const set = (value: number) =>
    setLayers(Object.fromEntries(column.groups.map((group) => [group, value])));
  const grab = () => {
    holdSlider(true);
    untilLetGo(() => holdSlider(false));
  };
  const shown = Math.min(Math.max(factor, RANGE.min), RANGE.max);
  const style: Record<string, string> = { '--share': String(shown / RANGE.max) };
  return (
    <label className={`layer${mixed ? ' mixed' : ''}`}>
      <span className="layer-value" aria-hidden="true">
        {Number(factor.toFixed(2))}
      </span>
      <input
        type="range"
        className="layer-fader"
        aria-label={column.name}
        aria-valuetext={valueText(column, factors, factor, mixed)}
        aria-orientation="vertical"
        {...RANGE}
        value={shown}
        style={style}
        onPointerDown={grab}
        onDoubleClick={() => set(1)}
        onChange={({ target }) => set(Number(target.value))}
      />
      <span className="layer-name" aria-hidden="true">
        {column.short}
      </span>
    </label>
  );
}

/** Of a mixture its parts as well. */
function valueText(
  { groups }: LayerColumn,
  factors: LayerFactors,
  factor: number,
  mixed: boolean,
): string {
  if (!mixed) return formatFactor(factor);
  const parts = LAYER_ROWS.flatMap((kind) => {
    const group = groups.find((name) => name.endsWith(`.${kind}`));
    if (kind === 'all' || group === undefined) return [];
    return [`${KIND_NAMES[kind]} ${formatFactor(factors[group] ?? 1)}`];
  });
  return `${formatFactor(factor)}, mixed${parts.length > 1 ? `: ${parts.join(', ')}` : ''}`;
}
