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
        <span className="sum">
          <Combined name={method.title} symbol="θ" experts={experts} />
        </span>
      </div>
    );
  }
  return (
    <div className="formula math">
      <span>
        θ = θ<sub>0</sub> +
      </span>
      <FactorField />
      <span className="sum">
        {'· '}
        {summed ? (
          <Sum experts={experts} />
        ) : (
          <Combined name={method.title} symbol="τ" experts={experts} />
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

function Sum({ experts }: { experts: readonly ModelView[] }) {
  if (experts.length === 0) {
    return (
      <>
        Σ τ<sub>i</sub>
      </>
    );
  }
  const terms = experts.map((expert, index) => (
    <span key={expert.id} className="term">
      {index > 0 && ' + '}
      {expert.weight !== 1 && `${formatFactor(expert.weight)} `}τ<sub>{expert.name}</sub>
    </span>
  ));
  return experts.length === 1 ? terms : <>({terms})</>;
}

interface CombinedProps {
  readonly name: string;
  readonly symbol: string;
  readonly experts: readonly ModelView[];
}

/** Methods that are no plain sum, as a function of what they combine. */
function Combined({ name, symbol, experts }: CombinedProps) {
  return (
    <>
      <span className="combined">{name}</span>(
      {experts.map((expert, index) => (
        <span key={expert.id} className="term">
          {index > 0 && ', '}
          {symbol}
          <sub>{expert.name}</sub>
        </span>
      ))}
      )
    </>
  );
}
