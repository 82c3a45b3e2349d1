import { useMemo } from 'react';
import { demoCards } from '../../state/demo-cards';
import { useCommands, usePage, useSnapshot } from '../context';

/** Four merges to begin with. */
export function Cards() {
  const models = useSnapshot((snapshot) => snapshot.pool.models);
  const merge = useSnapshot((snapshot) => snapshot.merge);
  const results = usePage((state) => state.demo.results);
  const { changeMerge } = useCommands();
  const cards = useMemo(() => demoCards(models, results), [models, results]);
  const present = JSON.stringify(merge);
  return (
    <div className="begin">
      <p className="cards-note">Begin with one of these; each is one step to undo.</p>
      <ul className="cards">
        {cards.map(({ title, detail, apply }) => (
          <li key={title}>
            <button
              type="button"
              className="card"
              aria-current={JSON.stringify(apply(merge)) === present}
              onClick={() => changeMerge(title, apply)}
            >
              <strong>{title}</strong>
              <small>{detail}</small>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
