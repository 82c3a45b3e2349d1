/** Test support: what became of one image. */
import type { Classified } from '../classify';

/** As sure as can be: all that is not said of it. */
export function classified(
  prediction: number,
  loss: number,
  more: Partial<Classified> = {},
): Classified {
  return { prediction, loss, confidence: 1, margin: 1, rank: 0, ...more };
}
