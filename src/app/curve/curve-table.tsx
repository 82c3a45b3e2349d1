import { useState } from 'react';
import { shownFactor } from '../../state/selectors';
import type { ExportedFile } from '../../state/types';
import { useCommands, usePage, useSnapshot } from '../context';
import { SavedLine } from '../export/saved-line';
import { formatFactor, formatInterval, formatMany, formatMargin, formatPercent } from '../format';
import { Name } from '../names/name';
import { useTaskNames } from '../names/use-short-names';
import { CopyButton } from '../ui/copy-button';
import { Dialog } from '../ui/dialog';
import { curveAsCsv } from './curve-csv';
import { type Figure, pngFile, svgFile } from './curve-figure';
import { csvFile, jsonFile } from './curve-files';
import { type CurveRow, curveRows, isComplete } from './curve-rows';
import { plotDomain } from './domain';
import { useRecipe } from './use-recipe';

/** By what the points are sorted: the factor, the average, or the id of a task. */
interface Order {
  readonly by: string;
  readonly down: boolean;
}

const FACTOR = 'factor';
const AVERAGE = 'average';

/** Every visited scaling factor with its numbers: the plot for those who read rather than look, and to take along. */
export function CurveTable({ onClose }: { onClose: () => void }) {
  const { curve, open, pretrained } = useSnapshot((snapshot) => snapshot.scores);
  const tasks = useSnapshot((snapshot) => snapshot.tasks).filter(({ included }) => included);
  const factor = usePage(shownFactor) ?? 0;
  const recipe = useRecipe();
  const shown = useTaskNames();
  const { setScalingFactor, saveFile } = useCommands();
  const [order, sort] = useState<Order>({ by: FACTOR, down: false });
  const rows = curveRows(curve, open, tasks);
  const isSplit = rows.some(({ choosing }) => choosing !== undefined);
  const figure: Figure = {
    curve,
    open,
    tasks,
    recipe,
    factor,
    domain: plotDomain(curve, factor),
    pretrained: pretrained.average,
  };
  const files: readonly (readonly [string, () => ExportedFile | Promise<ExportedFile>])[] = [
    ['CSV', () => csvFile(rows, tasks)],
    ['JSON', () => jsonFile(rows, tasks, recipe)],
    ['SVG', () => svgFile(figure)],
    ['PNG', () => pngFile(figure)],
  ];
  return (
    <Dialog title="Accuracy by scaling factor" onClose={onClose} wide>
      <div className="curve-table-tools">
        <span>Every value that was visited; select one to merge it again.</span>
        <span className="curve-files">
          Download
          {files.map(([kind, make]) => (
            <button key={kind} type="button" onClick={() => saveFile(make)}>
              <span className="visually-hidden">Download the curve as </span>
              {kind}
            </button>
          ))}
          <CopyButton label="Copy as CSV" text={curveAsCsv(rows, tasks)} />
        </span>
      </div>
      <SavedLine />
      <div className="table-scroll">
        <table className="numbers" aria-label="Accuracy by scaling factor">
          <thead>
            <tr>
              <SortHead by={FACTOR} order={order} onSort={sort}>
                λ
              </SortHead>
              <SortHead by={AVERAGE} order={order} onSort={sort}>
                Average
              </SortHead>
              {isSplit && <th scope="col">To choose by</th>}
              {tasks.map(({ id, name }) => (
                <SortHead key={id} by={id} order={order} onSort={sort}>
                  <Name name={name} short={shown.get(name)} />
                </SortHead>
              ))}
            </tr>
          </thead>
          <tbody>
            {sorted(rows, order).map((row) => (
              <tr key={row.scalingFactor} className={isComplete(row) ? undefined : 'open-row'}>
                <th scope="row">
                  <button
                    type="button"
                    className="link"
                    onClick={() => {
                      setScalingFactor(row.scalingFactor);
                      onClose();
                    }}
                  >
                    {formatFactor(row.scalingFactor)}
                  </button>
                </th>
                <td title={formatInterval(row.interval)}>
                  {formatPercent(row.average)} <small>{formatMargin(row.interval)}</small>
                  {!isComplete(row) && <small> on {formatMany(row.pictures, 'image')}</small>}
                </td>
                {isSplit && (
                  <td>{row.choosing === undefined ? '–' : formatPercent(row.choosing)}</td>
                )}
                {tasks.map(({ id }) => (
                  <td key={id}>{accuracyOf(row, id)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Dialog>
  );
}

interface SortHeadProps {
  readonly by: string;
  readonly order: Order;
  readonly onSort: (order: Order) => void;
  readonly children: React.ReactNode;
}

/** A heading that sorts by its column: the best first, and the other way round when it is pressed again. */
function SortHead({ by, order, onSort, children }: SortHeadProps) {
  const active = order.by === by;
  const direction = order.down ? 'descending' : 'ascending';
  return (
    <th scope="col" aria-sort={active ? direction : 'none'}>
      <button
        type="button"
        className="quiet sort"
        onClick={() => onSort({ by, down: active ? !order.down : by !== FACTOR })}
      >
        {children}
        <span aria-hidden="true">{active ? (order.down ? ' ↓' : ' ↑') : ''}</span>
      </button>
    </th>
  );
}

function accuracyOf({ tasks }: CurveRow, id: string): string {
  const accuracy = tasks[id];
  return accuracy === undefined ? '–' : formatPercent(accuracy);
}

/** Values that are not known come last either way. */
function sorted(rows: readonly CurveRow[], { by, down }: Order): CurveRow[] {
  const value = ({ scalingFactor, average, tasks }: CurveRow): number | undefined => {
    if (by === FACTOR) return scalingFactor;
    return by === AVERAGE ? average : tasks[by];
  };
  return rows.toSorted((a, b) => {
    const [x, y] = [value(a), value(b)];
    if (x === undefined || y === undefined)
      return Number(x === undefined) - Number(y === undefined);
    return down ? y - x : x - y;
  });
}
