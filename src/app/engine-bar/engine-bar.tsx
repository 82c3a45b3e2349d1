import type { EngineChoice, EngineView } from '../../state/types';
import { useCommands, useSnapshot } from '../context';
import { formatBytes, formatMany } from '../format';
import { Jobs } from '../jobs/jobs';
import { Term } from '../tips/term';
import { Choice } from '../ui/choice';
import { useEdited } from '../use-edited';
import './engine-bar.css';

const CHOICES: readonly { readonly value: EngineChoice; readonly label: string }[] = [
  { value: 'auto', label: 'Auto' },
  { value: 'webgpu', label: 'WebGPU' },
  { value: 'cpu', label: 'CPU' },
];

/** What computes and why, whether its arithmetic is exact, and how full the library is. */
export function EngineBar() {
  const engine = useSnapshot((snapshot) => snapshot.engine);
  const { used, available, inMemory } = useSnapshot((snapshot) => snapshot.storage);
  const { chooseEngine } = useCommands();
  const [shown, choose] = useEdited(engine.choice, chooseEngine);
  return (
    <footer className="engine-bar">
      <label>
        <span>Engine</span>
        <Choice
          value={shown}
          onChoose={(wanted) => {
            const choice = CHOICES.find(({ value }) => value === wanted);
            if (choice) choose(choice.value);
          }}
        >
          {CHOICES.map(({ value, label }) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </Choice>
      </label>
      <span className="engine-facts">
        <strong>{factsOf(engine)}</strong>
        <Exactness engine={engine} />
      </span>
      <div className="engine-middle">
        <span className="engine-reason">{engine.reason}</span>
        <Jobs />
      </div>
      <span className="engine-storage" data-tip="Checkpoints and images kept in this browser">
        Library {formatBytes(used)}
        {available !== null && <>, {formatBytes(available)} free</>}
        {inMemory && <>, in memory: this browser stores no files here</>}
      </span>
    </footer>
  );
}

function factsOf({ active, adapter, threads }: EngineView): string {
  if (active === null) return 'starting';
  const place = active === 'webgpu' ? ['WebGPU'] : ['CPU', formatMany(threads, 'thread')];
  return [...place, ...(active === 'webgpu' && adapter ? [adapter] : [])].join(' · ');
}

function Exactness({ engine: { exact, exactDetail } }: { engine: EngineView }) {
  if (exact === null) return null;
  return (
    <span className={exact ? 'exact' : 'inexact'}>
      {!exact && 'not '}
      <Term id="bit-exact" more={exactDetail}>
        bit-exact
      </Term>
      {!exact && ': downloads are computed on the CPU'}
      <span className="visually-hidden">({exactDetail})</span>
    </span>
  );
}
