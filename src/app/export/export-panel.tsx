import { useId, useState } from 'react';
import type { ConfigurationFormat, ExportFormat, ExportOptions } from '../../state/types';
import { useCommands, useSnapshot } from '../context';
import { FileButton } from '../ui/file-button';
import { Icon } from '../ui/icon';
import { NumberField } from '../ui/number-field';
import { SavedLine } from './saved-line';
import './export.css';

const DTYPES: readonly { readonly value: ExportOptions['dtype']; readonly label: string }[] = [
  { value: 'base', label: 'types of the base' },
  { value: 'F32', label: 'float32' },
  { value: 'F16', label: 'float16' },
  { value: 'BF16', label: 'bfloat16' },
];

const MODEL_FORMATS: readonly { readonly value: ExportFormat; readonly label: string }[] = [
  { value: 'transformers', label: 'for transformers' },
  { value: 'openclip', label: 'for OpenCLIP' },
  { value: 'onnx', label: 'as ONNX' },
  { value: 'lora', label: 'as a LoRA' },
];

/** Of a LoRA: at most what the narrowest CLIP is wide. */
const FIRST_RANK = 16;

const FORMATS: readonly { readonly value: ConfigurationFormat; readonly label: string }[] = [
  { value: 'fusion_bench', label: 'for FusionBench' },
  { value: 'mergekit', label: 'for mergekit' },
];

/** The configuration that other programs run, and the way back. */
function ConfigurationControls({ mergeable }: { mergeable: boolean }) {
  const { downloadConfiguration, openConfiguration } = useCommands();
  const [format, choose] = useState<ConfigurationFormat>('fusion_bench');
  return (
    <>
      <span className="export-configuration">
        <label>
          <span className="visually-hidden">Format of the configuration</span>
          <select
            value={format}
            onChange={({ target }) =>
              choose(FORMATS.find(({ value }) => value === target.value)?.value ?? 'fusion_bench')
            }
          >
            {FORMATS.map(({ value, label }) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </select>
        </label>
        <button type="button" disabled={!mergeable} onClick={() => downloadConfiguration(format)}>
          Download configuration
        </button>
      </span>
      <FileButton label="Open configuration" accept=".yaml,.yml" onFiles={openConfiguration} />
    </>
  );
}

/** What goes out: the merged model that is on screen, and the report of its scores. */
export function ExportPanel() {
  const titleId = useId();
  const [options, setOptions] = useState<Required<ExportOptions>>({
    content: 'vision',
    dtype: 'base',
    zip: false,
    format: 'transformers',
    rank: FIRST_RANK,
  });
  const mergeable = useSnapshot((snapshot) => snapshot.pool.mergeable);
  const wholeClip = useSnapshot((snapshot) =>
    snapshot.pool.models.some(({ role, hasTextTower }) => role === 'base' && hasTextTower),
  );
  // Numbers that are still moving are none to write down, unless the user has stopped them.
  const scored = useSnapshot(({ scores: { merged, phase } }) =>
    phase === 'stopped' ? merged.average !== null : (merged.average?.complete ?? false),
  );
  const { downloadModel, downloadReport } = useCommands();
  const { format } = options;
  // An ONNX file is of the picture tower.
  const hasWhole = wholeClip && format !== 'onnx';
  const content = hasWhole ? options.content : 'vision';
  const isLora = format === 'lora';
  // The base has no types for what an adapter holds.
  const dtypes = isLora ? DTYPES.filter(({ value }) => value !== 'base') : DTYPES;
  return (
    <section className="export" aria-labelledby={titleId}>
      <h2 id={titleId} className="visually-hidden">
        Download
      </h2>
      <label>
        <span className="visually-hidden">Part of the model to download</span>
        <select
          value={content}
          onChange={({ target }) =>
            setOptions({ ...options, content: target.value === 'clip' ? 'clip' : 'vision' })
          }
        >
          <option value="vision">Vision tower</option>
          <option value="clip" disabled={!hasWhole}>
            Whole CLIP
          </option>
        </select>
      </label>
      <label>
        <span className="visually-hidden">Format of the download</span>
        <select
          value={format}
          onChange={({ target }) =>
            setOptions({
              ...options,
              format:
                MODEL_FORMATS.find(({ value }) => value === target.value)?.value ?? 'transformers',
            })
          }
        >
          {MODEL_FORMATS.map(({ value, label }) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      </label>
      {isLora && (
        <span className="export-rank">
          rank
          <NumberField
            label="Rank of the LoRA"
            value={options.rank}
            min={1}
            whole
            when="left"
            onValue={(rank) => setOptions({ ...options, rank })}
          />
        </span>
      )}
      <label>
        <span className="visually-hidden">Element type of the download</span>
        <select
          value={isLora && options.dtype === 'base' ? 'F32' : options.dtype}
          onChange={({ target }) =>
            setOptions({
              ...options,
              dtype: DTYPES.find(({ value }) => value === target.value)?.value ?? 'base',
            })
          }
        >
          {dtypes.map(({ value, label }) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      </label>
      <label
        className="check"
        data-tip="With the configuration and a model card (README.md) beside the weights"
      >
        <input
          type="checkbox"
          checked={options.zip || isLora}
          disabled={isLora}
          onChange={({ target }) => setOptions({ ...options, zip: target.checked })}
        />
        <span>in a zip, with its card</span>
      </label>
      <button
        type="button"
        className="primary"
        disabled={!mergeable}
        onClick={() => downloadModel({ ...options, content })}
      >
        <Icon name="download" /> Download merged model
      </button>
      <div className="export-papers">
        <SavedLine />
        <button
          type="button"
          disabled={!scored}
          data-tip={
            scored
              ? undefined
              : 'Once the merged model is scored on all pictures, or scoring is stopped'
          }
          onClick={downloadReport}
        >
          Download report
        </button>
        <ConfigurationControls mergeable={mergeable} />
      </div>
    </section>
  );
}
