import { memo, useId, useState } from 'react';
import type { Pair, PairGroup, PictureGroup, PictureView, TaskView } from '../../state/types';
import { formatCount, formatMany, formatPercent } from '../format';
import { Choice } from '../ui/choice';
import { Icon } from '../ui/icon';
import { PictureDialog } from './picture-dialog';
import { useInsight } from './use-insight';
import { usePictures } from './use-pictures';
import {
  className,
  GROUP_MEANINGS,
  GROUPS,
  guessText,
  MODELS,
  PAIR,
  PAIR_GROUPS,
  type ShownModel,
} from './words';
import './gallery.css';

/** Tiles that are drawn at once; more come when they are asked for. */
const AT_ONCE = 24;

type Group = PictureGroup | PairGroup;

interface GalleryProps {
  readonly task: TaskView;
  /** Two merges to compare picture by picture, instead of the pretrained, the merged and the expert model. */
  readonly pair?: Pair;
  /** What is looked at first. */
  readonly first?: Group;
}

/** A task's pictures by what merging did to them, following the slider. */
export const Gallery = memo(function Gallery({ task, pair, first = 'all' }: GalleryProps) {
  const [group, setGroup] = useState<Group>(first);
  const models: readonly ShownModel[] = pair ? PAIR : MODELS;
  const [label, setLabel] = useState<number | null>(null);
  const [limit, setLimit] = useState(AT_ONCE);
  const [open, setOpen] = useState<number | null>(null);
  const meaning = useId();
  const insight = useInsight(task.id, { group, label, offset: 0, limit, ...(pair && { pair }) });
  const pictures = insight?.pictures ?? [];
  const addresses = usePictures(
    task.id,
    pictures.map(({ index }) => index),
  );
  const choose = (next: Partial<{ group: Group; label: number | null }>) => {
    if (next.group !== undefined) setGroup(next.group);
    if (next.label !== undefined) setLabel(next.label);
    setLimit(AT_ONCE);
  };
  const classes = task.classnames.map((name, value) => ({ name, label: value }));
  const opened = pictures.findIndex(({ index }) => index === open);
  const left = (insight?.total ?? 0) - pictures.length;
  return (
    <div className="gallery">
      <div className="gallery-choices">
        <fieldset className="segments">
          <legend className="visually-hidden">Pictures of {task.name}</legend>
          {(pair ? PAIR_GROUPS : GROUPS).map(({ id, title }) => (
            <button
              key={id}
              type="button"
              aria-pressed={id === group}
              onClick={() => choose({ group: id })}
            >
              {title} <small>{formatCount(insight?.groups[id] ?? 0)}</small>
            </button>
          ))}
        </fieldset>
        <label className="view-choice">
          <span>Class</span>
          <Choice
            value={label === null ? '' : String(label)}
            onChoose={(value) => choose({ label: value === '' ? null : Number(value) })}
          >
            <option value="">All classes</option>
            {classes.map(({ name, label: value }) => (
              <option key={value} value={value}>
                {name}
              </option>
            ))}
          </Choice>
        </label>
      </div>
      <p className="gallery-meaning" id={meaning}>
        {GROUP_MEANINGS[group]}
        {insight?.total === 0 && ' There is none.'}
      </p>
      <ul className="tiles" aria-label={`Pictures of ${task.name}`} aria-describedby={meaning}>
        {pictures.map((picture) => (
          <Tile
            key={picture.index}
            task={task}
            picture={picture}
            models={models}
            address={addresses.get(picture.index)}
            onOpen={setOpen}
          />
        ))}
      </ul>
      {left > 0 && (
        <button
          type="button"
          className="link"
          onClick={() => setLimit(limit + Math.max(AT_ONCE, limit))}
        >
          Show more: {formatMany(left, 'picture')}
        </button>
      )}
      {open !== null && (
        <PictureDialog
          task={task}
          place={open}
          picture={pictures[opened]}
          models={models}
          address={addresses.get(open)}
          previous={pictures[opened - 1]?.index}
          next={pictures[opened + 1]?.index}
          onGo={setOpen}
          onClose={() => setOpen(null)}
        />
      )}
    </div>
  );
});

interface TileProps {
  readonly task: TaskView;
  readonly picture: PictureView;
  readonly models: readonly ShownModel[];
  readonly address: string | undefined;
  readonly onOpen: (index: number) => void;
}

const Tile = memo(function Tile({ task, picture, models, address, onOpen }: TileProps) {
  const { index, label, guesses } = picture;
  const truth = className(task, label);
  const made = models.map((model) => guessText(task, model, guesses[model]));
  return (
    <li>
      <button
        type="button"
        className="tile"
        aria-label={`${truth}; ${made.join('; ')}`}
        title={picture.name}
        onClick={() => onOpen(index)}
      >
        {address ? <img src={address} alt="" loading="lazy" /> : <span className="tile-blank" />}
        <span className="tile-truth">{truth}</span>
        {models.map((model) => {
          const guess = guesses[model];
          const [first] = guess?.top ?? [];
          return (
            <span
              key={model}
              className={`tile-guess ${model}${guess?.at === undefined ? '' : ' stale'}`}
            >
              {guess && first ? (
                <>
                  <Icon name={guess.right ? 'check' : 'close'} />
                  <span className="tile-class">{className(task, first.label)}</span>
                  <small>{formatPercent(first.probability)}</small>
                </>
              ) : (
                '–'
              )}
            </span>
          );
        })}
      </button>
    </li>
  );
});
