import { useId, useState } from 'react';
import { shownFactor } from '../../state/selectors';
import { useCommands, usePage, useSnapshot } from '../context';
import { CurvePlot } from '../curve/curve-plot';
import { CurveTable } from '../curve/curve-table';
import { type Domain, plotDomain, SLIDER } from '../curve/domain';
import { PeakNote } from '../curve/peak-note';
import { LayerPanel } from '../layers/layer-panel';
import { MergeTools } from '../merge-tools/merge-tools';
import { MethodPanel } from '../method/method-panel';
import { Formula } from './formula';
import { Headline } from './headline';
import { Slider } from './slider';
import { StatusLine } from './status-line';
import { untilLetGo } from './until-let-go';
import './scaling.css';
import '../curve/curve.css';

/** The scaling factor and what it does: formula, plot and fader on one axis, and how far the scoring is. */
export function Instrument() {
  const titleId = useId();
  const [tabled, setTabled] = useState(false);
  const { curve, open } = useSnapshot((snapshot) => snapshot.scores);
  const factor = usePage(shownFactor) ?? 0;
  const negative = usePage((state) => state.view.negative);
  const reach = useSnapshot((snapshot) => snapshot.method.reach);
  const { holdSlider, showNegative } = useCommands();
  const [held, hold] = useState<Domain | null>(null);
  // While the handle is held the axis stands still, whatever is visited.
  const domain =
    held ?? plotDomain([...curve, ...open], factor, { wantsNegative: negative, reach });
  const grab = () => {
    hold(domain);
    holdSlider(true);
    untilLetGo(() => {
      hold(null);
      holdSlider(false);
    });
  };
  return (
    <section className="instrument" aria-labelledby={titleId}>
      <h2 id={titleId} className="visually-hidden">
        Scaling factor and accuracy
      </h2>
      <div className="instrument-top">
        <MethodPanel />
        <MergeTools />
      </div>
      <div className="instrument-head">
        <Formula />
        <Headline />
      </div>
      <CurvePlot domain={domain} />
      <Slider domain={domain} onGrab={grab} />
      <StatusLine />
      <div className="instrument-foot">
        <PeakNote />
        {domain.min > SLIDER.min && (
          <button type="button" className="link" onClick={showNegative}>
            Show λ below 0
          </button>
        )}
        <button
          type="button"
          className="link"
          disabled={curve.length === 0}
          onClick={() => setTabled(true)}
        >
          Curve as a table
        </button>
      </div>
      <LayerPanel />
      {tabled && <CurveTable onClose={() => setTabled(false)} />}
    </section>
  );
}
