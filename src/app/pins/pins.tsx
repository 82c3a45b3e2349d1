import { lazy, Suspense, useRef, useState } from 'react';
import type { PairSide, PinView } from '../../state/types';
import { useCommands, useSnapshot } from '../context';
import { Icon } from '../ui/icon';
import { type Removed, RemovedPin } from './removed-pin';
import './pins.css';

/** Loaded with the first pin. */
const PinPanel = lazy(() => import('./pin-panel'));

/** Keeps the merge on screen as a pin, and shows those that are kept, with two of them held against each other. */
export function Pins() {
  const { pin } = useCommands();
  const pins = useSnapshot((snapshot) => snapshot.pins);
  const mergeable = useSnapshot((snapshot) => snapshot.pool.mergeable);
  /** Undefined until one is chosen: the latest pin. */
  const [a, setA] = useState<PairSide>();
  const [b, setB] = useState<PairSide>(null);
  const [removed, setRemoved] = useState<Removed | null>(null);
  const button = useRef<HTMLButtonElement>(null);
  const keep = async () => {
    const id = await pin();
    if (id === null) return;
    // As A, and on with B.
    setA(id);
    setB(null);
  };
  if (!mergeable && pins.length === 0 && removed === null) return null;
  return (
    <section className="pins" aria-label="Pins">
      <button
        ref={button}
        type="button"
        aria-disabled={!mergeable}
        data-tip="Keeps method, options, factors and weights under a name, to hold others against: picture by picture, with a paired test"
        onClick={() => mergeable && keep()}
      >
        <Icon name="pin" />
        Pin this merge
      </button>
      {pins.length === 0 && removed === null && (
        <span className="pins-hint">
          Keep it, go on with another, and compare the two picture by picture.
        </span>
      )}
      {removed && !pins.some(({ pin: { id } }) => id === removed.pin.id) && (
        <RemovedPin
          removed={removed}
          onBack={() => {
            setRemoved(null);
            button.current?.focus();
          }}
        />
      )}
      {pins.length > 0 && (
        <Suspense fallback={<p>…</p>}>
          <PinPanel
            chosen={{
              a: present(a, pins, pins.at(-1)?.pin.id ?? null),
              b: present(b, pins, null),
            }}
            onChoose={(side, id) => (side === 'a' ? setA(id) : setB(id))}
            onRemoved={setRemoved}
          />
        </Suspense>
      )}
    </section>
  );
}

/** What was chosen; `otherwise` where nothing was, or a pin that is gone. */
function present(
  side: PairSide | undefined,
  pins: readonly PinView[],
  otherwise: PairSide,
): PairSide {
  if (side === null) return null;
  return pins.some(({ pin }) => pin.id === side) && side !== undefined ? side : otherwise;
}
