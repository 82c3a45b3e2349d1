import { useState } from 'react';
import type { ComparedModel, ModelInsight, TaskView } from '../../state/types';
import { formatCount, formatMany, formatPercent } from '../format';
import { Choice } from '../ui/choice';
import { classOrder, MATRIX_CLASSES, mistakesOf, mistakeTexts } from './confusions';
import { useInsight } from './use-insight';
import { className, MODEL_NAMES, MODELS } from './words';
import './confusion-view.css';

const NO_PICTURES = { group: 'all', label: null, offset: 0, limit: 0 } as const;

/** Rows that are drawn at once. */
const AT_ONCE = 20;

/** Which classes a model takes for which: in words, as a matrix where it can be read, and as a list. */
export function ConfusionView({ task }: { task: TaskView }) {
  const [model, setModel] = useState<ComparedModel>('merged');
  const insight = useInsight(task.id, NO_PICTURES);
  const figures = insight?.models[model];
  return (
    <div className="confusions">
      <label className="view-choice">
        <span>Model</span>
        <Choice
          value={model}
          onChoose={(value) => setModel(MODELS.find((id) => id === value) ?? model)}
        >
          {MODELS.map((id) => (
            <option key={id} value={id}>
              {MODEL_NAMES[id]}
            </option>
          ))}
        </Choice>
      </label>
      {figures ? (
        <Confusions task={task} model={model} figures={figures} />
      ) : (
        <p>Nothing of it is scored yet.</p>
      )}
    </div>
  );
}

interface ConfusionsProps {
  readonly task: TaskView;
  readonly model: ComparedModel;
  readonly figures: ModelInsight;
}

function Confusions({ task, model, figures }: ConfusionsProps) {
  const { confusion, scored, correct } = figures;
  const told = mistakeTexts(task, confusion);
  return (
    <>
      <p>
        {told.length > 0
          ? `${formatCount(scored - correct)} of ${formatMany(scored, 'picture')} wrong. Most often: ${told.join('; ')}.`
          : `All of ${formatMany(scored, 'picture')} right.`}
      </p>
      {task.classnames.length <= MATRIX_CLASSES && (
        <Matrix task={task} model={model} figures={figures} />
      )}
      {told.length > 0 && <MistakeList task={task} figures={figures} />}
    </>
  );
}

function Matrix({ task, model, figures: { confusion } }: ConfusionsProps) {
  const [by, setBy] = useState<'class' | 'mistakes'>('class');
  const order = classOrder(task.classnames.length, confusion, by);
  const cells = new Map(
    confusion.map(({ label, prediction, images }) => [`${label} ${prediction}`, images]),
  );
  const most = Math.max(1, ...confusion.map(({ images }) => images));
  return (
    <>
      <label className="view-choice">
        <span>Order</span>
        <Choice value={by} onChoose={(value) => setBy(value === 'class' ? 'class' : 'mistakes')}>
          <option value="class">As the classes are</option>
          <option value="mistakes">Most mistakes first</option>
        </Choice>
      </label>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard. */}
      <section className="matrix-frame" tabIndex={0} aria-label="Confusion matrix">
        <table className="matrix" aria-label={`Confusion matrix of ${task.name}, ${model}`}>
          <thead>
            <tr>
              <td>true, predicted</td>
              {order.map((prediction) => (
                <th key={prediction} scope="col">
                  <span>{className(task, prediction)}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {order.map((label) => (
              <tr key={label}>
                <th scope="row">{className(task, label)}</th>
                {order.map((prediction) => {
                  const images = cells.get(`${label} ${prediction}`) ?? 0;
                  return (
                    <td
                      key={prediction}
                      className={label === prediction ? 'right' : 'wrong'}
                      style={{ background: tint(images / most) }}
                    >
                      {images === 0 ? '' : images}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </>
  );
}

/** The cell's colour, stronger the more pictures there are; text on it stays readable in both themes. */
const tint = (share: number) =>
  `color-mix(in srgb, var(--cell) ${Math.round(share * 45)}%, var(--sunken))`;

function MistakeList({ task, figures }: Omit<ConfusionsProps, 'model'>) {
  const [by, setBy] = useState<'images' | 'share'>('images');
  const [limit, setLimit] = useState(AT_ONCE);
  const mistakes = mistakesOf(figures.confusion, by);
  const left = mistakes.length - limit;
  const heading = (id: typeof by, title: string) => (
    <th scope="col" aria-sort={by === id ? 'descending' : 'none'}>
      <button type="button" className="quiet" onClick={() => setBy(id)}>
        {title}
      </button>
    </th>
  );
  return (
    <>
      <table className="numbers mistakes" aria-label={`Mistakes in ${task.name}`}>
        <thead>
          <tr>
            <th scope="col">True class</th>
            <th scope="col">Taken for</th>
            {heading('images', 'Pictures')}
            {heading('share', 'Share of class')}
          </tr>
        </thead>
        <tbody>
          {mistakes.slice(0, limit).map(({ label, prediction, images, share }) => (
            <tr key={`${label} ${prediction}`}>
              <th scope="row">{className(task, label)}</th>
              <td>{className(task, prediction)}</td>
              <td>{formatCount(images)}</td>
              <td>{formatPercent(share)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {left > 0 && (
        <button type="button" className="link" onClick={() => setLimit(2 * limit)}>
          Show more: {formatCount(left)}
        </button>
      )}
    </>
  );
}
