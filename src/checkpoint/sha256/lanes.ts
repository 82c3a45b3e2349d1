/**
 * Hashing side by side in one thread: whoever hashes takes a lane and hands in pieces; once all have, the pieces go through the
 * kernel together, which takes about the time of two.
 */
import { type AdvanceStreams, BLOCK_BYTES, fourStreams, STREAMS } from './four-streams';

export interface Lane {
  /**
   * Takes the first bytes of `piece`, a block at least, into `state`, as hash-wasm saves it, which it overwrites; both have to stay
   * as they are meanwhile.
   * @returns how many bytes: 0 for whoever is alone
   */
  advance(state: Uint8Array, piece: Uint8Array): Promise<number>;
  /** The others wait for it no longer. */
  leave(): void;
}

export interface Lanes {
  /** Null where all are taken, or there is no kernel. */
  join(): Lane | null;
}

interface Waiting {
  readonly state: Uint8Array;
  readonly piece: Uint8Array;
  readonly done: (bytes: number) => void;
  readonly failed: (error: unknown) => void;
}

export function createLanes(advance: AdvanceStreams | null = fourStreams()): Lanes {
  const members = new Map<symbol, Waiting | null>();

  const goOn = (): void => {
    const waiting = [...members.values()].filter((one) => one !== null);
    if (!advance || waiting.length < members.size || waiting.length === 0) return;
    const shortest = Math.min(...waiting.map(({ piece }) => piece.length));
    const length = waiting.length === 1 ? 0 : shortest - (shortest % BLOCK_BYTES);
    for (const id of members.keys()) members.set(id, null);
    try {
      if (length > 0) {
        advance(
          waiting.map(({ state }) => state),
          waiting.map(({ piece }) => piece.subarray(0, length)),
        );
      }
      for (const { done } of waiting) done(length);
    } catch (error) {
      for (const { failed } of waiting) failed(error);
    }
  };

  return {
    join() {
      if (!advance || members.size === STREAMS) return null;
      const id = Symbol('lane');
      members.set(id, null);
      return {
        advance: (state, piece) =>
          new Promise((done, failed) => {
            members.set(id, { state, piece, done, failed });
            goOn();
          }),
        leave() {
          members.delete(id);
          goOn();
        },
      };
    },
  };
}
