import { useId, useState } from 'react';
import { isAverageStale } from '../../state/selectors';
import type {
  Pair,
  PairDifference,
  PairGroup,
  PairName,
  PairSide,
  PinView,
} from '../../state/types';
import { intervalText, pText } from '../compare/words';
import { usePage, useSnapshot } from '../context';
import { formatChange, formatCount, formatMany, formatPercent } from '../format';
import { Gallery } from '../insight/gallery';
import { Name } from '../names/name';
import { useTaskNames } from '../names/use-short-names';
import { Term } from '../tips/term';
import { Choice } from '../ui/choice';
import { useComparison } from './use-comparison';
import { PRESENT, pairText, sideName } from './words';

interface PairPanelProps {
  readonly chosen: Pair;
  readonly onChoose: (side: PairName, id: PairSide) => void;
}

interface Shown {
  readonly taskId: string;
  readonly group: PairGroup;
}

/** The option for what is merged now; ids are longer. */
const NOW = 'now';

/** Two merges on the same pictures: how far B is better than A, by task and in all, and for which pictures. */
export function PairPanel({ chosen, onChoose }: PairPanelProps) {
  const titleId = useId();
  const galleryId = useId();
  const pins = useSnapshot((snapshot) => snapshot.pins);
  const tasks = useSnapshot((snapshot) => snapshot.tasks).filter(({ included }) => included);
  const names = useTaskNames();
  const [shown, setShown] = useState<Shown | null>(null);
  const { a, b } = chosen;
  const compared = useComparison(chosen);
  const stale = usePage(isAverageStale);
  const same = isSame(chosen, pins);
  const open = tasks.find(({ id }) => id === shown?.taskId);
  const show = (taskId: string, group: PairGroup) =>
    setShown(shown?.taskId === taskId && shown.group === group ? null : { taskId, group });
  return (
    <>
      <div className="pair-choices">
        {(['a', 'b'] as const).map((side) => (
          <label key={side} className="view-choice">
            <span>{side === 'a' ? 'A' : 'B'}</span>
            <Choice
              value={chosen[side] ?? NOW}
              onChoose={(value) => onChoose(side, value === NOW ? null : value)}
            >
              {pins.map(({ pin }) => (
                <option key={pin.id} value={pin.id}>
                  {pin.name}
                </option>
              ))}
              <option value={NOW}>{PRESENT}</option>
            </Choice>
          </label>
        ))}
      </div>
      {same ? (
        <p className="pair-verdict">
          A and B are the same merge. Go on with another, or choose another.
        </p>
      ) : (
        <p className="pair-verdict">{compared && pairText(compared)}</p>
      )}
      {!same && compared?.average && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
        <section className="table-scroll" aria-labelledby={titleId} tabIndex={0}>
          <table
            className={stale ? 'numbers pair-table stale' : 'numbers pair-table'}
            aria-labelledby={titleId}
            aria-busy={stale}
          >
            <caption id={titleId} className="visually-hidden">
              B against A, on the same pictures
            </caption>
            <thead>
              <tr>
                <th scope="col">Task</th>
                <th scope="col" title={sideName(a, pins)}>
                  A
                </th>
                <th scope="col" title={sideName(b, pins)}>
                  B
                </th>
                <th scope="col">
                  <Term id="interval">B − A</Term>
                </th>
                <th scope="col">
                  <Term id="mcnemar">p</Term>
                </th>
                <th scope="col">Only A right</th>
                <th scope="col">Only B right</th>
                <th scope="col">Differ</th>
              </tr>
            </thead>
            <tbody>
              {tasks.map(({ id, name }) => {
                const found = compared.tasks[id];
                if (!found) return null;
                const count = (group: PairGroup, pictures: number, what: string) => (
                  <Count
                    pictures={pictures}
                    label={`${formatMany(pictures, 'picture')} of ${name}: ${what}`}
                    expanded={shown?.taskId === id && shown.group === group}
                    controls={galleryId}
                    onPress={() => show(id, group)}
                  />
                );
                return (
                  <tr key={id}>
                    <th scope="row">
                      <Name name={name} short={names.get(name)} />
                    </th>
                    <Figures found={found} />
                    <td>{count('only a', found.onlyA, 'A right, B wrong')}</td>
                    <td>{count('only b', found.onlyB, 'B right, A wrong')}</td>
                    <td>{count('differing', found.differing, 'A and B differ')}</td>
                  </tr>
                );
              })}
            </tbody>
            <tfoot>
              <tr>
                <th scope="row">Average</th>
                <Figures found={compared.average} />
                <td>{formatCount(compared.average.onlyA)}</td>
                <td>{formatCount(compared.average.onlyB)}</td>
                <td>{formatCount(compared.average.differing)}</td>
              </tr>
            </tfoot>
          </table>
        </section>
      )}
      <div id={galleryId}>
        {!same && open && shown && (
          <Gallery
            key={`${shown.taskId} ${shown.group}`}
            task={open}
            pair={chosen}
            first={shown.group}
          />
        )}
      </div>
    </>
  );
}

/** One side, or what both say. */
function isSame({ a, b }: Pair, pins: readonly PinView[]): boolean {
  const isNow = (side: PairSide) =>
    side === null || pins.some(({ pin, present }) => pin.id === side && present);
  return a === b || (isNow(a) && isNow(b));
}

function Figures({ found }: { found: PairDifference }) {
  const { pictures, a, b, difference, interval, pValue } = found;
  const [low, high] = interval;
  const basis = `on ${formatMany(pictures, 'picture')}`;
  return (
    <>
      <td title={basis}>{formatPercent(a)}</td>
      <td title={basis}>{formatPercent(b)}</td>
      <td title={`${intervalText(interval)}, ${basis}`}>
        {formatChange(difference)}{' '}
        <small>
          <span className="visually-hidden">95 % interval </span>
          {formatChange(low)} to {formatChange(high)}
        </small>
      </td>
      <td>{pText(pValue).replace(/^p (= )?/, '')}</td>
    </>
  );
}

interface CountProps {
  readonly pictures: number;
  readonly label: string;
  readonly expanded: boolean;
  readonly controls: string;
  readonly onPress: () => void;
}

/** So many pictures, and the way to see them. Where there is none it stays a button: it would take the focus with it. */
function Count({ pictures, label, expanded, controls, onPress }: CountProps) {
  return (
    <button
      type="button"
      className="link"
      aria-label={label}
      aria-expanded={expanded}
      aria-controls={controls}
      aria-disabled={pictures === 0 && !expanded}
      onClick={() => {
        if (pictures > 0 || expanded) onPress();
      }}
    >
      {formatCount(pictures)}
    </button>
  );
}
