import { useState } from 'react';
import type { ModelView } from '../../state/types';
import { useCommands, useSnapshot } from '../context';
import { formatBytes, formatCount } from '../format';
import { Origin } from '../names/origin';
import { Term } from '../tips/term';
import { Choice } from '../ui/choice';
import { ConfirmDialog } from '../ui/confirm-dialog';
import { CopyButton } from '../ui/copy-button';
import { FindingList } from '../ui/finding-list';
import { Icon } from '../ui/icon';
import { RenameDialog } from '../ui/rename-dialog';
import { useEdited } from '../use-edited';

interface ModelDetailsProps {
  readonly model: ModelView;
  readonly place: number;
  readonly experts: number;
}

/** Facts of one model, and what can be done with it. */
export function ModelDetails({ model, place, experts }: ModelDetailsProps) {
  const { editPool, restoreRecipe } = useCommands();
  const [asks, setAsks] = useState<'rename' | 'remove' | null>(null);
  const models = useSnapshot((snapshot) => snapshot.pool.models);
  const { id, name } = model;
  return (
    <div className="row-details">
      <FindingList findings={model.findings} />
      <ModelFacts model={model} />
      {model.parts && <PartChoice id={id} name={name} parts={model.parts} />}
      {model.role === 'expert' && <SumControls model={model} place={place} experts={experts} />}
      <div className="row-actions">
        {model.role === 'expert' && (
          <button type="button" onClick={() => editPool({ type: 'setBase', id })}>
            Use as base
          </button>
        )}
        {model.metadata.some(([key]) => key === 'task_arithmetic_recipe') && (
          <button type="button" onClick={() => restoreRecipe(id)}>
            Restore this recipe
          </button>
        )}
        <button type="button" onClick={() => setAsks('rename')}>
          Rename
        </button>
        <button type="button" onClick={() => setAsks('remove')}>
          Remove
        </button>
      </div>
      {asks === 'rename' && (
        <RenameDialog
          name={name}
          taken={models.filter((other) => other.id !== id).map((other) => other.name)}
          hint="A task of the same name is this model’s own task."
          onRename={(changed) => editPool({ type: 'rename', id, name: changed })}
          onClose={() => setAsks(null)}
        />
      )}
      {asks === 'remove' && (
        <ConfirmDialog
          title={`Remove ${name}?`}
          action="Remove"
          onConfirm={() => editPool({ type: 'remove', id })}
          onClose={() => setAsks(null)}
        >
          The model is deleted from this browser’s library and {formatBytes(model.bytes)} are freed.
          Your own files are not touched.
        </ConfirmDialog>
      )}
    </div>
  );
}

interface PartChoiceProps {
  readonly id: string;
  readonly name: string;
  readonly parts: NonNullable<ModelView['parts']>;
}

/** Which of several state dicts in its file a model is. */
function PartChoice({ id, name, parts }: PartChoiceProps) {
  const { editPool } = useCommands();
  const [taken, take] = useEdited<string | null>(parts.taken, (part) =>
    editPool({ type: 'setPart', id, part }),
  );
  return (
    <label className="part-choice">
      <span>State dict</span>
      <Choice
        aria-label={`State dict of ${name}`}
        value={String(parts.choices.indexOf(taken))}
        onChoose={(place) => take(parts.choices[Number(place)] ?? null)}
      >
        {parts.choices.map((choice, index) => (
          <option key={choice} value={index}>
            {choice ?? 'the one that the file gives unasked'}
          </option>
        ))}
      </Choice>
    </label>
  );
}

/** An expert's place in the sum. */
function SumControls({ model: { id, name }, place, experts }: ModelDetailsProps) {
  const { editPool } = useCommands();
  const move = (index: number) => editPool({ type: 'move', id, index });
  return (
    <div className="sum-controls">
      <span>Place in the sum</span>
      <button
        type="button"
        className="icon-button"
        aria-label={`Move ${name} up`}
        data-tip="Move up (Alt+↑). The order of the sum decides the last bits of the merged weights."
        disabled={place === 0}
        onClick={() => move(place - 1)}
      >
        <Icon name="up" />
      </button>
      <button
        type="button"
        className="icon-button"
        aria-label={`Move ${name} down`}
        data-tip="Move down (Alt+↓). The order of the sum decides the last bits of the merged weights."
        disabled={place === experts - 1}
        onClick={() => move(place + 1)}
      >
        <Icon name="down" />
      </button>
    </div>
  );
}

/** Characters of a metadata value that are shown; the whole of it is in the title. */
const LONGEST_VALUE = 80;

function ModelFacts({ model }: { model: ModelView }) {
  return (
    <dl className="facts">
      <dt>Name</dt>
      <dd>
        <bdi>{model.name}</bdi>
      </dd>
      <Origin source={model.source} />
      <dt>Architecture</dt>
      <dd>{model.architecture}</dd>
      <dt>Geometry</dt>
      <dd>{model.geometry}</dd>
      <dt>Element types</dt>
      <dd>{model.dtypes}</dd>
      <dt>Size</dt>
      <dd>{formatBytes(model.bytes)}</dd>
      <dt>Merged tensors</dt>
      <dd>{formatCount(model.mergedTensors)}</dd>
      <dt>Text tower</dt>
      <dd>{model.hasTextTower ? 'yes' : 'no'}</dd>
      {model.relativeNorm !== undefined && (
        <>
          <dt>
            <Term id="relative-norm">Relative norm</Term>
          </dt>
          <dd>{model.relativeNorm.toPrecision(4)}</dd>
        </>
      )}
      {model.sha256 !== undefined && (
        <>
          <dt>SHA-256</dt>
          <dd className="hash">
            <code title={model.sha256}>{model.sha256.slice(0, 16)}…</code>
            <CopyButton label="Copy the SHA-256" text={model.sha256} />
          </dd>
        </>
      )}
      {model.metadata.length > 0 && (
        <>
          <dt>Metadata</dt>
          <dd>
            {model.metadata.map(([key, value]) => (
              <div key={key} title={value}>
                {key}: {value.length > LONGEST_VALUE ? `${value.slice(0, LONGEST_VALUE)}…` : value}
              </div>
            ))}
          </dd>
        </>
      )}
      {model.assumptions.length > 0 && (
        <>
          <dt>Assumed</dt>
          <dd>
            {model.assumptions.map((assumption) => (
              <div key={assumption}>{assumption}</div>
            ))}
          </dd>
        </>
      )}
    </dl>
  );
}
