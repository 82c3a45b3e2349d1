/** Commands on pins: merges that are kept, to be compared and gone back to. */
import { ConfigError } from '../../errors';
import { randomHex } from '../../storage/random-hex';
import type { Acting } from '../acting';
import type { StudioEngine } from '../api';
import { applyWanted } from '../pool/merge-commands';
import type { Sums } from '../pool/sums';
import type { Queue } from '../queue';
import type { ScoreBook } from '../scoring/book';
import type { EngineKind } from '../scoring/keys';
import type { State } from '../state';
import { addPin, editPins, pinOf, recipeOfPin, takePins } from './pin';
import { comparePins } from './pins';

export interface PinCommandsParts {
  readonly acting: Acting;
  readonly queue: Queue;
  readonly state: State;
  readonly sums: Sums;
  readonly book: ScoreBook;
  readonly kind: () => EngineKind;
}

export interface PinCommands
  extends Pick<StudioEngine, 'pin' | 'takePins' | 'editPins' | 'applyPin' | 'comparePins'> {}

export function createPinCommands(parts: PinCommandsParts): PinCommands {
  const { acting, queue, state, sums, book, kind } = parts;
  const { command, change, whenOpen } = acting;
  return {
    pin: whenOpen(async () => {
      // What is on screen now, whatever comes before its turn.
      const pin = pinOf(state.value(), randomHex());
      await change((records) => addPin(records, pin));
      return pin.id;
    }),

    takePins: whenOpen((pins) =>
      command(async () => {
        let left: readonly string[] = [];
        await queue.run(() =>
          state.change((records) => {
            const taken = takePins(records, pins, randomHex, sums.of);
            left = taken.left;
            return taken.records;
          }),
        );
        return left;
      }),
    ),

    editPins: whenOpen((edit) => change((records) => editPins(records, edit))),

    applyPin: whenOpen((id) =>
      command(async () => {
        const pin = state.value().pins.find((each) => each.id === id);
        if (!pin) throw new ConfigError('This pin is not there any more.');
        return applyWanted(recipeOfPin(pin), parts);
      }),
    ),

    comparePins: whenOpen(async (pair) => comparePins(state.value(), book, kind(), pair)),
  };
}
