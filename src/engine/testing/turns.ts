/** Test support: turns that are given at once until they are held, and then one by one; and waiting for what comes of it. */
import type { Turn } from './world';

export interface Turns {
  readonly turn: Turn;
  /** Holds what asks for a turn of that label from now on. */
  hold(label: string): void;
  /** Gives every turn that is held, and all after. */
  release(): void;
  /** Resolves when a turn is held, and gives it: with an error, that is what becomes of it. */
  next(error?: Error): Promise<void>;
  /** Turns that are held now. */
  held(): number;
}

/** Counted, not timed: on a busy machine all that is waited for is as slow as the waiting. */
const ROUNDS = 2000;

/** Resolves when `passes` throws no more. */
export async function until(passes: () => void): Promise<void> {
  for (let round = 0; ; round++) {
    try {
      passes();
      return;
    } catch (error) {
      if (round === ROUNDS) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

export function createTurns(): Turns {
  let label: string | null = null;
  const held: ((error?: Error) => void)[] = [];
  return {
    turn: (asked) =>
      asked !== label
        ? Promise.resolve()
        : new Promise((resolve, reject) => {
            held.push((error) => (error ? reject(error) : resolve()));
          }),
    hold(next) {
      label = next;
    },
    release() {
      label = null;
      for (const give of held.splice(0)) give();
    },
    async next(error) {
      await until(() => {
        if (held.length === 0) throw new Error(`Nothing asks for a turn of ${label}.`);
      });
      held.shift()?.(error);
    },
    held: () => held.length,
  };
}
