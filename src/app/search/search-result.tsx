import { useId } from 'react';
import { shownFactor } from '../../state/selectors';
import type { SearchView } from '../../state/types';
import { weighed } from '../../state/weights';
import { useCommands, usePage, useSnapshot } from '../context';
import { formatFactor, formatInterval, formatMany, formatMargin, formatPercent } from '../format';
import { useExpertNames } from '../names/use-short-names';
import { Term } from '../tips/term';
import { changedWeights, differenceText, sameCandidate } from './words';

type Figures = NonNullable<SearchView['outcome']>['choosing']['before'];

/** What was found, beside what stood before, on the pictures to choose by and on those to report on. */
export function SearchResult({ search }: { search: SearchView }) {
  const titleId = useId();
  const names = useExpertNames();
  const { name, before, best, outcome, stopped, values } = search;
  const least = values.find((value) => best !== null && sameCandidate(value, best));
  const first = values[0];
  if (best === null || !least || !first) return null;
  const found = !sameCandidate(before, best);
  return (
    <div className="search-result">
      <p id={titleId}>
        {found ? (
          <>
            <strong>
              {name === 'lambda'
                ? `λ = ${formatFactor(best.scalingFactor)}`
                : changedWeights(search, names)}
            </strong>{' '}
            {name === 'lambda' ? 'has' : 'have'} the least loss of {values.length} values on the
            pictures to choose by{stopped && ' before it was stopped'}.
          </>
        ) : (
          <>
            None of the {values.length} values {stopped && 'before it was stopped '}has a smaller
            loss on the pictures to choose by than{' '}
            {name === 'lambda'
              ? `λ = ${formatFactor(before.scalingFactor)}, which stays`
              : 'the weights before, which stay'}
            .
          </>
        )}{' '}
        {found && <Return search={search} />}
      </p>
      <div className="table-scroll">
        <table className="numbers search-table" aria-labelledby={titleId}>
          <thead>
            <tr>
              <td />
              <th scope="col">{name === 'lambda' ? factorText(before) : 'Before'}</th>
              <th scope="col">{name === 'lambda' ? factorText(best) : 'Found'}</th>
            </tr>
          </thead>
          <tbody>
            <tr>
              <th scope="row">Loss, to choose by</th>
              <td>{first.loss.toFixed(4)}</td>
              <td>{least.loss.toFixed(4)}</td>
            </tr>
            <FiguresRow
              label="Accuracy, to choose by"
              before={outcome?.choosing.before}
              after={outcome?.choosing.after}
            />
            <FiguresRow
              label="Accuracy, to report on"
              before={outcome?.reporting.before}
              after={outcome?.reporting.after}
            />
          </tbody>
        </table>
      </div>
      {outcome === null ? (
        <p>The pictures to report on are being scored: they were not chosen by.</p>
      ) : (
        <p>
          Chosen on {formatMany(outcome.choosing.after.pictures, 'picture')}, reported on{' '}
          {formatMany(outcome.reporting.after.pictures, 'other')}.{' '}
          {found && (
            <>
              On these: {differenceText(outcome.reporting.difference)}{' '}
              <span className="unbroken">
                (<Term id="mcnemar">McNemar’s exact test</Term>):
              </span>{' '}
              {search.verdict}.
            </>
          )}
        </p>
      )}
    </div>
  );
}

function factorText({ scalingFactor }: SearchView['before']): string {
  return `λ = ${formatFactor(scalingFactor)}`;
}

interface FiguresRowProps {
  readonly label: string;
  readonly before: Figures | undefined;
  readonly after: Figures | undefined;
}

function FiguresRow({ label, before, after }: FiguresRowProps) {
  const cell = (figures: Figures | undefined) =>
    figures ? (
      <td title={`${formatInterval(figures.interval)}, loss ${figures.loss.toFixed(4)}`}>
        {formatPercent(figures.accuracy)} <small>{formatMargin(figures.interval)}</small>
      </td>
    ) : (
      <td>…</td>
    );
  return (
    <tr>
      <th scope="row">
        {label}
        {after && <small> ({formatMany(after.pictures, 'image')})</small>}
      </th>
      {cell(before)}
      {cell(after)}
    </tr>
  );
}

/** The way back to what stood before and, once there, to what was found. */
function Return({ search }: { search: SearchView }) {
  const { name, before, best, experts } = search;
  const { setScalingFactor, changeMerge } = useCommands();
  const factor = usePage(shownFactor);
  const models = useSnapshot((snapshot) => snapshot.pool.models);
  if (best === null) return null;
  const weightsNow = experts.map(({ id }) => models.find((model) => model.id === id)?.weight ?? 1);
  const isBefore =
    name === 'lambda'
      ? factor === before.scalingFactor
      : weightsNow.every((weight, i) => weight === before.weights[i]);
  const to = isBefore ? best : before;
  const setWeights = () => {
    const weights = Object.fromEntries(experts.map(({ id }, i) => [id, to.weights[i] ?? 1]));
    void changeMerge('weights', (merge) => ({ ...merge, models: weighed(merge.models, weights) }));
  };
  const what =
    name === 'lambda' ? factorText(to) : isBefore ? 'these weights' : 'the weights before';
  return (
    <button
      type="button"
      onClick={() => (name === 'lambda' ? setScalingFactor(to.scalingFactor) : setWeights())}
    >
      {isBefore ? `Take ${what} again` : `Go back to ${what}`}
    </button>
  );
}
