import { useId, useState } from 'react';
import { LAYER_ROWS, type LayerRow, layerColumns } from '../../state/layer-columns';
import { shownLayers } from '../../state/layer-factors';
import type { LayerPreset } from '../../state/types';
import { useCommands, usePage, useSnapshot } from '../context';
import { Term } from '../tips/term';
import { Choice } from '../ui/choice';
import { LayerFader } from './layer-fader';
import './layers.css';

const PRESETS: Readonly<Record<LayerPreset, string>> = {
  flat: 'Flat',
  ramp: 'Ramp',
  lines: 'LiNeS’ rule',
  attention: 'Only attention',
  mlp: 'Only MLP',
  middle: 'Middle blocks',
};

const ROWS: Readonly<Record<LayerRow, string>> = {
  all: 'Whole blocks',
  attention: 'Attention',
  mlp: 'MLP',
  norms: 'Norms',
};

const isPreset = (text: string): text is LayerPreset => Object.hasOwn(PRESETS, text);
const isRow = (text: string): text is LayerRow => LAYER_ROWS.some((row) => row === text);

/** The equaliser, folded away until it is asked for; what stands folded says whether it does anything. */
export function LayerPanel() {
  const id = useId();
  const [open, setOpen] = useState(false);
  const { depth } = useSnapshot((snapshot) => snapshot.layers);
  const moves = useSnapshot((snapshot) => snapshot.method.hasScalingFactor);
  const preset = usePreset();
  if (depth === 0 || !moves) return null;
  return (
    <div className="layers">
      <button
        type="button"
        className="link layers-fold"
        aria-expanded={open}
        aria-controls={id}
        onClick={() => setOpen(!open)}
      >
        Layer factors{preset !== 'flat' && `: ${preset ? PRESETS[preset] : 'custom'}`}
      </button>
      <div id={id} className="layers-body" hidden={!open}>
        {open && <Equaliser preset={preset} />}
      </div>
    </div>
  );
}

/** Null where the factors are no preset’s, or not known yet to be one’s. */
function usePreset(): LayerPreset | null {
  const preset = useSnapshot((snapshot) => snapshot.layers.preset);
  const moving = usePage((state) => state.wantedLayers !== null);
  return moving ? null : preset;
}

function Equaliser({ preset }: { preset: LayerPreset | null }) {
  const [row, setRow] = useState<LayerRow>('all');
  const view = useSnapshot((snapshot) => snapshot.layers);
  const factors = usePage(shownLayers);
  const { setLayerPreset } = useCommands();
  return (
    <>
      <div className="layers-choices">
        <label>
          <Term id="layer-factors">Factors</Term>
          <Choice
            aria-label="Preset of layer factors"
            value={preset ?? ''}
            onChoose={(chosen) => isPreset(chosen) && setLayerPreset(chosen)}
          >
            {preset === null && (
              <option value="" disabled>
                Custom
              </option>
            )}
            {Object.entries(PRESETS).map(([name, title]) => (
              <option key={name} value={name}>
                {title}
              </option>
            ))}
          </Choice>
        </label>
        <label>
          <span>Faders for</span>
          <select
            value={row}
            onChange={({ target }) => isRow(target.value) && setRow(target.value)}
          >
            {LAYER_ROWS.map((name) => (
              <option key={name} value={name}>
                {ROWS[name]}
              </option>
            ))}
          </select>
        </label>
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be scrolled in every browser. */}
      <div className="layer-faders" role="group" aria-label="Layer factors by depth">
        {layerColumns(view, row).map((column) => (
          <LayerFader key={column.short} column={column} factors={factors} own={view.own} />
        ))}
      </div>
    </>
  );
}
