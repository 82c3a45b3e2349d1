/** Test support: turns that are given at once until they are held, and then one by one. */
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

export function createTurns(): Turns {
  let label: string | null = null;
  const held: ((error?: Error) => void)[] = [];
  const until = async (): Promise<(error?: Error) => void> => {
    for (let round = 0; round < 2000; round++) {
      const give = held.shift();
      if (give) return give;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    throw new Error(`nothing asks for a turn of ${label}`);
  };
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
      (await until())(error);
    },
    held: () => held.length,
  };
}
