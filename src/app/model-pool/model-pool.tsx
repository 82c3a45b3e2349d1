import { useId } from 'react';
import { useCommands, useSnapshot } from '../context';
import { useEdition } from '../edition';
import { formatMany } from '../format';
import { useExpertNames } from '../names/use-short-names';
import { CompareTaskVectors } from '../relations/compare-task-vectors';
import { Term } from '../tips/term';
import { FileButton } from '../ui/file-button';
import { FindingList } from '../ui/finding-list';
import { WeightPresets } from '../weights/weight-presets';
import { ModelRow } from './model-row';
import './model-pool.css';

const CHECKPOINT_FILES = '.safetensors,.json,.txt,.bin,.pt,.pth,.ckpt,.zip';

/** The base and its experts, in the order of the sum. */
export function ModelPool() {
  const { models, findings } = useSnapshot((snapshot) => snapshot.pool);
  const { addCheckpoints } = useCommands();
  const edition = useEdition();
  const shown = useExpertNames();
  const titleId = useId();
  const experts = models.filter(({ role }) => role === 'expert');
  const summed = experts.filter(({ included }) => included);
  const largestNorm = Math.max(0, ...experts.map(({ relativeNorm }) => relativeNorm ?? 0));
  return (
    <section className="pool" aria-labelledby={titleId}>
      <header className="pool-head">
        <h2 id={titleId}>Model pool</h2>
        {models.length > 0 && (
          <span>
            {formatMany(experts.length, 'expert')} as <Term id="task-vector">task vectors</Term> τ
          </span>
        )}
      </header>
      <div className="pool-add">
        <FileButton label="Add checkpoints" accept={CHECKPOINT_FILES} onFiles={addCheckpoints} />
        <FileButton label="Add checkpoint folder" directory onFiles={addCheckpoints} />
        {edition && <edition.AddModels />}
      </div>
      {models.length === 0 && (
        <p className="pool-empty">
          A pretrained CLIP and its fine-tuned variants: Hugging Face folders or lone{' '}
          <code>.safetensors</code> files.
        </p>
      )}
      <FindingList findings={findings} />
      <ul className="pool-list">
        {models.map((model) => (
          <ModelRow
            key={model.id}
            model={model}
            place={experts.indexOf(model)}
            term={summed.indexOf(model) + 1}
            experts={experts}
            largestNorm={largestNorm}
            short={shown.get(model.name)}
            base={models.find(({ role }) => role === 'base')}
          />
        ))}
      </ul>
      {summed.length > 0 && <WeightPresets summed={summed} />}
      {summed.length > 1 && <CompareTaskVectors experts={summed} />}
    </section>
  );
}
