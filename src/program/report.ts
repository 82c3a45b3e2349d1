/**
 * The report of a run: FusionBench's `program_report.json` (`taskpool/clip_vision/taskpool.py`, `evaluate`), and under
 * a key of our own what it lacks: sample counts, intervals, the recipe, the models it was compared with.
 */

import type { LayerFactors } from '../method/layers/factors';
import type { MethodOptions } from '../method/options';
import type { Classification } from '../taskpool/classification';
import type { Calibration } from '../taskpool/statistics/calibration';
import { mistakes } from '../taskpool/statistics/confusion';
import type { UnreadablePicture } from '../taskpool/unreadable';
import type { ComparedRow } from './compare/compare';
import type { LowRankReport } from './export/low-rank-report';
import type { RelationsReport } from './relations/relations';
import type { SearchOutcome } from './search/halves';
import type { Candidate, SearchPlan, TriedCandidate } from './search/search';

/** One model on one task. */
export interface TaskResult {
  readonly task: string;
  /** Images scored and images right. */
  readonly n: number;
  readonly correct: number;
  /** Images there are, where only a part of them was scored. */
  readonly available?: number;
  readonly accuracy: number;
  /** 95 % interval of the accuracy. */
  readonly interval: readonly [number, number];
  /** FusionBench's: cross-entropy, mean over batches, unweighted. */
  readonly loss: number | null;
  /** Mean cross-entropy over images. */
  readonly sampleLoss: number;
  readonly perClass: readonly {
    readonly classname: string;
    readonly n: number;
    readonly correct: number;
  }[];
  /** Beyond the accuracy. */
  readonly classification: NamedClassification;
  /** Of a task that is split: all else is of the images to report on, and this of those to choose by. */
  readonly choosing?: {
    readonly n: number;
    readonly correct: number;
    readonly accuracy: number;
    readonly interval: readonly [number, number];
  };
  /** Where there are any. */
  readonly unreadable?: readonly UnreadablePicture[];
}

/** What tables show of it. */
export type TaskScore = Pick<
  TaskResult,
  'task' | 'n' | 'available' | 'accuracy' | 'loss' | 'unreadable'
>;

/** Figures beyond the accuracy, with the names of the classes. */
export interface NamedClassification {
  /** Share of the images whose true class is among the five most probable. */
  readonly top5: number;
  /** Expected calibration error and the bins that it is a mean over. */
  readonly calibration: Calibration;
  /** What was taken for something else; most images first. */
  readonly mistakes: readonly {
    readonly label: string;
    readonly prediction: string;
    readonly images: number;
  }[];
}

export interface RecipeModel {
  readonly name: string;
  readonly weight: number;
  /** Of the weights file; null where it was not computed. */
  readonly sha256: string | null;
  /** Of all its files: what is left to know it by where the sum was not computed. */
  readonly bytes?: number;
  /** Which of several state dicts in that file, where it is not the one taken unasked: `KEY` of `FILE#KEY`. */
  readonly part?: string;
}

/** What was merged, and how: enough to do it again. */
export interface Recipe {
  readonly method: string;
  /** The method's options by FusionBench's names, without the scaling factor. */
  readonly options: MethodOptions;
  /** Null where the method has none. */
  readonly scalingFactor: number | null;
  /** By group of tensors or tensor; absent where all are 1. */
  readonly layers?: LayerFactors;
  readonly pretrained: RecipeModel;
  /** In the order of the sum. */
  readonly experts: readonly RecipeModel[];
  readonly programVersion: string;
}

/** A search for a scaling factor or weights: what it tried, and what its best is worth. */
export interface SearchReport extends SearchOutcome {
  readonly name: SearchPlan['name'];
  readonly before: Candidate;
  readonly best: Candidate;
  /** In the order in which they were tried. */
  readonly values: readonly TriedCandidate[];
  /** Arguments of FusionBench's `train_validation_split` by task: the part that is returned is reported on. */
  readonly splits: Readonly<Record<string, SplitArguments>>;
  /** The model before on the pictures to report on, task by task. */
  readonly reportingBefore?: readonly TaskResult[];
}

/** A comparison of methods: `compare/compare.ts` says what a row is. */
export interface ComparisonReport {
  readonly rows: readonly ComparedRow[];
  readonly splits: Readonly<Record<string, SplitArguments>>;
  /** There would have been more rows. */
  readonly stopped: boolean;
}

/** A merge that was pinned, and how the merged model compares with it. */
export interface PinReport {
  readonly name: string;
  readonly recipe: Omit<Recipe, 'programVersion'>;
  /** Names of its models that are not there any more; absent where all are. */
  readonly missing?: readonly string[];
  /** By task; absent where nothing is scored. */
  readonly tasks: Readonly<Record<string, PinScore>>;
  /** The unweighted mean over these tasks. */
  readonly average: Pick<PinScore, 'accuracy' | 'interval'> | null;
  /** Of the merged model less the pin, on the pictures that both were scored on. */
  readonly difference: {
    readonly tasks: Readonly<Record<string, PinDifference>>;
    readonly average: PinDifference | null;
  };
}

export interface PinScore {
  readonly n: number;
  readonly correct: number;
  /** Images there are, where only a part of them was scored. */
  readonly available?: number;
  readonly accuracy: number;
  /** 95 %. */
  readonly interval: readonly [number, number];
}

export interface PinDifference {
  readonly n: number;
  /** Accuracies on these images. */
  readonly pin: number;
  readonly merged: number;
  /** Images that only one of the two is right about, and those that they predict another class for. */
  readonly pinOnly: number;
  readonly mergedOnly: number;
  readonly differing: number;
  readonly difference: number;
  /** 95 %: `taskpool/statistics/paired.ts` says which. */
  readonly interval: readonly [number, number];
  /** Of McNemar's exact test. */
  readonly pValue: number;
}

export interface SplitArguments {
  readonly validation_fraction: number | null;
  readonly validation_size: number | null;
  readonly random_seed: number | null;
  readonly return_split: 'train' | 'val';
}

export interface ReportInput {
  readonly recipe: Recipe;
  /** Elements of the merged vision tower. */
  readonly parameters: number;
  readonly merged: readonly TaskResult[];
  readonly pretrained: readonly TaskResult[];
  /** Each task's own expert; `task` names the task. */
  readonly expert: readonly TaskResult[];
  /** What computed the numbers, for people. */
  readonly engine: string;
  readonly search?: SearchReport | undefined;
  readonly comparison?: ComparisonReport | undefined;
  readonly pins?: readonly PinReport[] | undefined;
  readonly relations?: RelationsReport | undefined;
  /** Of a model that was saved as a LoRA. */
  readonly lowRank?: LowRankReport | undefined;
}

export function namedClassification(
  { scored, top5, calibration, confusion }: Classification,
  classnames: readonly string[],
): NamedClassification {
  return {
    top5: top5 / scored,
    calibration,
    mistakes: mistakes(confusion).map(({ label, prediction, images }) => ({
      label: classnames[label] ?? '',
      prediction: classnames[prediction] ?? '',
      images,
    })),
  };
}

/** The key under which everything of ours stands, so that FusionBench's own keys stay its own. */
export const OWN_KEY = 'task_arithmetic_studio';

/** The key under which pictures that could not be read stand by task; there is none where all could. */
export const UNREADABLE_KEY = 'unreadable';

/** Builds the report; losses that are not known yet (scoring was stopped) are null. */
export function programReport(input: ReportInput): Record<string, unknown> {
  const { merged, parameters, recipe, engine } = input;
  return {
    model_info: {
      trainable_params: parameters,
      all_params: parameters,
      trainable_percentage: 1,
    },
    ...Object.fromEntries(
      merged.map(({ task, accuracy, loss }) => [task, { accuracy: Math.fround(accuracy), loss }]),
    ),
    // Without tasks the report is that of FusionBench's `DummyTaskPool`.
    ...(merged.length > 0 ? { average: average(merged) } : {}),
    ...unreadableByTask(merged),
    [OWN_KEY]: {
      recipe,
      engine,
      tasks: Object.fromEntries(merged.map((result) => [result.task, details(result)])),
      pretrained: Object.fromEntries(
        input.pretrained.map((result) => [result.task, details(result)]),
      ),
      expert: Object.fromEntries(input.expert.map((result) => [result.task, details(result)])),
      ...(input.search && { search: searchDetails(input.search) }),
      ...(input.comparison && { comparison: input.comparison }),
      ...(input.pins?.length && { pins: input.pins }),
      ...(input.relations && { relations: input.relations }),
      ...(input.lowRank && { lora: input.lowRank }),
    },
  };
}

function searchDetails({ reportingBefore, ...search }: SearchReport): Record<string, unknown> {
  return {
    ...search,
    ...(reportingBefore && {
      tasksBefore: Object.fromEntries(
        reportingBefore.map((result) => [result.task, details(result)]),
      ),
    }),
  };
}

/** torchmetrics computes in float32: rounded like it, the numbers are FusionBench's to the last digit. */
export function average(results: readonly Pick<TaskResult, 'accuracy' | 'loss'>[]): {
  readonly accuracy: number | null;
  readonly loss: number | null;
} {
  return {
    accuracy: mean(results.map(({ accuracy }) => Math.fround(accuracy))),
    loss: mean(results.map(({ loss }) => loss)),
  };
}

/** Nothing where a task has the key's name: its numbers come first, and the pictures stand with its details all the same. */
function unreadableByTask(results: readonly TaskResult[]): Record<string, unknown> {
  const found = results.filter(({ unreadable }) => unreadable !== undefined);
  if (found.length === 0 || results.some(({ task }) => task === UNREADABLE_KEY)) return {};
  return {
    [UNREADABLE_KEY]: Object.fromEntries(found.map(({ task, unreadable }) => [task, unreadable])),
  };
}

function details({ task: _, ...result }: TaskResult): Omit<TaskResult, 'task'> {
  return result;
}

/** Unweighted mean; null where there is nothing or something is missing. */
function mean(values: readonly (number | null)[]): number | null {
  let sum = 0;
  for (const value of values) {
    if (value === null) return null;
    sum += value;
  }
  return values.length === 0 ? null : sum / values.length;
}
