/** A control that shows what it was set to at once: the engine may be in the middle of a batch and answer later. */
import { startTransition, useOptimistic } from 'react';

/**
 * The value to show and the function to change it by. While `send` is under way the changed value is shown; then it is
 * `value` again, which a refused edit has left as it was.
 */
export function useEdited<T>(
  value: T,
  send: (changed: T) => Promise<unknown>,
): [shown: T, change: (changed: T) => void] {
  const [shown, show] = useOptimistic(value);
  const change = (changed: T) =>
    startTransition(async () => {
      show(changed);
      await send(changed);
    });
  return [shown, change];
}
