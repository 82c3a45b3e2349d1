/** Test support: what became of one image. */
import type { Classified } from '../classify';

/** As sure as can be: all that is not said of it. */
export function classified(
  prediction: number,
  loss: number,
  more: Partial<Classified> = {},
): Classified {
  return { prediction, loss, rank: 0, top: [{ label: prediction, probability: 1 }], ...more };
}
