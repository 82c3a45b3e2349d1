/**
 * The picture that best shows what the scaling factor does, from what is scored by now: one that the pretrained model misses, that
 * turns right as the factor rises and wrong again beyond. Pure.
 */
import type { Tally } from '../../taskpool/tally';
import type { ScoreBook } from '../scoring/book';
import { type EngineKind, keyText } from '../scoring/keys';
import { reportedRows } from '../scoring/order';
import { type Demand, mergedColumn, pretrainedColumn, type Unit } from '../scoring/plan';
import type { TaskInput } from '../scoring/readiness';
import type { PictureGuess, PicturePlace, PictureStory, StoryKind } from './types';

type Merge = Pick<Demand, 'inputs'>;

/** The best first. */
const KINDS: readonly StoryKind[] = ['turns', 'gained', 'lost'];
/** Where an expert's task vector is taken away, its own tasks are to be lost. */
const KINDS_OF_FORGETTING: readonly StoryKind[] = ['lost', 'turns', 'gained'];

/** What each model made of the pictures of a task. */
interface Scored {
  readonly task: TaskInput;
  readonly pretrained: Tally;
  /** At scaling factors above 0, ascending. */
  readonly merged: readonly { readonly scalingFactor: number; readonly tally: Tally }[];
}

interface Found {
  readonly scored: Scored;
  readonly row: number;
  readonly kind: StoryKind;
  /** Better first. */
  readonly rank: number;
  /** How sure the models are of what they say: their least probability. */
  readonly sure: number;
}

/**
 * @param before - the picture that was told of last: it stays where there is none of a better kind
 * @returns null where no picture is right with one model and wrong with the other
 */
export function pictureStory(
  book: ScoreBook,
  { inputs }: Merge,
  engine: EngineKind,
  before: PicturePlace | null,
): PictureStory | null {
  const forgotten = forgottenTasks(inputs);
  const kinds = forgotten.size > 0 ? KINDS_OF_FORGETTING : KINDS;
  const all = scoredTasks(book, inputs, engine);
  const told = forgotten.size > 0 ? all.filter(({ task }) => forgotten.has(task.id)) : all;
  let best: Found | null = null;
  let kept: Found | null = null;
  for (const scored of told) {
    for (const row of reportedRows(scored.task) ?? scored.task.labels.keys()) {
      const kind = kindOf(scored, row);
      if (kind === null) continue;
      const rank = kinds.indexOf(kind);
      if (before?.taskId === scored.task.id && before.index === row) {
        kept = { scored, row, kind, rank, sure: 0 };
      }
      if (best && rank > best.rank) continue;
      const sure = surenessOf(scored, row);
      if (!best || rank < best.rank || sure > best.sure) best = { scored, row, kind, rank, sure };
    }
  }
  if (!best) return null;
  return storyOf(kept && kept.rank <= best.rank ? kept : best);
}

/** Tasks whose own expert is taken away. */
function forgottenTasks({ key, tasks }: Demand['inputs']): ReadonlySet<string> {
  const negative = new Set(
    key.experts.flatMap(({ source, weight }) => (weight < 0 ? [keyText(source)] : [])),
  );
  return new Set(
    tasks.flatMap(({ id, expert }) => (expert && negative.has(keyText(expert.key)) ? [id] : [])),
  );
}

function scoredTasks(book: ScoreBook, inputs: Demand['inputs'], engine: EngineKind): Scored[] {
  if (inputs.experts.length === 0) return [];
  const of = (units: readonly Unit[], { id }: TaskInput) => {
    const unit = units.find(({ task }) => task.id === id);
    return unit && book.find(unit);
  };
  const base = pretrainedColumn(inputs, engine);
  const columns = book
    .visited(engine, inputs)
    .filter((scalingFactor) => scalingFactor > 0)
    .map((scalingFactor) => ({
      scalingFactor,
      units: mergedColumn(inputs, engine, scalingFactor),
    }));
  return inputs.tasks.flatMap((task): Scored[] => {
    const pretrained = of(base, task);
    const merged = columns.flatMap(({ scalingFactor, units }) => {
      const tally = of(units, task);
      return tally ? [{ scalingFactor, tally }] : [];
    });
    return pretrained && merged.length > 0 ? [{ task, pretrained, merged }] : [];
  });
}

/** Null where the verdict does not change, or comes and goes. */
function kindOf({ task, pretrained, merged }: Scored, row: number): StoryKind | null {
  const label = task.labels[row];
  const first = pretrained.predictions[row] ?? -1;
  if (first < 0) return null;
  const verdicts: boolean[] = [];
  for (const { tally } of merged) {
    const prediction = tally.predictions[row] ?? -1;
    if (prediction >= 0) verdicts.push(prediction === label);
  }
  let turns = 0;
  let last = first === label;
  for (const verdict of verdicts) {
    if (verdict !== last) turns++;
    last = verdict;
  }
  if (turns === 1) return first === label ? 'lost' : 'gained';
  return turns === 2 && first !== label ? 'turns' : null;
}

function surenessOf({ pretrained, merged }: Scored, row: number): number {
  const tallies = [pretrained, ...merged.map(({ tally }) => tally)];
  return Math.min(...tallies.map((tally) => tally.top(row)[0]?.probability ?? 1));
}

function storyOf({ scored: { task, pretrained, merged }, row, kind }: Found): PictureStory {
  const label = task.labels[row] ?? -1;
  const guessOf = (tally: Tally): PictureGuess => {
    const top = tally.top(row);
    return { top, right: top[0]?.label === label };
  };
  return {
    taskId: task.id,
    index: row,
    label,
    kind,
    pretrained: guessOf(pretrained),
    merged: merged.flatMap(({ scalingFactor, tally }) =>
      (tally.predictions[row] ?? -1) >= 0 ? [{ scalingFactor, guess: guessOf(tally) }] : [],
    ),
  };
}
