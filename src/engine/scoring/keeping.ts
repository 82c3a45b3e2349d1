/**
 * Keeps scores in the library, by what they were computed from: after a reload, and in another tab, the same is not scored
 * again. A convenience: where the storage fails nothing is said, and scoring goes on.
 */
import * as v from 'valibot';
import { hashBlob } from '../../checkpoint/hash-blob';
import { optionValues } from '../../program/recipe';
import type { Library, ResultRequest } from '../../storage/types';
import { resumeTally, TALLY_BYTES_PER_IMAGE } from '../../taskpool/tally';
import { tallySchema } from '../../taskpool/tally-schema';
import { dependencies } from '../../version';
import type { ScoreBook } from './book';
import { itemsOf, type ScoreKey, scoreText } from './keys';
import type { Unit } from './plan';

export interface Keeping {
  /** Reads what is kept of these image sets into the book. */
  load(pictures: readonly string[]): Promise<void>;
  /** The unit's tally has grown: it is written soon. */
  grown(unit: Unit): void;
  /** These were looked at: they go last when room is made. */
  used(units: readonly Unit[]): Promise<void>;
  /** Writes what has grown now. */
  flush(): Promise<void>;
}

/** To be raised when scores change for the same key, or there is more to them: preprocessing, graphs, the way to the loss. */
const FORMAT = `3 onnxruntime-web ${dependencies['onnxruntime-web']}`;

/** Of scores with layer factors: versions that know none would take them for scores without. */
const LAYERS_FORMAT = `${FORMAT} layers`;

/** A tab that dies loses what it scored in so long; a tally of 10,000 pictures is 440 kB to write. */
const DELAY_MS = 1000;

const finite = v.pipe(v.number(), v.finite());
const files = v.union([v.string(), v.object({ item: v.string(), part: v.string() })]);
const source = v.object({ files, openedAgainst: v.nullable(files) });
const keySchema = v.object({
  engine: v.picklist(['cpu', 'webgpu']),
  weights: v.variant('kind', [
    v.object({ kind: v.literal('pretrained'), base: source }),
    v.object({
      kind: v.literal('merged'),
      combination: v.object({
        base: source,
        experts: v.array(v.object({ source, weight: finite })),
        method: v.string(),
        options: optionValues,
        looksAt: v.exactOptional(
          v.object({
            tasks: v.array(v.object({ pictures: v.string(), share: v.nullable(finite) })),
            prepared: v.exactOptional(source),
          }),
        ),
      }),
      scalingFactor: finite,
      layers: v.exactOptional(v.record(v.string(), finite)),
    }),
    v.object({ kind: v.literal('expert'), base: source, expert: source }),
    v.object({ kind: v.literal('ensemble'), base: source, experts: v.array(source) }),
  ]),
  task: v.object({
    pictures: v.string(),
    classnames: v.array(v.string()),
    templates: v.array(v.string()),
    donor: source,
  }),
});
const schema = v.pipe(
  v.object({ format: v.string(), key: keySchema, tally: tallySchema }),
  v.check(({ format, key }) => format === formatOf(key)),
);

export function createKeeping(library: Library, book: ScoreBook, onLoad: () => void): Keeping {
  const grown = new Map<string, Unit>();
  const used = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let writing: Promise<void> = Promise.resolve();

  const write = async (): Promise<void> => {
    const units = [...grown.values()];
    grown.clear();
    const results = await Promise.all(units.map((unit) => resultOf(unit, book)));
    const there = results.filter((result) => result !== null);
    if (there.length > 0) await library.putResults(there).catch(() => undefined);
  };

  const flush = (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    // One after the other: an older state of a tally must not come last.
    writing = writing.then(write);
    return writing;
  };

  return {
    async load(pictures) {
      const kept = await Promise.all(pictures.map((id) => library.getResults(id).catch(() => [])));
      for (const { value } of kept.flat()) {
        const parsed = v.safeParse(schema, value);
        if (parsed.success) book.take(parsed.output.key, resumeTally(parsed.output.tally));
      }
      onLoad();
    },
    grown(unit) {
      grown.set(unit.text, unit);
      timer ??= setTimeout(() => void flush(), DELAY_MS);
    },
    async used(units) {
      const fresh = units.filter(({ text }) => !used.has(text));
      const byPictures = new Map<string, string[]>();
      for (const { text, key } of fresh) {
        used.add(text);
        const names = byPictures.get(key.task.pictures) ?? [];
        names.push(await nameOf(key));
        byPictures.set(key.task.pictures, names);
      }
      for (const [pictures, names] of byPictures) {
        await library.touchResults(pictures, names).catch(() => undefined);
      }
    },
    flush,
  };
}

async function resultOf(unit: Unit, book: ScoreBook): Promise<ResultRequest | null> {
  const tally = book.find(unit);
  if (!tally) return null;
  const { key } = unit;
  const record = tally.record();
  return {
    owner: key.task.pictures,
    name: await nameOf(key),
    items: itemsOf(key),
    reach: tally.next,
    bytes: record.losses.length * TALLY_BYTES_PER_IMAGE + scoreText(key).length,
    value: { format: formatOf(key), key, tally: record },
  };
}

function formatOf({ weights }: ScoreKey): string {
  return weights.kind === 'merged' && weights.layers ? LAYERS_FORMAT : FORMAT;
}

/**
 * The digest of key and format: the text of a thousand classes would be a long name, and how far a tally of another format
 * has come counts for nothing.
 */
function nameOf(key: ScoreKey): Promise<string> {
  return hashBlob(new Blob([FORMAT, scoreText(key)]));
}
