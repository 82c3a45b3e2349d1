import type { PictureView, TaskView } from '../../state/types';
import { formatFactor } from '../format';
import { Dialog } from '../ui/dialog';
import { Icon } from '../ui/icon';
import { TopClasses } from './top-classes';
import { className, MODEL_NAMES, type ShownModel } from './words';
import './picture-dialog.css';

interface PictureDialogProps {
  readonly task: TaskView;
  /** The picture's place in the task. */
  readonly place: number;
  /** Undefined once it has left the group that is looked at. */
  readonly picture: PictureView | undefined;
  /** Whose classes are shown. */
  readonly models: readonly ShownModel[];
  readonly address: string | undefined;
  readonly previous: number | undefined;
  readonly next: number | undefined;
  readonly onGo: (place: number) => void;
  readonly onClose: () => void;
}

/** One picture, large, with the most probable classes of each model. */
export function PictureDialog({
  task,
  place,
  picture,
  models,
  address,
  previous,
  next,
  onGo,
  onClose,
}: PictureDialogProps) {
  const truth = picture && className(task, picture.label);
  return (
    <Dialog title={truth ?? `Picture ${place + 1}`} onClose={onClose} wide>
      <div className="picture">
        {address && <img className="picture-large" src={address} alt={truth ?? ''} />}
        <div className="picture-guesses">
          {picture ? (
            models.map((model) => <Guess key={model} task={task} picture={picture} model={model} />)
          ) : (
            <p>As it is merged now, it belongs to another group.</p>
          )}
        </div>
      </div>
      <div className="dialog-actions">
        <span className="picture-name">{picture?.name}</span>
        <Go title="Previous" to={previous} onGo={onGo} />
        <Go title="Next" to={next} onGo={onGo} />
      </div>
    </Dialog>
  );
}

interface GoProps {
  readonly title: string;
  readonly to: number | undefined;
  readonly onGo: (place: number) => void;
}

function Go({ title, to, onGo }: GoProps) {
  return (
    <button
      type="button"
      disabled={to === undefined}
      onClick={() => {
        if (to !== undefined) onGo(to);
      }}
    >
      {title}
    </button>
  );
}

interface GuessProps {
  readonly task: TaskView;
  readonly picture: PictureView;
  readonly model: ShownModel;
}

function Guess({ task, picture, model }: GuessProps) {
  const guess = picture.guesses[model];
  return (
    <TopClasses
      model={model}
      classnames={task.classnames}
      top={guess?.top ?? null}
      absent="Not scored"
      truth={picture.label}
    >
      {MODEL_NAMES[model]}
      {guess && <Icon name={guess.right ? 'check' : 'close'} />}
      <span className="visually-hidden">{guess && (guess.right ? 'right' : 'wrong')}</span>
      {guess?.at !== undefined && <small>at {formatFactor(guess.at)}</small>}
    </TopClasses>
  );
}
