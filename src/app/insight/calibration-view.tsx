import type { ComparedModel, ModelInsight, TaskView } from '../../state/types';
import { formatCount, formatPercent } from '../format';
import { Term } from '../tips/term';
import { calibrationText, meanConfidence } from './calibration-text';
import { useInsight } from './use-insight';
import { MODEL_NAMES, MODELS } from './words';
import './calibration-view.css';

const NO_PICTURES = { group: 'all', label: null, offset: 0, limit: 0 } as const;
const SIDE = 100;

/** How sure the models are, and how far that can be trusted. */
export function CalibrationView({ task }: { task: TaskView }) {
  const insight = useInsight(task.id, NO_PICTURES);
  const models = MODELS.flatMap((model) => {
    const figures = insight?.models[model];
    return figures ? [{ model, figures }] : [];
  });
  if (models.length === 0) return <p>Nothing is scored yet.</p>;
  return (
    <div className="calibration">
      <table className="numbers" aria-label={`Calibration on ${task.name}`}>
        <thead>
          <tr>
            <th scope="col">Model</th>
            <th scope="col" className="wide-only">
              Pictures
            </th>
            <th scope="col">Right</th>
            <th scope="col">Among five</th>
            <th scope="col" className="wide-only">
              Mean probability
            </th>
            <th scope="col">
              <Term id="calibration-error">Calibration error</Term>
            </th>
          </tr>
        </thead>
        <tbody>
          {models.map(({ model, figures }) => (
            <tr key={model}>
              <th scope="row">{MODEL_NAMES[model]}</th>
              <td className="wide-only">{formatCount(figures.scored)}</td>
              <td>{formatPercent(figures.correct / figures.scored)}</td>
              <td>{formatPercent(figures.top5 / figures.scored)}</td>
              <td className="wide-only">{formatPercent(meanConfidence(figures))}</td>
              <td>{formatPercent(figures.calibration.error ?? 0)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <ul className="calibration-words">
        {models.map(({ model, figures }) => (
          <li key={model}>{calibrationText(model, figures)}</li>
        ))}
      </ul>
      <div className="reliability-curves">
        {models.map(({ model, figures }) => (
          <Reliability key={model} model={model} figures={figures} />
        ))}
      </div>
    </div>
  );
}

/** Share of right predictions by probability, against the diagonal where both are the same. */
function Reliability({ model, figures }: { model: ComparedModel; figures: ModelInsight }) {
  const { bins } = figures.calibration;
  const filled = bins.flatMap(({ confidence, accuracy, images, from, to }) =>
    confidence === null || accuracy === null ? [] : [{ confidence, accuracy, images, from, to }],
  );
  const most = Math.max(...filled.map(({ images }) => images));
  return (
    <figure className={`reliability ${model}`}>
      <svg viewBox={`-2 -2 ${SIDE + 4} ${SIDE + 4}`} role="img">
        <title>
          {`${MODEL_NAMES[model]}: share right by probability. ${filled
            .map(
              ({ from, to, accuracy, images }) =>
                `${formatPercent(from)} to ${formatPercent(to)}: ${formatPercent(accuracy)} of ${images}`,
            )
            .join('; ')}`}
        </title>
        <rect className="frame" width={SIDE} height={SIDE} />
        <line className="diagonal" x1={0} y1={SIDE} x2={SIDE} y2={0} />
        <polyline
          points={filled
            .map(({ confidence, accuracy }) => `${confidence * SIDE},${(1 - accuracy) * SIDE}`)
            .join(' ')}
        />
        {filled.map(({ confidence, accuracy, images, from }) => (
          <circle
            key={from}
            cx={confidence * SIDE}
            cy={(1 - accuracy) * SIDE}
            r={1.5 + 3 * Math.sqrt(images / most)}
          />
        ))}
      </svg>
      <figcaption>
        {MODEL_NAMES[model]} <small>right (up) by probability (across)</small>
      </figcaption>
    </figure>
  );
}
