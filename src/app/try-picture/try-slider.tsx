import { shownFactor } from '../../state/selectors';
import { useCommands, usePage, useSnapshot } from '../context';
import { SLIDER } from '../curve/domain';
import { formatFactor } from '../format';
import { Slider } from '../scaling/slider';
import { untilLetGo } from '../scaling/until-let-go';

/** The page's slider once more: what lies behind a dialog cannot be reached. */
export function TrySlider() {
  const { holdSlider } = useCommands();
  const factor = usePage(shownFactor) ?? 0;
  const reach = useSnapshot((snapshot) => snapshot.method.reach) ?? SLIDER.max;
  const grab = () => {
    holdSlider(true);
    untilLetGo(() => holdSlider(false));
  };
  return (
    <div className="try-slider">
      <Slider domain={{ min: SLIDER.min, max: reach }} onGrab={grab} />
      <span aria-hidden="true">{formatFactor(factor)}</span>
    </div>
  );
}
