import { useId, useState } from 'react';
import type { ConfigurationFormat, ExportOptions } from '../../state/types';
import { useCommands, useSnapshot } from '../context';
import { FileButton } from '../ui/file-button';
import { Icon } from '../ui/icon';
import { SavedLine } from './saved-line';
import './export.css';

const DTYPES: readonly { readonly value: ExportOptions['dtype']; readonly label: string }[] = [
  { value: 'base', label: 'types of the base' },
  { value: 'F32', label: 'float32' },
  { value: 'F16', label: 'float16' },
  { value: 'BF16', label: 'bfloat16' },
];

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
  const [options, setOptions] = useState<ExportOptions>({
    content: 'vision',
    dtype: 'base',
    zip: false,
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
  const content = wholeClip ? options.content : 'vision';
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
          <option value="clip" disabled={!wholeClip}>
            Whole CLIP
          </option>
        </select>
      </label>
      <label>
        <span className="visually-hidden">Element type of the download</span>
        <select
          value={options.dtype}
          onChange={({ target }) =>
            setOptions({
              ...options,
              dtype: DTYPES.find(({ value }) => value === target.value)?.value ?? 'base',
            })
          }
        >
          {DTYPES.map(({ value, label }) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      </label>
      <label className="check">
        <input
          type="checkbox"
          checked={options.zip}
          onChange={({ target }) => setOptions({ ...options, zip: target.checked })}
        />
        <span>
          with <code>config.json</code> in a zip
        </span>
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
        <button type="button" disabled={!scored} onClick={downloadReport}>
          Download report
        </button>
        <ConfigurationControls mergeable={mergeable} />
      </div>
    </section>
  );
}
