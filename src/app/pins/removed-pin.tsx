import { useEffect, useRef } from 'react';
import type { Pin } from '../../state/types';
import { useCommands } from '../context';

export interface Removed {
  readonly pin: Pin;
  /** Where it stood. */
  readonly index: number;
}

interface RemovedPinProps {
  readonly removed: Removed;
  /** It is back. */
  readonly onBack: () => void;
}

/** The way back for a pin that was removed. It takes the focus, which was on a button that is gone. */
export function RemovedPin({ removed: { pin, index }, onBack }: RemovedPinProps) {
  const { putPin } = useCommands();
  const button = useRef<HTMLButtonElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: with every pin that is removed.
  useEffect(() => button.current?.focus(), [pin.id]);
  const putBack = async () => {
    if (await putPin(pin, index)) onBack();
  };
  return (
    <p className="pin-removed">
      <bdi>{pin.name}</bdi> is removed.{' '}
      <button ref={button} type="button" className="link" onClick={putBack}>
        Put it back
      </button>
    </p>
  );
}
