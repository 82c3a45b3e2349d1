import { useId } from 'react';
import { shownFactor } from '../../state/selectors';
import type { PictureGuess, PictureStory, TaskView } from '../../state/types';
import { useCommands, usePage, useSnapshot } from '../context';
import { SLIDER } from '../curve/domain';
import { formatFactor, formatPercent } from '../format';
import { usePictures } from '../insight/use-pictures';
import { className } from '../insight/words';
import { Cards } from './cards';
import { useStory } from './use-story';
import './story.css';

/** What the demo shows at first: what becomes of one picture as λ rises, and four merges to begin with. */
export default function Story() {
  const titleId = useId();
  const story = useStory();
  const complete = useSnapshot(({ scores }) => scores.phase === 'complete');
  return (
    <section className="story" aria-labelledby={titleId}>
      <h2 id={titleId} className="visually-hidden">
        What merging does to a picture
      </h2>
      {story ? (
        <Told key={story.taskId} story={story} />
      ) : (
        <div className="told waiting">
          <span className="story-picture" />
          <p>
            {complete
              ? 'Here merging turns no picture from wrong to right.'
              : 'The demo is being scored. A picture that merging changes comes with the first numbers.'}
          </p>
        </div>
      )}
      <Cards />
    </section>
  );
}

function Told({ story }: { story: PictureStory }) {
  const task = useSnapshot(({ tasks }) => tasks.find(({ id }) => id === story.taskId));
  const address = usePictures(story.taskId, [story.index]).get(story.index);
  if (!task) return null;
  const label = className(task, story.label);
  return (
    <div className="told">
      {address ? (
        <img className="story-picture" src={address} alt={`${label}, of ${task.name}`} />
      ) : (
        <span className="story-picture" />
      )}
      <p>{sentence(story, task, label)}</p>
      <Frames story={story} task={task} />
      <Way story={story} />
    </div>
  );
}

const said = ({ top }: PictureGuess, task: TaskView): string =>
  className(task, top[0]?.label ?? -1);

/** The points that the sentence is about: where it is right for the first time, and the last one where it is wrong. */
function ends({ merged, kind }: PictureStory) {
  const right = kind === 'lost' ? undefined : merged.find(({ guess }) => guess.right);
  const wrong = kind === 'gained' ? undefined : merged.findLast(({ guess }) => !guess.right);
  return { right, wrong };
}

function sentence(story: PictureStory, task: TaskView, label: string): string {
  const { right, wrong } = ends(story);
  const before = said(story.pretrained, task);
  const at = (point: { scalingFactor: number } | undefined) =>
    `λ = ${formatFactor(point?.scalingFactor ?? 0)}`;
  const taken = wrong ? said(wrong.guess, task) : '';
  switch (story.kind) {
    case 'turns':
      return `The pretrained model takes this ${label} for ${before}. At ${at(right)} the merged one is right; at ${at(wrong)}, too far, it is wrong again: ${taken}.`;
    case 'gained':
      return `The pretrained model takes this ${label} for ${before}. At ${at(right)} the merged one is right. Raise λ and see how far that holds.`;
    case 'lost':
      return `The pretrained model knows this ${label}. At ${at(wrong)} the merged one takes it for ${taken}.`;
  }
}

interface FramesProps {
  readonly story: PictureStory;
  readonly task: TaskView;
}

/** What is said of the picture at the points of the sentence, each of which can be gone to. */
function Frames({ story, task }: FramesProps) {
  const { setScalingFactor } = useCommands();
  const present = usePage(shownFactor) ?? 0;
  const moves = useSnapshot(({ method }) => method.hasScalingFactor);
  const { right, wrong } = ends(story);
  const points = [
    { scalingFactor: 0, guess: story.pretrained },
    ...(right ? [right] : []),
    ...(wrong ? [wrong] : []),
  ];
  return (
    <ul className="frames">
      {points.map(({ scalingFactor, guess }) => (
        <li key={scalingFactor}>
          <button
            type="button"
            className={guess.right ? 'frame right' : 'frame'}
            aria-pressed={present === scalingFactor}
            disabled={!moves}
            onClick={() => setScalingFactor(scalingFactor)}
          >
            <span>λ {formatFactor(scalingFactor)}</span>
            <strong>
              {said(guess, task)}
              {'\u00a0'}
              <span aria-hidden="true">{guess.right ? '✓' : '✗'}</span>
              <span className="visually-hidden">{guess.right ? ', right' : ', wrong'}</span>
            </strong>
            <small>{formatPercent(guess.top[0]?.probability ?? 0)}</small>
          </button>
        </li>
      ))}
    </ul>
  );
}

/** Right and wrong along λ, where it is scored by now: decoration of what the frames say. */
function Way({ story: { pretrained, merged } }: { story: PictureStory }) {
  const present = usePage(shownFactor) ?? 0;
  const place = (value: number) =>
    `${(100 * Math.min(Math.max(value, 0), SLIDER.max)) / SLIDER.max}%`;
  const points = [{ scalingFactor: 0, guess: pretrained }, ...merged];
  return (
    <div className="way" aria-hidden="true">
      {points.map(({ scalingFactor, guess }) => (
        <span
          key={scalingFactor}
          className={guess.right ? 'way-point right' : 'way-point'}
          style={{ left: place(scalingFactor) }}
        />
      ))}
      <span className="way-present" style={{ left: place(present) }} />
    </div>
  );
}
