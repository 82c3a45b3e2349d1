import { isStale, shownFactor } from '../../state/selectors';
import type { ComparedModel, TriedView } from '../../state/types';
import { usePage, useSnapshot } from '../context';
import { formatFactor, formatPercent } from '../format';
import { TopClasses } from '../insight/top-classes';
import { MODEL_NAMES, MODELS } from '../insight/words';

interface AnswersProps {
  readonly hasPicture: boolean;
  /** What kept the question from the engine. */
  readonly problem: string | null;
}

/** The most probable classes by each model, as bars and in words. */
export function Answers({ hasPicture, problem }: AnswersProps) {
  const tried = useSnapshot((snapshot) => snapshot.tried);
  const told = problem ?? tried?.problem ?? null;
  if (!hasPicture) {
    return <p className="try-hint">What each model makes of the picture will stand here.</p>;
  }
  if (told !== null) {
    return (
      <p className="field-problem" role="alert">
        {told}
      </p>
    );
  }
  if (!tried) return <p className="try-hint">…</p>;
  return (
    <>
      {MODELS.map((model) => (
        <Answer key={model} tried={tried} model={model} />
      ))}
      <p className="try-doing" aria-hidden={tried.doing === null}>
        {tried.doing ?? ' '}
      </p>
      <p className="visually-hidden" role="status">
        {tried.doing === null ? spoken(tried) : ''}
      </p>
    </>
  );
}

function Answer({ tried, model }: { tried: TriedView; model: ComparedModel }) {
  const factor = usePage(shownFactor);
  const stale = usePage(isStale);
  const merges = useSnapshot((snapshot) => snapshot.pool.mergeable);
  if (model === 'expert' && tried.expert === null) return null;
  const answer = tried.models[model];
  const isEarlier = model === 'merged' && answer !== null && (answer.at !== undefined || stale);
  const at = answer?.at;
  const absent = model === 'merged' && !merges ? 'Nothing is merged.' : '…';
  return (
    <TopClasses
      model={model}
      classnames={tried.classnames}
      top={answer && !answer.failure ? answer.top : null}
      absent={answer?.failure ?? absent}
      isEarlier={isEarlier}
    >
      {MODEL_NAMES[model]}
      {model === 'expert' && <small>{tried.expert}</small>}
      {isEarlier && at !== undefined && at !== factor && <small>at {formatFactor(at)}</small>}
    </TopClasses>
  );
}

/** `Pretrained: ring, 71.2 %. Merged: …`, once all is there. */
function spoken({ models, classnames }: TriedView): string {
  return MODELS.flatMap((model) => {
    const [first] = models[model]?.top ?? [];
    if (!first) return [];
    const name = classnames[first.label] ?? '';
    return `${MODEL_NAMES[model]}: ${name}, ${formatPercent(first.probability)}.`;
  }).join(' ');
}
