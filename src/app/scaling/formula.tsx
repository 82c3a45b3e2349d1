import { shownFactor } from '../../state/selectors';
import type { ModelView } from '../../state/types';
import { useCommands, usePage, useSnapshot } from '../context';
import { formatFactor, typeFactor } from '../format';
import { NumberField } from '../ui/number-field';

/** What is merged, as it is computed; the scaling factor in it is the field to type it into. */
export function Formula() {
  const factor = usePage(shownFactor) ?? 0;
  const { setScalingFactor } = useCommands();
  const models = useSnapshot((snapshot) => snapshot.pool.models);
  const experts = models.filter(({ role, included }) => role === 'expert' && included);
  return (
    <div className="formula math">
      <span>
        θ = θ<sub>0</sub> +
      </span>
      <NumberField
        label="Scaling factor value"
        value={factor}
        format={typeFactor}
        step={0.01}
        when="typed"
        inputMode="decimal"
        onValue={setScalingFactor}
      />
      <span>·</span>
      <Sum experts={experts} />
    </div>
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
