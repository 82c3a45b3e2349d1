import { useId, useState } from 'react';
import type { AverageScore, HalfScore, Pair, Pin, PinView, TaskView } from '../../state/types';
import { useCommands, usePage, useSnapshot } from '../context';
import { formatCount, formatInterval, formatMargin, formatPercent } from '../format';
import { Name } from '../names/name';
import { useTaskNames } from '../names/use-short-names';
import { Term } from '../tips/term';
import { Icon } from '../ui/icon';
import { RenameDialog } from '../ui/rename-dialog';
import type { Removed } from './removed-pin';
import { expertsText, mergeText, PRESENT } from './words';

interface PinTableProps {
  readonly chosen: Pair;
  readonly onRemoved: (removed: Removed) => void;
}

/** One row for every pin, and one for what is merged now. */
export function PinTable({ chosen, onRemoved }: PinTableProps) {
  const titleId = useId();
  const pins = useSnapshot((snapshot) => snapshot.pins);
  const tasks = useSnapshot((snapshot) => snapshot.tasks).filter(({ included }) => included);
  const merged = usePage((state) => state.merged.column);
  const shown = useTaskNames();
  const { removePin } = useCommands();
  const [renamed, setRenamed] = useState<Pin | null>(null);
  const remove = async (pin: Pin, index: number) => {
    if (await removePin(pin.id)) onRemoved({ pin, index });
  };
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard */}
      <section className="table-scroll" aria-labelledby={titleId} tabIndex={0}>
        <table className="numbers pin-table" aria-labelledby={titleId}>
          <caption id={titleId}>
            <Term id="pin">Pinned</Term> merges
          </caption>
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Average</th>
              {tasks.map(({ id, name }) => (
                <th key={id} scope="col">
                  <Name name={name} short={shown.get(name)} />
                </th>
              ))}
              <td />
            </tr>
          </thead>
          <tbody>
            {pins.map((view, index) => (
              <PinRow
                key={view.pin.id}
                view={view}
                tasks={tasks}
                marks={marksOf(view.pin.id, chosen)}
                onRename={() => setRenamed(view.pin)}
                onRemove={() => remove(view.pin, index)}
              />
            ))}
            <tr className="present">
              <th scope="row">
                {PRESENT} <Marks marks={marksOf(null, chosen)} />
              </th>
              <Scores tasks={tasks} scores={merged.tasks} average={merged.average} />
              <td />
            </tr>
          </tbody>
        </table>
      </section>
      {renamed && <Rename pin={renamed} pins={pins} onClose={() => setRenamed(null)} />}
    </>
  );
}

interface PinRowProps {
  readonly view: PinView;
  readonly tasks: readonly TaskView[];
  readonly marks: readonly string[];
  readonly onRename: () => void;
  readonly onRemove: () => void;
}

function PinRow({ view, tasks, marks, onRename, onRemove }: PinRowProps) {
  const { pin, named, missing, present } = view;
  const { applyPin } = useCommands();
  const methods = useSnapshot((snapshot) => snapshot.methods);
  const isHere = missing.length === 0;
  return (
    <tr>
      <th scope="row">
        <Name name={pin.name} /> <Marks marks={marks} />
        <small title={expertsText(named.merge)}>{mergeText(named.merge, methods, pin.name)}</small>
      </th>
      {isHere ? (
        <Scores tasks={tasks} scores={view.tasks} average={view.average} />
      ) : (
        <td colSpan={tasks.length + 1} className="pin-missing">
          Not in the library any more: <bdi>{missing.join(', ')}</bdi>
        </td>
      )}
      <td className="pin-actions">
        <button
          type="button"
          aria-label={`${present ? 'In use' : 'Use'}: ${pin.name}`}
          aria-disabled={present || !isHere}
          data-tip={tipOf(present, isHere)}
          onClick={() => !present && isHere && applyPin(pin.id)}
        >
          {present ? 'In use' : 'Use'}
        </button>
        <button type="button" aria-label={`Rename: ${pin.name}`} onClick={onRename}>
          Rename
        </button>
        <button
          type="button"
          className="quiet icon-button"
          aria-label={`Remove: ${pin.name}`}
          onClick={onRemove}
        >
          <Icon name="close" />
        </button>
      </td>
    </tr>
  );
}

interface ScoresProps {
  readonly tasks: readonly TaskView[];
  readonly scores: Readonly<Record<string, HalfScore>>;
  readonly average: AverageScore | null;
}

/** Of every task and their mean; what is not scored stays open until the merge is used. */
function Scores({ tasks, scores, average }: ScoresProps) {
  const isPart = average !== null && average.tasks < tasks.length;
  return (
    <>
      <td title={average ? formatInterval(average.interval) : undefined}>
        {average ? (
          <>
            {formatPercent(average.accuracy)}{' '}
            <small aria-hidden="true">{formatMargin(average.interval)}</small>
            <span className="visually-hidden">, {formatInterval(average.interval)}</span>
            {isPart && (
              <small className="pin-part">
                {average.tasks} of {tasks.length} tasks
              </small>
            )}
          </>
        ) : (
          <NotScored />
        )}
      </td>
      {tasks.map(({ id }) => {
        const score = scores[id];
        return (
          <td key={id} title={score && formatInterval(score.interval)}>
            {score ? formatPercent(score.accuracy) : <NotScored />}
            {score && score.scored < score.total && (
              <small className="pin-part">
                {formatCount(score.scored)} of {formatCount(score.total)}
              </small>
            )}
          </td>
        );
      })}
    </>
  );
}

function NotScored() {
  return (
    <>
      <span aria-hidden="true">–</span>
      <span className="visually-hidden">not scored</span>
    </>
  );
}

function Marks({ marks }: { marks: readonly string[] }) {
  return marks.map((mark) => (
    <span key={mark} className="pair-mark">
      <span className="visually-hidden">compared as </span>
      {mark}
    </span>
  ));
}

function marksOf(side: string | null, { a, b }: Pair): string[] {
  return [...(a === side ? ['A'] : []), ...(b === side ? ['B'] : [])];
}

interface RenameProps {
  readonly pin: Pin;
  readonly pins: readonly PinView[];
  readonly onClose: () => void;
}

function Rename({ pin, pins, onClose }: RenameProps) {
  const { renamePin } = useCommands();
  const others = pins.filter((other) => other.pin.id !== pin.id);
  return (
    <RenameDialog
      name={pin.name}
      taken={others.map((other) => other.pin.name)}
      hint="Under this name it stands in links and reports."
      onRename={(name) => void renamePin(pin.id, name)}
      onClose={onClose}
    />
  );
}

function tipOf(present: boolean, isHere: boolean): string {
  if (present) return 'The page merges so';
  return isHere ? 'Merges so; Undo takes it back' : 'Its models are not in the library any more';
}
