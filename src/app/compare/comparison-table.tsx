import { useId } from 'react';
import { shownFactor } from '../../state/selectors';
import type { ComparisonView } from '../../state/types';
import { useCommands, usePage, useSnapshot } from '../context';
import { formatChange, formatFactor, formatInterval, formatMargin, formatPercent } from '../format';
import { Term } from '../tips/term';
import { basisText, halvedText, intervalText, pText, type Row } from './words';
import './comparison.css';

/** The rows of a comparison as they come, the best first, each with the way to merge by it. */
export function ComparisonTable({ comparison }: { comparison: ComparisonView }) {
  const titleId = useId();
  const { downloadComparison } = useCommands();
  const { rows, of, phase, stopped, leftOut } = comparison;
  const basis = basisText(comparison);
  if (rows.length === 0 || basis === null) return null;
  const state =
    phase === 'comparing' ? `, ${rows.length} of ${of} so far` : stopped ? ', stopped' : '';
  return (
    <details className="comparison" open>
      <summary id={titleId}>Methods compared{state}</summary>
      <div className="table-scroll">
        <table className="numbers" aria-labelledby={titleId} aria-busy={phase === 'comparing'}>
          <thead>
            <tr>
              <th scope="col">Method</th>
              <th scope="col">Accuracy</th>
              <th scope="col">Against task arithmetic</th>
              <th scope="col" className="wide-only">
                Loss, to choose by
              </th>
              <th scope="col" className="wide-only">
                Time
              </th>
              <td />
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <ComparedMethod key={row.name} row={row} />
            ))}
          </tbody>
        </table>
      </div>
      <p>
        {basis} {halvedText(comparison)} ★ has the least loss of all methods on the pictures to
        choose by. <Term id="mcnemar">p</Term> is of each method against task arithmetic, for
        itself: of twenty that are as good, one has p &lt; 0.05 by chance.
      </p>
      {leftOut.map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
      <p>
        {stopped && phase === 'done' && (
          <>
            {rows.length} of {of} rows are there; what was scored is kept.{' '}
          </>
        )}
        <button type="button" onClick={() => downloadComparison()}>
          Download as CSV
        </button>
      </p>
    </details>
  );
}

function ComparedMethod({ row }: { row: Row }) {
  const { title, chosen, kind, scalingFactor, choosing, reporting, difference, seconds } = row;
  return (
    <tr className={kind === 'method' ? undefined : 'reference'}>
      <th scope="row">
        {title}
        {chosen && (
          <span className="chosen" data-tip="The least loss on the pictures to choose by">
            {' '}
            <span aria-hidden="true">★</span>
            <span className="visually-hidden">, least loss to choose by</span>
          </span>
        )}
        {scalingFactor !== null && <small> λ = {formatFactor(scalingFactor)}</small>}
      </th>
      {reporting ? (
        <td title={taskTitle(row)}>
          {formatPercent(reporting.accuracy)} <small>{formatMargin(reporting.interval)}</small>
          <span className="visually-hidden">, {formatInterval(reporting.interval)}</span>
        </td>
      ) : (
        <td colSpan={2} className="failure">
          {row.failure}
        </td>
      )}
      {reporting && (
        <td title={difference ? `${intervalText(difference.interval)}: ${row.verdict}` : undefined}>
          {difference && (
            <>
              {formatChange(difference.difference)} <small>{pText(difference.pValue)}</small>
            </>
          )}
        </td>
      )}
      <td className="wide-only">{choosing?.loss.toFixed(4)}</td>
      <td className="wide-only">{seconds.toFixed(seconds < 10 ? 1 : 0)} s</td>
      <td>{kind === 'method' && reporting && <Use row={row} />}</td>
    </tr>
  );
}

/** Task by task, for the pointer; the file has it for everyone. */
function taskTitle({ tasks }: Row): string {
  return tasks.map(({ task, accuracy }) => `${task} ${formatPercent(accuracy)}`).join(', ');
}

/** Merges by the method as it was compared. A button that was pressed stays one: it would take the focus with it. */
function Use({ row }: { row: Row }) {
  const { takeCompared } = useCommands();
  const factor = usePage(shownFactor);
  const method = useSnapshot((snapshot) => snapshot.method);
  const inUse =
    method.name === row.name &&
    (row.scalingFactor === null || row.scalingFactor === factor) &&
    method.options.every(
      ({ option, value }) => JSON.stringify(value) === JSON.stringify(row.options[option.name]),
    );
  return (
    <button
      type="button"
      aria-disabled={inUse}
      data-tip={inUse ? 'The page merges so' : 'Merges by this method, at this λ'}
      onClick={() => {
        if (!inUse) void takeCompared(row);
      }}
    >
      {inUse ? 'In use' : 'Use'}
      <span className="visually-hidden">: {row.title}</span>
    </button>
  );
}
