import { useId } from 'react';
import { ComparisonTable } from '../compare/comparison-table';
import { stepText } from '../compare/words';
import { useCommands, useSnapshot } from '../context';
import { formatCount } from '../format';
import { Term } from '../tips/term';
import { SearchResult } from './search-result';
import { SplitChoice } from './split-choice';
import './search.css';

/** Finds the scaling factor or the weights on a part of every task's pictures, and says what they are worth on the rest. */
export function SearchPanel() {
  const titleId = useId();
  const shareId = useId();
  const tasks = useSnapshot((snapshot) => snapshot.tasks).filter(({ included }) => included);
  const search = useSnapshot((snapshot) => snapshot.search);
  const comparison = useSnapshot((snapshot) => snapshot.comparison);
  const mergeable = useSnapshot((snapshot) => snapshot.pool.mergeable);
  const moves = useSnapshot((snapshot) => snapshot.method.hasScalingFactor);
  const commands = useCommands();
  if (tasks.length === 0) return null;
  const comparing = comparison?.phase === 'comparing';
  const searching = search?.phase === 'searching' || comparing;
  const split = tasks.every((task) => task.split !== null);
  const able = mergeable && moves && split && !searching;
  const lack = !moves
    ? 'This method has no scaling factor'
    : split
      ? null
      : 'First set pictures of every task apart to choose by';
  return (
    <section className="search" aria-labelledby={titleId}>
      <h2 id={titleId} className="visually-hidden">
        Choose and report
      </h2>
      <div className="search-controls">
        <label htmlFor={shareId}>
          <Term id="choosing">Set apart to choose by</Term>
        </label>
        <SplitChoice
          id={shareId}
          label="Pictures to choose by, of every task"
          tasks={tasks}
          disabled={searching}
        />
        <button
          type="button"
          disabled={!able}
          data-tip={
            lack ?? 'Tries 8 to 12 values of λ, and takes the one with the least loss on these'
          }
          onClick={() => commands.search('lambda')}
        >
          Find the best λ
        </button>
        <button
          type="button"
          disabled={!able}
          data-tip={
            lack ??
            'Tries up to 40 sets of weights of the experts at this λ, on a sample of these pictures'
          }
          onClick={() => commands.search('weights')}
        >
          Find weights
        </button>
        <button
          type="button"
          disabled={!mergeable || searching}
          data-tip="Every method that takes these models, each at its own best λ, on the pictures that were not chosen by"
          onClick={() => commands.compare()}
        >
          {comparison?.phase === 'done' && comparison.stopped
            ? 'Go on comparing'
            : 'Compare methods'}
        </button>
        {search?.phase === 'searching' && (
          <span className="search-count">
            Value {formatCount(search.tried + 1)} of at most {formatCount(search.of)}
          </span>
        )}
        {comparing && comparison.step && (
          <span className="search-count">{stepText(comparison.step, comparison.of)}</span>
        )}
      </div>
      {search?.phase === 'found' && <SearchResult search={search} />}
      {comparison && <ComparisonTable comparison={comparison} />}
    </section>
  );
}
