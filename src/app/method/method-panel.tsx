import { useCommands, useSnapshot } from '../context';
import { OptionField } from './option-field';
import './method.css';

/** How the experts are combined: the method, its options, and why it cannot merge this pool if it cannot. */
export function MethodPanel() {
  const method = useSnapshot((snapshot) => snapshot.method);
  const methods = useSnapshot((snapshot) => snapshot.methods);
  const { setMethod } = useCommands();
  return (
    <div className="method">
      <label className="method-choice" title={method.summary}>
        <span>Method</span>
        <select value={method.name} onChange={(event) => setMethod(event.target.value, {})}>
          {methods.map(({ name, title }) => (
            <option key={name} value={name}>
              {title}
            </option>
          ))}
        </select>
      </label>
      {method.options.map(({ option, value }) => (
        <OptionField
          key={`${method.name} ${option.name}`}
          option={option}
          value={value}
          onValue={(changed) => setMethod(method.name, { [option.name]: changed })}
        />
      ))}
      {method.refusal !== null && (
        <p className="method-refusal" role="alert">
          {method.refusal}
        </p>
      )}
    </div>
  );
}
