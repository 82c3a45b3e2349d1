/** The book of scores: every tally that was begun or read back, by what it was computed from, so that nothing is scored twice. */
import type { LayerFactors } from '../../method/layers/factors';
import {
  createTally,
  TALLY_BYTES_PER_IMAGE,
  type Tally,
  type UnreadableImage,
} from '../../taskpool/tally';
import { type CombinationKey, curveText, type EngineKind, type ScoreKey, scoreText } from './keys';
import type { Unit } from './plan';
import type { MergeInputs } from './readiness';

/** Twice what the library keeps; a score of 1,000 pictures takes 44 kB. The oldest go first. */
const LIMIT_BYTES = 64 * 2 ** 20;

/** What all points of a curve have in common. */
type Curve = Pick<MergeInputs, 'key' | 'layers'>;

export interface ScoreBook {
  find(unit: Unit): Tally | undefined;
  /** The unit's tally, begun where there is none. */
  open(unit: Unit): Tally;
  /** Keeps what is known of these units, however large it is, until the next call; a demand must not forget itself. */
  hold(units: Iterable<Unit>): void;
  /** The same of what is not in demand. */
  keep(units: Iterable<Unit>): void;
  /** Takes in a tally that was made elsewhere, unless its own is as far. */
  take(key: ScoreKey, tally: Tally): void;
  /** Scaling factors that were begun with this combination and these layer factors, ascending. */
  visited(engine: EngineKind, merge: Curve): number[];
  /** Pictures of an image set that some model could not be scored on, by index. */
  unreadable(pictures: string): UnreadableImage[];
}

interface Entry {
  readonly key: ScoreKey;
  readonly tally: Tally;
}

export function createScoreBook(limitBytes: number = LIMIT_BYTES): ScoreBook {
  const entries = new Map<string, Entry>();
  /** Scaling factors by engine, combination and layer factors; how many tallies each has. */
  const factors = new Map<string, Map<number, number>>();
  let held: ReadonlySet<string> = new Set();
  let kept: ReadonlySet<string> = new Set();
  let bytes = 0;

  const count = ({ engine, weights }: ScoreKey, change: 1 | -1): void => {
    if (weights.kind !== 'merged') return;
    const curve = curveOf(engine, weights.combination, weights.layers);
    const values = factors.get(curve) ?? new Map<number, number>();
    const left = (values.get(weights.scalingFactor) ?? 0) + change;
    if (left > 0) values.set(weights.scalingFactor, left);
    else values.delete(weights.scalingFactor);
    if (values.size > 0) factors.set(curve, values);
    else factors.delete(curve);
  };

  const drop = (text: string): void => {
    const entry = entries.get(text);
    if (!entry) return;
    entries.delete(text);
    bytes -= bytesOf(entry.tally);
    count(entry.key, -1);
  };

  const put = (text: string, entry: Entry): void => {
    drop(text);
    entries.set(text, entry);
    bytes += bytesOf(entry.tally);
    count(entry.key, 1);
    for (const oldest of entries.keys()) {
      if (bytes <= limitBytes || oldest === text) break;
      if (!held.has(oldest) && !kept.has(oldest)) drop(oldest);
    }
  };

  return {
    find: ({ text }) => entries.get(text)?.tally,
    open({ text, key, task }) {
      const known = entries.get(text)?.tally;
      if (known) return known;
      const tally = createTally(task.images.length, key.task.classnames.length);
      put(text, { key, tally });
      return tally;
    },
    hold(units) {
      held = new Set(Array.from(units, ({ text }) => text));
    },
    keep(units) {
      kept = new Set(Array.from(units, ({ text }) => text));
    },
    take(key, tally) {
      const text = scoreText(key);
      const known = entries.get(text)?.tally;
      if (!known || known.next < tally.next) put(text, { key, tally });
    },
    visited: (engine, { key, layers }) =>
      [...(factors.get(curveOf(engine, key, layers))?.keys() ?? [])].sort((a, b) => a - b),
    unreadable(pictures) {
      const found = new Map<number, UnreadableImage>();
      for (const { key, tally } of entries.values()) {
        if (key.task.pictures !== pictures) continue;
        for (const image of tally.unreadable) found.set(image.index, image);
      }
      return [...found.values()].sort((a, b) => a.index - b.index);
    },
  };
}

function curveOf(
  engine: EngineKind,
  combination: CombinationKey,
  layers: LayerFactors | undefined,
): string {
  return `${engine} ${curveText(combination, layers)}`;
}

function bytesOf({ predictions }: Tally): number {
  return predictions.length * TALLY_BYTES_PER_IMAGE;
}
