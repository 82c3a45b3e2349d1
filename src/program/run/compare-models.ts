/** A configuration's comparison: every method that fits its pool, on both halves of its tasks, scores kept for the next command. */
import type { LayerFactors } from '../../method/layers/factors';
import { namedPlace } from '../../modelpool/same-name';
import type { TensorBuffer } from '../../runtime/types';
import { version } from '../../version';
import { bestFirst, type ComparedRow, compareModels, type HalfName } from '../compare/compare';
import {
  comparisonEntries,
  type EntriesOf,
  type Entry,
  leftOut,
  type MethodEntry,
} from '../compare/entries';
import { comparedProblems } from '../config/program/compare';
import { poolNames } from '../config/program/modelpool';
import type { CompareConfig, ModelPoolConfig } from '../config/program/types';
import type { ComparisonReport } from '../report';
import type { RunnableMethod } from './method-choice';
import type { OpenedPool } from './open-models-node';
import { filesText } from './score-folder-node';
import type { KeptModel } from './scorer';
import { type SearchHalves, scoredTask, splitsOf } from './search-models';

type Weights = ReadonlyMap<string, TensorBuffer>;

export interface CompareParts {
  readonly modelpool: ModelPoolConfig;
  /** The pool of the methods that take the base and experts. */
  readonly opened: OpenedPool;
  readonly configured: RunnableMethod | null;
  readonly seed: number | null;
  readonly halves: SearchHalves;
  /** Combines where it has to, and brings the merged weights into place. */
  merged(method: RunnableMethod): Promise<Weights>;
  /** The base's weights, and the place for an expert's own: those of what was combined last, as long as nothing else is. */
  pretrained(last: RunnableMethod): Promise<Weights>;
  own(expert: number, last: RunnableMethod): Promise<Weights>;
  /** What people are to know. */
  note(sentence: string): void;
  /** All rows so far. */
  onRows(rows: readonly ComparedRow[]): Promise<void>;
}

/** @throws as `compareModels` and `OpenedTaskPool.evaluateKept` */
export async function comparePool(
  { methods: names }: CompareConfig,
  parts: CompareParts,
): Promise<ComparisonReport> {
  const { modelpool, opened, configured, halves } = parts;
  const { experts } = opened.pool;
  const named = poolNames(modelpool);
  const taskNames = halves.reporting.tasks.map(({ name }) => name);
  const expertOf = (task: string) =>
    namedPlace(
      task,
      experts.map(({ model }) => model.name),
    );
  const owned = new Set(taskNames.map(expertOf));
  const entriesOf: EntriesOf = {
    experts: experts.length,
    names,
    inUse: configured && { name: configured.method.name, told: configured.options },
    fits: (method) => comparedProblems(method, named).length === 0,
    seed: parts.seed,
    everyTaskHasExpert: !owned.has(-1),
    withoutTask: experts.flatMap(({ model }, place) => (owned.has(place) ? [] : model.name)),
  };
  const entries = comparisonEntries(entriesOf);
  for (const sentence of leftOut(entriesOf)) parts.note(sentence);
  const keys = poolKeys(opened);
  let last: RunnableMethod | null = null;

  const modelOf = (entry: Entry, scalingFactor: number): ((task: string) => KeptModel) => {
    if (entry.kind === 'method') {
      const runnable = { ...runnableOf(entry, configured?.layers), scalingFactor };
      // Whatever comes next and merges nothing makes do with what this one leaves.
      last = runnable;
      return each(keys.merged(runnable), () => parts.merged(runnable));
    }
    const beside = last ?? runnableOf(firstMethod(entries));
    const own = experts.map((_, i) => () => parts.own(i, beside));
    if (entry.kind === 'pretrained') return each(keys.pretrained, () => parts.pretrained(beside));
    if (entry.kind === 'ensemble') return each(keys.ensemble, async () => own);
    return (task) => ({
      key: keys.expert(expertOf(task)),
      place: () => parts.own(expertOf(task), beside),
    });
  };

  const count = (half: HalfName) =>
    halves[half].tasks.reduce((sum, { rows }) => sum + rows.length, 0);
  let what = '';
  const { rows } = await compareModels({
    entries,
    tasks: taskNames,
    sizes: {
      choosing: count('choosing'),
      reporting: count('reporting'),
      experts: experts.length,
    },
    async score(entry, scalingFactor, half) {
      const doing = half === 'choosing' ? what : `${what}, reporting`;
      const { tasks } = await halves[half].evaluateKept(modelOf(entry, scalingFactor), doing);
      return tasks.map(scoredTask);
    },
    onStep({ title, row, of, scalingFactor }) {
      const factor = scalingFactor === null ? '' : ` at ${scalingFactor}`;
      what = `${row} of ${of}, ${title}${factor}`;
    },
    onRows: parts.onRows,
  });
  return { rows: bestFirst(rows), splits: splitsOf(halves.reporting), stopped: false };
}

function firstMethod(entries: readonly Entry[]): MethodEntry {
  const [first] = entries;
  if (first?.kind !== 'method') throw new RangeError('a comparison begins with task arithmetic');
  return first;
}

/** With the factors by layer that the configuration asks for, where the method yields a task vector. */
function runnableOf({ method, options }: MethodEntry, layers?: LayerFactors): RunnableMethod {
  const own = layers && method.kind === 'task vector' ? { layers } : {};
  return { method, options, scalingFactor: 1, ...own };
}

/** The same model for all tasks, placed once. */
function each(key: string | null, place: KeptModel['place']): (task: string) => KeptModel {
  let placed: ReturnType<KeptModel['place']> | undefined;
  const model: KeptModel = {
    key,
    place: () => {
      placed ??= place();
      return placed;
    },
  };
  return () => model;
}

/** By what the pool's models are known again in another command: their files, parts and weights. */
export function poolKeys({ pool, sources }: OpenedPool) {
  const keyOf = ({ name, checkpoint }: OpenedPool['pool']['pretrained']): string | null => {
    const files = filesText(sources.get(name) ?? []);
    return files && JSON.stringify([files, checkpoint.part]);
  };
  const base = keyOf(pool.pretrained);
  const experts = pool.experts.map(({ model }) => keyOf(model));
  const known = base !== null && experts.every((key) => key !== null);
  /** Another version may combine otherwise. */
  const text = (...key: readonly unknown[]) =>
    known ? JSON.stringify([version, base, ...key]) : null;
  return {
    pretrained: text('pretrained'),
    ensemble: text('ensemble', experts),
    expert: (place: number) => text('expert', experts[place]),
    merged: ({ method, options, scalingFactor, layers }: RunnableMethod) =>
      // Which pictures a method looked at is not in the key.
      method.needsPictures
        ? null
        : text(
            'merged',
            experts,
            pool.experts.map(({ weight }) => weight),
            method.name,
            options,
            scalingFactor,
            ...(layers ? [layers] : []),
          ),
  };
}
