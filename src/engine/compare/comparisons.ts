/**
 * Compares every method that fits the pool, each at its own best scaling factor, on the pictures that were not chosen by. While
 * one goes on, what is in demand is the next model and nothing else (`search/trials.ts`); scores are kept by what they were
 * computed from, so that another run goes on where this one was stopped. Whatever else changes what is merged or scored stops it.
 */
import { CompatibilityError, ConfigError } from '../../errors';
import {
  bestFirst,
  COMPARE_SAMPLE,
  COMPARE_SHARE,
  type ComparedRow,
  compareModels,
  type HalfName,
} from '../../program/compare/compare';
import {
  comparisonEntries,
  type EntriesOf,
  type Entry,
  leftOut,
} from '../../program/compare/entries';
import type { ScoredTask } from '../../program/search/halves';
import type { Jobs } from '../jobs/jobs';
import { keyText } from '../scoring/keys';
import { ownTasks, withPictures } from '../scoring/looked-at';
import { choosingRows, reportedRows } from '../scoring/order';
import type { ColumnName } from '../scoring/plan';
import type { ScoringInputs, TaskInput } from '../scoring/readiness';
import type { Trials } from '../search/trials';
import { splitArguments, taskSplit } from '../tasks/split';
import { type EngineValue, scalingFactorOf } from '../value';
import type { ComparisonView } from './view';

export interface Comparisons {
  /** @throws ConfigError or CompatibilityError where there is nothing to compare, and what task arithmetic failed with */
  run(jobId: string): Promise<void>;
  /** Another value stands: a comparison that was about something else is over. */
  follow(): void;
  view(): ComparisonView | null;
  /** Ends what goes on. */
  close(): void;
}

export interface ComparisonsParts {
  readonly jobs: Jobs;
  readonly trials: Trials;
  readonly value: () => EngineValue;
  /** What stands to be scored, by task arithmetic, which takes any pool; null where nothing can be. */
  readonly inputs: () => ScoringInputs | null;
  /** Another row is there, or something else is being looked at. */
  readonly onChange: () => void;
  /** Class names of the methods that are compared; null for all that fit. */
  readonly names: readonly string[] | null;
}

/** What a comparison is about, for as long as that stands. */
interface Subject {
  /** With every task split. */
  readonly inputs: ScoringInputs;
  readonly entries: readonly Entry[];
  readonly halved: readonly string[];
  readonly leftOut: readonly string[];
  readonly rows: Readonly<Record<HalfName, ReadonlyMap<string, readonly number[]>>>;
  /** What must not change while it goes on, and what its table is about. */
  readonly standing: string;
  readonly about: string;
}

const LABEL = 'Comparing methods';

const COLUMNS: Readonly<Record<Entry['kind'], ColumnName>> = {
  method: 'merged',
  pretrained: 'pretrained',
  experts: 'expert',
  ensemble: 'ensemble',
};

export function createComparisons(parts: ComparisonsParts): Comparisons {
  const { jobs, trials, onChange } = parts;
  let subject: Subject | null = null;
  let running = false;
  let rows: readonly ComparedRow[] = [];
  let step: ComparisonView['step'] = null;
  let stopped = false;

  const compare = async (of: Subject, report: (share: number) => void): Promise<void> => {
    let resident = of.inputs;
    const outcome = await compareModels({
      entries: of.entries,
      tasks: of.inputs.tasks.map(({ name }) => name),
      sizes: {
        choosing: countOf(of.rows.choosing),
        reporting: countOf(of.rows.reporting),
        experts: of.inputs.experts.length,
      },
      score(entry, scalingFactor, half): Promise<readonly ScoredTask[] | null> {
        // What no method merges needs no other combination than the one that is there.
        if (entry.kind === 'method') resident = withMethod(of.inputs, entry);
        const column = COLUMNS[entry.kind];
        return trials.score({ inputs: resident, scalingFactor, rows: of.rows[half], column });
      },
      onStep({ title, row, scalingFactor, share }) {
        step = { title, row, scalingFactor };
        report(share);
      },
      onRows(made) {
        rows = made;
        onChange();
      },
    });
    stopped = outcome.stopped;
  };

  const begin = (): Subject => {
    const value = parts.value();
    const inputs = parts.inputs();
    if (!inputs || inputs.key.experts.length === 0) {
      throw new CompatibilityError(
        'There is nothing to compare yet: add a base, an expert and task images.',
      );
    }
    const halved = inputs.tasks.filter(({ split }) => !split).map(({ name }) => name);
    const split = { ...inputs, tasks: inputs.tasks.map(withSplit) };
    const own = ownTasks(
      inputs.key.experts.map(({ source }) => source),
      inputs.tasks,
    );
    const entriesOf: EntriesOf = {
      experts: inputs.experts.length,
      names: parts.names,
      inUse: { name: value.method.name, told: value.method.options },
      everyTaskHasExpert: inputs.tasks.every(({ expert }) => expert !== null),
      withoutTask: inputs.experts.flatMap(({ model }, place) => (own[place] ? [] : model.name)),
    };
    return {
      inputs: split,
      entries: comparisonEntries(entriesOf),
      halved,
      leftOut: leftOut(entriesOf),
      rows: {
        choosing: new Map(split.tasks.map((task) => [task.id, choosingRows(task, COMPARE_SAMPLE)])),
        reporting: new Map(split.tasks.map((task) => [task.id, reportedRows(task) ?? []])),
      },
      ...textsOf(value, inputs),
    };
  };

  const stop = (): void => {
    if (running) trials.stop();
  };

  return {
    async run(jobId) {
      trials.begin('A comparison');
      try {
        const mine = begin();
        subject = mine;
        running = true;
        rows = [];
        stopped = false;
        await jobs.run(jobId, LABEL, async (job) => {
          job.report(LABEL, 0);
          job.signal.addEventListener('abort', stop);
          await compare(mine, (share) => job.report(LABEL, share));
        });
      } catch (error) {
        subject = null;
        throw error;
      } finally {
        running = false;
        step = null;
        trials.end();
      }
    },
    follow() {
      if (!subject) return;
      const value = parts.value();
      const inputs = parts.inputs();
      const now = inputs && textsOf(value, inputs);
      if (running && (now?.standing !== subject.standing || value.stopped)) stop();
      if (now?.about !== subject.about) subject = null;
    },
    view() {
      if (!subject) return null;
      const { entries, halved, inputs, leftOut: left } = subject;
      const splits = inputs.tasks.flatMap(({ name, split }) =>
        split ? [[name, splitArguments(split)] as const] : [],
      );
      return {
        phase: running ? 'comparing' : 'done',
        stopped,
        rows: bestFirst(rows),
        of: entries.length,
        step,
        halved,
        leftOut: left,
        splits: Object.fromEntries(splits),
      };
    },
    close: stop,
  };
}

function withSplit(task: TaskInput): TaskInput {
  const split = task.split ?? taskSplit({ labels: task.labels, split: COMPARE_SHARE });
  if (split) return { ...task, split };
  throw new ConfigError(
    `${task.name} has too few pictures to set half of them apart to choose by. Add pictures, or exclude the task.`,
  );
}

function withMethod(
  { layers, ...inputs }: ScoringInputs,
  { method, options }: Extract<Entry, { readonly kind: 'method' }>,
): ScoringInputs {
  const key = { ...inputs.key, method: method.name, options };
  // The factors by layer that stand, where the method has any.
  const own = layers && method.kind === 'task vector' ? { layers } : {};
  const merged = { ...inputs, ...own, key, method: { method, options } };
  if (!method.needsPictures) return merged;
  // Of tasks that are split for this comparison: what is reported on is not looked at.
  const looking = withPictures(merged, inputs.tasks);
  if ('missing' in looking) throw new CompatibilityError(looking.missing);
  return { ...merged, ...looking };
}

function countOf(rows: ReadonlyMap<string, readonly number[]>): number {
  return [...rows.values()].reduce((sum, { length }) => sum + length, 0);
}

/** All that stands, and all of it but method and factor: the table is about each of them. */
function textsOf(
  value: EngineValue,
  { key, layers, tasks }: ScoringInputs,
): Pick<Subject, 'standing' | 'about'> {
  const { base, experts } = key;
  const about = [
    keyText({ base, experts, ...(layers && { layers }) }),
    tasks.map((task) => [
      keyText(task.key),
      task.split?.share,
      task.expert && keyText(task.expert.key),
    ]),
  ];
  const factor = scalingFactorOf(value);
  return {
    about: JSON.stringify(about),
    standing: JSON.stringify([...about, value.method, factor]),
  };
}
