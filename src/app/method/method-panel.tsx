import type { ModelView } from '../../state/types';
import { useCommands, useSnapshot } from '../context';
import { Choice } from '../ui/choice';
import { useEdited } from '../use-edited';
import { OptionField } from './option-field';
import './method.css';

/** How the experts are combined: the method, its options, and why it cannot merge this pool if it cannot. */
export function MethodPanel() {
  const method = useSnapshot((snapshot) => snapshot.method);
  const methods = useSnapshot((snapshot) => snapshot.methods);
  const models = useSnapshot((snapshot) => snapshot.pool.models);
  const { setMethod } = useCommands();
  const [name, choose] = useEdited(method.name, (changed) => setMethod(changed, {}));
  const refusal = method.refusal ?? refusalOf(models);
  return (
    <div className="method">
      <label className="method-choice" data-tip={method.summary}>
        <span>Method</span>
        <Choice value={name} aria-description={method.summary} onChoose={choose}>
          {methods.map(({ name: value, title }) => (
            <option key={value} value={value}>
              {title}
            </option>
          ))}
        </Choice>
      </label>
      {method.options.map(({ option, value }) => (
        <OptionField
          key={`${method.name} ${option.name}`}
          option={option}
          value={value}
          onValue={(changed) => setMethod(method.name, { [option.name]: changed })}
        />
      ))}
      {refusal !== null && (
        <p className="method-refusal" role="alert">
          {refusal}
        </p>
      )}
    </div>
  );
}

/** Which models of the sum have an error, and what to do about it. */
function refusalOf(models: readonly ModelView[]): string | null {
  const wrong = models.filter(
    ({ included, findings }) => included && findings.some(({ severity }) => severity === 'error'),
  );
  if (wrong.length === 0) return null;
  const names = wrong.map(({ name }) => name).join(', ');
  return `Nothing is merged, because of ${names}: the model pool says why. Exclude what does not fit to merge the others.`;
}
