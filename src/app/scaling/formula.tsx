import { shownFactor } from '../../state/selectors';
import type { ModelView } from '../../state/types';
import { useCommands, usePage, useSnapshot } from '../context';
import { formatFactor, typeFactor } from '../format';
import { NumberField } from '../ui/number-field';

/** What is merged, as it is computed; the scaling factor in it is the field to type it into. */
export function Formula() {
  const models = useSnapshot((snapshot) => snapshot.pool.models);
  const method = useSnapshot((snapshot) => snapshot.method);
  const experts = models.filter(({ role, included }) => role === 'expert' && included);
  const summed = method.name === 'TaskArithmeticAlgorithm';
  if (!method.hasScalingFactor) {
    return (
      <div className="formula math">
        <span>θ =</span>
        <Combined name={method.title} symbol="θ" experts={experts} />
      </div>
    );
  }
  return (
    <div className="formula math">
      <span>
        θ = θ<sub>0</sub> +
      </span>
      <FactorField />
      <span>·</span>
      {summed ? (
        <Sum experts={experts} />
      ) : (
        <Combined name={method.title} symbol="τ" experts={experts} />
      )}
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

function Sum({ experts }: { experts: readonly ModelView[] }) {
  if (experts.length === 0) {
    return (
      <span>
        Σ τ<sub>i</sub>
      </span>
    );
  }
  const terms = experts.map((expert, index) => (
    <span key={expert.id} className="term">
      {index > 0 && ' + '}
      {expert.weight !== 1 && `${formatFactor(expert.weight)} `}τ<sub>{expert.name}</sub>
    </span>
  ));
  return experts.length === 1 ? terms : <span className="sum">({terms})</span>;
}

interface CombinedProps {
  readonly name: string;
  readonly symbol: string;
  readonly experts: readonly ModelView[];
}

/** Methods that are no plain sum, as a function of what they combine. */
function Combined({ name, symbol, experts }: CombinedProps) {
  return (
    <span className="sum">
      <span className="combined">{name}</span>(
      {experts.map((expert, index) => (
        <span key={expert.id} className="term">
          {index > 0 && ', '}
          {symbol}
          <sub>{expert.name}</sub>
        </span>
      ))}
      )
    </span>
  );
}
