import { useState } from 'react';
import { shownFactor } from '../../state/selectors';
import type { ModelView } from '../../state/types';
import { useCommands, usePage, useSnapshot } from '../context';
import { formatFactor, typeFactor } from '../format';
import { Name } from '../names/name';
import { useExpertNames } from '../names/use-short-names';
import { Term } from '../tips/term';
import { NumberField } from '../ui/number-field';

/** What is merged, as it is computed; the scaling factor in it is the field to type it into. */
export function Formula() {
  const models = useSnapshot((snapshot) => snapshot.pool.models);
  const method = useSnapshot((snapshot) => snapshot.method);
  const wanted = usePage((state) => state.wantedWeights);
  const experts = models
    .filter(({ role, included }) => role === 'expert' && included)
    .map((expert) => ({ ...expert, weight: wanted?.[expert.id] ?? expert.weight }));
  const shown = useExpertNames();
  const layered = useSnapshot((snapshot) => snapshot.layers.preset !== 'flat');
  const summed = method.name === 'TaskArithmeticAlgorithm';
  if (!method.hasScalingFactor) {
    return (
      <div className="formula math">
        <span>θ =</span>
        <span className="sum">
          <Combined name={method.title} symbol="θ" experts={experts} shown={shown} />
        </span>
      </div>
    );
  }
  return (
    <div className="formula math">
      <span>
        <Term id="merged">θ</Term> ={' '}
        <Term id="theta-0">
          θ<sub>0</sub>
        </Term>{' '}
        +
      </span>
      <FactorField />
      <span className="sum">
        {'· '}
        {layered && (
          <>
            <Term id="layer-factors">f</Term>
            {' · '}
          </>
        )}
        {summed ? (
          <Sum experts={experts} shown={shown} />
        ) : (
          <Combined name={method.title} symbol="τ" experts={experts} shown={shown} />
        )}
      </span>
    </div>
  );
}

function FactorField() {
  const factor = usePage(shownFactor) ?? 0;
  const { setScalingFactor } = useCommands();
  return (
    <NumberField
      label="Scaling factor value"
      value={factor}
      format={typeFactor}
      step={0.01}
      when="typed"
      inputMode="decimal"
      onValue={setScalingFactor}
    />
  );
}

/** More of them would take the room of the plot: they are counted, and listed when asked for. */
const MOST_TERMS = 6;

interface TermsProps {
  readonly experts: readonly ModelView[];
  readonly shown: ReadonlyMap<string, string>;
}

/** The sum of the task vectors, term by term or folded. */
function Sum({ experts, shown }: TermsProps) {
  const [open, setOpen] = useState(false);
  if (experts.length === 0) {
    return (
      <>
        Σ <Term id="tau">τ</Term>
        <sub>i</sub>
      </>
    );
  }
  // What counts for nothing is not written, unless nothing else is there.
  const counted = experts.filter(({ weight }) => weight !== 0);
  const written = counted.length > 0 ? counted : experts;
  const folds = written.length > MOST_TERMS;
  const bracketed = !folds && !isLone(written);
  // Brackets stand in the terms that they open and close: no line ends or begins with one.
  const terms = written.map((expert, index) => (
    <span key={expert.id} className="summand">
      {bracketed && index === 0 && '('}
      {signOf(expert.weight, index)}
      {coefficient(Math.abs(expert.weight))}
      {index === 0 ? <Term id="tau">τ</Term> : 'τ'}
      <sub>
        <Name name={expert.name} short={shown.get(expert.name)} />
      </sub>
      {bracketed && index === written.length - 1 && ')'}
    </span>
  ));
  return (
    <>
      {folds && (
        <button
          type="button"
          className="link fold"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        >
          Σ {written.length} task vectors
        </button>
      )}
      {folds && open && <span className="unfolded">= {terms}</span>}
      {!folds && terms}
    </>
  );
}

/** One term without a sign needs no brackets. */
const isLone = ([first, ...others]: readonly ModelView[]): boolean =>
  others.length === 0 && (first?.weight ?? 0) >= 0;

/** What stands before a term: nothing before the first, unless it is taken away. */
function signOf(weight: number, index: number): string {
  if (index === 0) return weight < 0 ? '−' : '';
  return weight < 0 ? ' − ' : ' + ';
}

/** A factor of 1 is not written. */
function coefficient(weight: number): string {
  return weight === 1 ? '' : `${formatFactor(weight)} `;
}

interface CombinedProps extends TermsProps {
  readonly name: string;
  readonly symbol: string;
}

/** Methods that are no plain sum, as a function of what they combine. */
function Combined({ name, symbol, experts, shown }: CombinedProps) {
  if (experts.length > MOST_TERMS) {
    return (
      <>
        <span className="combined">{name}</span>({symbol}
        <sub>1</sub>, …, {symbol}
        <sub>{experts.length}</sub>)
      </>
    );
  }
  return (
    <>
      <span className="combined">{name}</span>
      {experts.length === 0 && '()'}
      {experts.map((expert, index) => (
        <span key={expert.id} className="summand">
          {index === 0 && '('}
          {symbol === 'τ' && signOf(expert.weight, 0)}
          {symbol === 'τ' && coefficient(Math.abs(expert.weight))}
          {symbol}
          <sub>
            <Name name={expert.name} short={shown.get(expert.name)} />
          </sub>
          {/* At the end: no line begins with it. */}
          {index < experts.length - 1 ? ', ' : ')'}
        </span>
      ))}
    </>
  );
}
