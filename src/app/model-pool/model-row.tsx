import { type KeyboardEvent, useId, useState } from 'react';
import type { ModelView } from '../../state/types';
import { useCommands } from '../context';
import { formatBytes, formatFactor } from '../format';
import { Name } from '../names/name';
import { gravest } from '../ui/finding-list';
import { Icon } from '../ui/icon';
import { useEdited } from '../use-edited';
import { ExpertWeight } from '../weights/expert-weight';
import { ModelDetails } from './model-details';

interface ModelRowProps {
  readonly model: ModelView;
  /** Place among the experts from 0; -1 for the base. */
  readonly place: number;
  /** Place in the sum from 1; 0 if it is not in it. */
  readonly term: number;
  /** All experts of the pool, in the order of the sum. */
  readonly experts: readonly ModelView[];
  readonly largestNorm: number;
  readonly base: ModelView | undefined;
  /** Its name as it is shown among the experts. */
  readonly short: string | undefined;
}

/** One model: what it is at a glance, and everything about it on demand. Alt+Up and Alt+Down move an expert. */
export function ModelRow(props: ModelRowProps) {
  const { model, place, term, experts, largestNorm, base, short } = props;
  const [open, setOpen] = useState(false);
  const detailsId = useId();
  const { editPool } = useCommands();
  const isBase = model.role === 'base';
  const [included, include] = useEdited(model.included, (changed) =>
    editPool({ type: 'setIncluded', id: model.id, included: changed }),
  );
  const severity = gravest(model.findings);

  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!event.altKey || step === undefined || isBase) return;
    event.preventDefault();
    const index = place + step;
    if (index >= 0 && index < experts.length) void editPool({ type: 'move', id: model.id, index });
  };

  return (
    <li className={included || isBase ? 'row' : 'row excluded'}>
      <div className="row-head">
        {isBase ? (
          <span className="row-fixed" aria-hidden="true" />
        ) : (
          <input
            type="checkbox"
            aria-label={`Include ${model.name} in the merge`}
            checked={included}
            onChange={(event) => include(event.target.checked)}
          />
        )}
        <button
          type="button"
          className="row-toggle"
          aria-expanded={open}
          aria-controls={detailsId}
          onClick={() => setOpen(!open)}
          onKeyDown={onKeyDown}
        >
          <span className="row-symbol math" aria-hidden="true">
            {isBase ? 'θ' : 'τ'}
            {(isBase || term > 0) && <sub>{term}</sub>}
          </span>
          <span className="row-text">
            <span className="row-name">
              <span className="visually-hidden">{isBase ? 'Base: ' : 'Expert: '}</span>
              <Name name={model.name} short={short} />
              {model.weight !== 1 && (
                <span className="visually-hidden"> × {formatFactor(model.weight)}</span>
              )}
              {severity !== null && <Icon name={severity} className={`mark ${severity}`} />}
            </span>
            <span className="row-meta">{metaOf(model, base)}</span>
          </span>
          {!isBase && <Norm norm={model.relativeNorm} largest={largestNorm} />}
          <Icon name="chevron" className="row-chevron" />
        </button>
      </div>
      {!isBase && (
        <ExpertWeight model={model} experts={experts} included={included} onInclude={include} />
      )}
      <div id={detailsId} hidden={!open}>
        {open && <ModelDetails model={model} place={place} experts={experts.length} />}
      </div>
    </li>
  );
}

/** What sets it apart: an expert repeats the base's geometry only where it differs. */
function metaOf(model: ModelView, base: ModelView | undefined): string {
  const geometry = model === base || model.geometry !== base?.geometry ? [model.geometry] : [];
  return [...geometry, model.dtypes, formatBytes(model.bytes)].join(' · ');
}

/** The length of the task vector relative to the base, as a bar that compares the experts of the pool. */
function Norm({ norm, largest }: { norm: number | undefined; largest: number }) {
  if (norm === undefined) return null;
  const share = largest > 0 ? norm / largest : 0;
  return (
    <span className="norm" data-term="relative-norm">
      <span className="norm-bar" aria-hidden="true">
        <span style={{ width: `${share * 100}%` }} />
      </span>
      <span className="norm-value">
        <span className="visually-hidden">relative norm </span>
        {norm.toPrecision(2)}
      </span>
    </span>
  );
}
