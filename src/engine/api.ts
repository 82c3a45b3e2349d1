/**
 * What crosses the thread boundary, and nothing else does: the page sends coarse commands, the engine's worker answers
 * with outcomes and pushes whole snapshots. The engine is the one owner of library, pool, tasks and scores; the page
 * mirrors. Everything here is structured-cloneable.
 */

import type { LayerFactors } from '../method/layers/factors';
import type { LayerPreset } from '../method/layers/presets';
import type {
  AnotherMethodOption,
  ChosenMethod,
  FactorOption,
  MethodOption,
  OptionValue,
} from '../method/options';
import type { MatrixRelations, Spectrum } from '../method/relations/matrix-relations';
import type { Finding, Severity } from '../modelpool/types';
import type { ExportFormat } from '../program/export/formats';
import type {
  DirectionRelations,
  LayerRow,
  Meaning,
  VectorRelations,
} from '../program/relations/relations';
import type { DirectionTables, TableFile, VectorTables } from '../program/relations/tables';
import type { UnreadablePicture } from '../taskpool/unreadable';
import type { ComparisonView } from './compare/view';
import type { PicturePlace, PictureQuery, PictureStory, TaskInsight } from './insight/types';
import type { MergeOutcome, MergeSettings, NamedMerge } from './merge-types';
import type { NamedPin, Pair, PairComparison, PinEdit, PinView } from './pins/types';
import type { AverageScore, HalfScore, Interval } from './score-types';
import type { SearchName, SearchView } from './search/view';
import type { SplitShare, TaskSplitView } from './tasks/split-share';
import type { TriedPicture, TriedView } from './try-picture/types';

export type {
  ComparedModel,
  ModelInsight,
  PairGroup,
  PairName,
  PictureGroup,
  PictureGuess,
  PicturePlace,
  PictureQuery,
  PictureStory,
  PictureView,
  StoryKind,
  TaskInsight,
} from './insight/types';
export type { TriedAnswer, TriedClasses, TriedPicture, TriedView } from './try-picture/types';

/** A file as dropped or chosen, with its path inside the dropped folder (`/`-separated; a bare name for a lone file). */
export interface DroppedFile {
  readonly path: string;
  readonly file: File;
}

/** Where something in the library came from: the built-in demo can be hidden and brought back as one. */
export type Origin = 'user' | 'demo';

export type { NamedModel } from './merge-types';
export type {
  NamedPin,
  Pair,
  PairComparison,
  PairDifference,
  PairSide,
  Pin,
  PinEdit,
  PinView,
} from './pins/types';
export type {
  AnotherMethodOption,
  AverageScore,
  ChosenMethod,
  ComparisonView,
  FactorOption,
  Finding,
  HalfScore,
  Interval,
  LayerFactors,
  LayerPreset,
  LayerRow,
  MatrixRelations,
  Meaning,
  MergeOutcome,
  MergeSettings,
  MethodOption,
  NamedMerge,
  OptionValue,
  SearchName,
  SearchView,
  Severity,
  Spectrum,
  SplitShare,
  TableFile,
  TaskSplitView,
};

/** A model of the pool. */
export interface ModelView {
  readonly id: string;
  /** Name in the pool; the base is called `_pretrained_` by programs, and this by people. */
  readonly name: string;
  readonly origin: Origin;
  /** Of a repository of the Hub: `organisation/name@commit/path` of its weights. */
  readonly source?: string;
  readonly role: 'base' | 'expert';
  /** Excluded experts stay in the library and out of the merge. */
  readonly included: boolean;
  /** The expert's weight in the sum, 1 unless set; 1 for the base. */
  readonly weight: number;
  /** Bytes on disk, all files. */
  readonly bytes: number;
  readonly architecture: string;
  /** E.g. `ViT-B/32 · 768 × 12 · patch 32 · 224 px`. */
  readonly geometry: string;
  /** Element types in the file, e.g. `F32` or `F16, I64`. */
  readonly dtypes: string;
  /** Tensors that take part in the merge. */
  readonly mergedTensors: number;
  /** Can it give the text tower (a full CLIP with its tokenizer)? */
  readonly hasTextTower: boolean;
  /** `‖τ‖ / ‖θ₀‖` of the included expert, once the task vector has been computed. */
  readonly relativeNorm?: number;
  /** SHA-256 of the weights file, once known. */
  readonly sha256?: string;
  /** Of several state dicts in its file the one that is taken, and what can be; absent where there is no choice. */
  readonly parts?: {
    readonly taken: string;
    /** Null for what the file gives unasked. */
    readonly choices: readonly (string | null)[];
  };
  /** The weights file's own metadata, e.g. the recipe of a merged model. */
  readonly metadata: readonly (readonly [key: string, value: string])[];
  readonly assumptions: readonly string[];
  readonly findings: readonly Finding[];
}

export interface PoolView {
  /** Base first, then the experts in the order of the sum. */
  readonly models: readonly ModelView[];
  readonly findings: readonly Finding[];
  /** A base and at least one included expert, and no error among the findings. */
  readonly mergeable: boolean;
}

/** A method that can be chosen. */
export interface MethodSummary {
  /** FusionBench's class name. */
  readonly name: string;
  readonly title: string;
  readonly summary: string;
}

/** The method in force, and its options with the values that hold. */
export interface MethodView extends MethodSummary {
  /** False for averages: the slider has nothing to move. */
  readonly hasScalingFactor: boolean;
  /** Up to where its scaling factor is worth trying, where that is beyond the usual. */
  readonly reach?: number | undefined;
  /** Why it cannot merge the pool as it is, and what to do. */
  readonly refusal: string | null;
  /** All but the scaling factor, which is the slider's. */
  readonly options: readonly { readonly option: MethodOption; readonly value: OptionValue }[];
}

/** Factors by layer, between method and scaling factor. */
export interface LayersView {
  /** Blocks of the base's vision tower; 0 while there is none. */
  readonly depth: number;
  /** Of every group of the base: `embeddings`, `layers.0.attention`, `layers.0.mlp`, `layers.0.norms`, ..., `post`. */
  readonly groups: LayerFactors;
  /** By group the names of the tensors whose factor is another than its. */
  readonly own: Readonly<Record<string, readonly string[]>>;
  /** Which preset they are; null where none. */
  readonly preset: LayerPreset | null;
}

export interface TaskView {
  readonly id: string;
  readonly name: string;
  readonly origin: Origin;
  /** Of a data set of the Hub: `organisation/name@commit/path` of its folder or its first file. */
  readonly source?: string;
  readonly included: boolean;
  /** Editable: the names that fill the templates, in label order. */
  readonly classnames: readonly string[];
  /** Editable: prompts with `{}` for the class name. */
  readonly templates: readonly string[];
  readonly imageCount: number;
  /** Images per class, in label order. */
  readonly classCounts: readonly number[];
  /** Name of the task's own expert (chosen, or found by the name), or null. */
  readonly expert: string | null;
  /** Id of the model that was chosen as that; null where the name decides. */
  readonly chosenExpert: string | null;
  /** Pictures found so far that cannot be read; they are in no number. */
  readonly unreadable: readonly UnreadablePicture[];
  /** Null where all of its pictures are reported on. */
  readonly split: TaskSplitView | null;
  readonly findings: readonly Finding[];
}

export type EngineChoice = 'auto' | 'webgpu' | 'cpu';

export interface EngineView {
  readonly choice: EngineChoice;
  /** What computes now; null while it is being made. */
  readonly active: 'webgpu' | 'cpu' | null;
  /** Why, one sentence. */
  readonly reason: string;
  readonly adapter: string | null;
  readonly threads: number;
  /** Self-test verdict; null while unknown. */
  readonly exact: boolean | null;
  readonly exactDetail: string;
}

export interface StorageView {
  /** Bytes that this library holds. */
  readonly used: number;
  /** Bytes that the browser still grants, if it says. */
  readonly available: number | null;
  /** This browser stores no files: what is opened is held in memory. */
  readonly inMemory?: boolean;
}

export interface TaskScore {
  readonly taskId: string;
  /** Images scored so far and in all. */
  readonly scored: number;
  readonly total: number;
  readonly correct: number;
  /** `correct / scored`, top-1, 0..1. */
  readonly accuracy: number;
  readonly interval: Interval;
  /** FusionBench's loss (batches of 128, unweighted); null until all images are scored. */
  readonly loss: number | null;
  /** Mean cross-entropy over samples scored so far. */
  readonly sampleLoss: number;
  /** Per class in label order: images scored, images right. */
  readonly perClass: readonly { readonly scored: number; readonly correct: number }[];
  /** Of a task that is split: all of the above is of the pictures to report on, and this of those to choose by. */
  readonly choosing?: HalfScore;
}

/** One column of the table "Accuracy by task". */
export interface ScoreColumn {
  /** By task id; absent where nothing is scored (yet), or where a task has no own expert. */
  readonly tasks: Readonly<Record<string, TaskScore>>;
  readonly average: AverageScore | null;
  /** The mean over the same tasks on the pictures to choose by; absent unless each of them is split. */
  readonly choosing?: AverageScore;
}

/** The merged model's accuracy less the pretrained one's, both on the very same pictures. */
export interface ScoreChange {
  /** -1..1. */
  readonly accuracy: number;
  /** How many pictures those are. */
  readonly pictures: number;
  /** These are all there are; until then it is provisional. */
  readonly complete: boolean;
}

export interface ScoreChanges {
  /** By task id; absent while the two have no picture in common. */
  readonly tasks: Readonly<Record<string, ScoreChange>>;
  /** Unweighted mean over the tasks of the merged column; null until each of them has its change. */
  readonly average: ScoreChange | null;
}

/** The curve on a part of the pictures, the same for all of its points. */
export interface CurveSample {
  /** How many pictures those are, of all tasks together. */
  readonly pictures: number;
  /** Ascending. */
  readonly points: readonly { readonly scalingFactor: number; readonly accuracy: number }[];
}

/** A point of the plot of accuracy over scaling factor. */
export interface CurvePoint {
  readonly scalingFactor: number;
  readonly average: AverageScore;
  /** Its average on the pictures to choose by, where every task is split. */
  readonly choosing?: AverageScore;
  /** Accuracy by task id. */
  readonly tasks: Readonly<Record<string, number>>;
}

/** A value that was looked at and that some pictures are still missing of. */
export interface OpenPoint {
  readonly scalingFactor: number;
  /** Unweighted mean over all tasks, of the pictures scored so far. */
  readonly accuracy: number;
  readonly interval: Interval;
  /** Pictures scored so far and in all, of all tasks together. */
  readonly pictures: number;
  readonly of: number;
}

export interface ScoreBoard {
  readonly pretrained: ScoreColumn;
  readonly merged: ScoreColumn;
  readonly expert: ScoreColumn;
  readonly change: ScoreChanges;
  /** Completed points only, ascending. */
  readonly curve: readonly CurvePoint[];
  /** Values other than the one on screen that are not complete, ascending. */
  readonly open: readonly OpenPoint[];
  /** What a sweep saw of values that are not complete, with those that are; null where there are none. */
  readonly sample: CurveSample | null;
  /** Values of the sweep: those of which the sample is scored, those that are done, all. */
  readonly sweep: {
    readonly sampled: number;
    readonly done: number;
    readonly of: number;
    /** Of each task so many pictures are scored, or all where there are fewer; null for all. */
    readonly pictures: number | null;
  } | null;
  /** `complete` means every column is: nothing else does. */
  readonly phase: 'idle' | 'preparing' | 'scoring' | 'complete' | 'stopped' | 'failed';
  /** Text of the status line. When complete: `Scored N of N images`. */
  readonly status: string;
  /** Whole seconds until what the status line speaks of is done; null while it cannot be told. */
  readonly secondsLeft: number | null;
  /** Images of the merged column scored so far, and in all. */
  readonly scored: number;
  readonly total: number;
  /** What stopped it, for people, when `failed`. */
  readonly failure: string | null;
}

/** A long-running command that can be stopped. */
export interface JobView {
  readonly id: string;
  readonly label: string;
  /** 0..1, or null while it cannot be told. */
  readonly progress: number | null;
  /** Whole seconds until what the label names is done; null while it cannot be told. */
  readonly secondsLeft: number | null;
}

/** Something that happened without a command: another tab removed a model, an earlier visit left something unfinished. */
export interface Remark extends Finding {
  /** Ascending. */
  readonly id: number;
}

export interface StudioState {
  readonly pool: PoolView;
  readonly tasks: readonly TaskView[];
  readonly method: MethodView;
  /** Every method there is, in the order of the menu. */
  readonly methods: readonly MethodSummary[];
  /** What decides the merged weights, as it was set. */
  readonly merge: MergeSettings;
  readonly layers: LayersView;
  /** The value that is merged and scored: the user's, or the default for this number of experts. */
  readonly scalingFactor: number;
  readonly engine: EngineView;
  readonly storage: StorageView;
  readonly jobs: readonly JobView[];
  readonly scores: ScoreBoard;
  /** The search that goes on, or what the last one found, until what it was about changes. */
  readonly search: SearchView | null;
  /** The comparison of methods that goes on, or the last one, until pool or tasks change. */
  readonly comparison: ComparisonView | null;
  /** The picture that is tried, and what each model makes of it; null while none is. */
  readonly tried: TriedView | null;
  /** Merges that were pinned, in their order. */
  readonly pins: readonly PinView[];
  /** The latest; each is to be told once. */
  readonly remarks: readonly Remark[];
  /** Was the demo hidden by the user (so that it is not loaded at start)? */
  readonly demoHidden: boolean;
}

export type PoolEdit =
  | { readonly type: 'setBase'; readonly id: string }
  | { readonly type: 'setIncluded'; readonly id: string; readonly included: boolean }
  | { readonly type: 'setWeight'; readonly id: string; readonly weight: number }
  | { readonly type: 'rename'; readonly id: string; readonly name: string }
  /** Takes this state dict of those in its file; null for the one that the file gives unasked. */
  | { readonly type: 'setPart'; readonly id: string; readonly part: string | null }
  /** Moves an expert to this place among the experts. */
  | { readonly type: 'move'; readonly id: string; readonly index: number }
  | { readonly type: 'remove'; readonly id: string };

export type TaskEdit =
  | {
      readonly type: 'setPrompts';
      readonly id: string;
      readonly classnames: readonly string[];
      readonly templates: readonly string[];
    }
  | { readonly type: 'setIncluded'; readonly id: string; readonly included: boolean }
  /** Sets a share of the task's pictures apart to choose by, or none; of every task where the id is null. */
  | { readonly type: 'setSplit'; readonly id: string | null; readonly split: SplitShare | null }
  | { readonly type: 'rename'; readonly id: string; readonly name: string }
  /** Takes this model as the task's own expert; null for the one that its name finds. */
  | { readonly type: 'setExpert'; readonly id: string; readonly expert: string | null }
  | { readonly type: 'remove'; readonly id: string };

/** What a drop came to: what was added by name, and what was not, and why. */
export interface AddOutcome {
  readonly added: readonly string[];
  readonly findings: readonly Finding[];
}

/** How the task vectors of the included experts relate. */
export interface TaskVectorRelations extends VectorRelations {
  /** Of the experts that were compared, in pool order; the base is not among them. */
  readonly ids: readonly string[];
  /** The same as files; of the cosines FusionBench's `task_vector_cos_similarity.csv`. */
  readonly tables: VectorTables;
}

/** How the directions relate in which they change the matrices. */
export interface TaskVectorDirections extends DirectionRelations {
  readonly ids: readonly string[];
  readonly tables: DirectionTables;
}

export interface ExportOptions {
  /** The vision tower as FusionBench saves it, or the whole CLIP with the base's other tensors. */
  readonly content: 'vision' | 'clip';
  /** Output element type; `base` keeps each tensor's type in the base. */
  readonly dtype: 'base' | 'F32' | 'F16' | 'BF16';
  /** Put the configuration (for a whole CLIP, tokenizer and processor files as well) and a model card beside it in a zip. */
  readonly zip: boolean;
  /** For which library; transformers where it is absent. A LoRA always comes in a zip. */
  readonly format?: ExportFormat;
  /** Of a LoRA. */
  readonly rank?: number;
}

export type { ExportFormat };

export interface ExportedFile {
  readonly name: string;
  /** Disk-backed where the browser can. */
  readonly file: Blob;
  /** Of a file that takes room on the disk until `releaseDownload`. */
  readonly download?: string;
}

export type ConfigurationFormat = 'fusion_bench' | 'mergekit';

/** A picture of a task, for looking at. */
export interface SampleImage {
  readonly name: string;
  readonly classname: string;
  readonly blob: Blob;
}

/** The engine as the page sees it (through comlink). Commands reject with the named errors. */
export interface StudioEngine {
  /** Opens the library, starts computing, and pushes every new snapshot to `listener`. */
  connect(listener: (state: StudioState) => void | Promise<void>): Promise<void>;
  /** Pictures are on their way: what scoring needs and takes long to load is loaded meanwhile. */
  expectTasks(): Promise<void>;
  /** The same files, and in the place of a zip with a model those that lie in it. */
  unzipModels(files: readonly DroppedFile[]): Promise<readonly DroppedFile[]>;
  /** @param heads - zero-shot heads that come with them (`taskpool/heads/shipped-heads.ts`), used where they fit */
  addCheckpoints(
    jobId: string,
    files: readonly DroppedFile[],
    origin: Origin,
    heads?: Blob,
  ): Promise<AddOutcome>;
  addTaskImages(jobId: string, files: readonly DroppedFile[], origin: Origin): Promise<AddOutcome>;
  editPool(edit: PoolEdit): Promise<void>;
  editTask(edit: TaskEdit): Promise<void>;
  /** How much the task vectors of these experts count, by id; all at once, and others stay. Rejects with ConfigError on what is no finite number. */
  setWeights(weights: Readonly<Record<string, number>>): Promise<void>;
  /** Merges and scores at this value; a value in flight is dropped at once. Any finite number. */
  setScalingFactor(value: number): Promise<void>;
  /**
   * Merges with these factors by layer, or a preset's for the base and the experts that there are. Rejects with ConfigError on
   * one that is no finite number.
   */
  setLayers(wanted: LayerFactors | LayerPreset): Promise<void>;
  /**
   * Merges by another method or with other options; those that are not named keep their values while the method stays.
   * Rejects with ConfigError on a name or value that cannot be.
   */
  setMethod(name: string, options: Readonly<Record<string, OptionValue>>): Promise<void>;
  /**
   * Brings pool, method and scaling factor to the recipe in a merged model's metadata. Rejects with CompatibilityError
   * that names the models that are not in the library.
   */
  restoreRecipe(modelId: string): Promise<void>;
  /** Brings everything that decides the merged weights to these settings, in one step; models that are gone are passed over. */
  setMerge(settings: MergeSettings): Promise<void>;
  /** Merges as these words say where all of its models are there, and else changes nothing and names those that are not. */
  applyMerge(merge: NamedMerge): Promise<MergeOutcome>;
  /**
   * Pins what is merged now, under a name that says method and factor. Gives its id. Rejects with CompatibilityError where nothing
   * is merged, with ConfigError where there are enough pins.
   */
  pin(): Promise<string>;
  /** Takes pins of a link; those that are there already are passed over. Names those for which there was no room. */
  takePins(pins: readonly NamedPin[]): Promise<readonly string[]>;
  editPins(edit: PinEdit): Promise<void>;
  /** Merges as the pin says where all of its models are there, and else changes nothing and names those that are not. */
  applyPin(id: string): Promise<MergeOutcome>;
  /** Two merges on the pictures that both have been scored on, by the scores that are there now. */
  comparePins(pair: Pair): Promise<PairComparison>;
  /** The YAML that FusionBench or mergekit runs; rejects with CompatibilityError where the format cannot say it. */
  exportConfiguration(format: ConfigurationFormat): Promise<ExportedFile>;
  /**
   * Brings pool, method and scaling factor to what a configuration says, or the method to the layer-wise coefficients in a
   * file of FusionBench's (`merging_weights.pt`). Rejects as `restoreRecipe`, or with ConfigError or FormatError.
   */
  applyConfiguration(file: DroppedFile): Promise<void>;
  /**
   * Scores the values from coarse to fine and fills the curve.
   *
   * @param pictures - of each task, at most; null for all
   */
  sweep(values: readonly number[], pictures?: number | null): Promise<void>;
  /**
   * Searches on the pictures to choose by, as a job of that id, and merges with the best; stopped, with the best so far.
   * Rejects with ConfigError where a task is not split, or the method has no scaling factor.
   */
  search(jobId: string, name: SearchName): Promise<void>;
  /**
   * Compares the task vectors of the included experts, as a job of that id, or finds what was found of the same files. Rejects
   * with CompatibilityError where they do not fit, and with an AbortError when others are included meanwhile.
   */
  compareTaskVectors(jobId: string): Promise<TaskVectorRelations>;
  /** The same for the directions in which they change every matrix: all of these are decomposed, which takes minutes. */
  compareDirections(jobId: string): Promise<TaskVectorDirections>;
  /**
   * Compares every method that fits the pool, as a job of that id; stopped, another run goes on from there. Of tasks that are
   * not split half of the pictures are chosen by. Rejects where there is nothing to compare.
   */
  compare(jobId: string): Promise<void>;
  /** The rows of the comparison as a table. */
  exportComparison(): Promise<ExportedFile>;
  /** Scores these values as well, once nothing else is to be done and for whatever is merged then; none of them ends that. */
  lookAhead(values: readonly number[]): Promise<void>;
  /** Stops scoring, searching, comparing and sweeping until something changes. */
  stop(): Promise<void>;
  /** Stops the job of that id; unknown ids are ignored. */
  cancel(jobId: string): Promise<void>;
  chooseEngine(choice: EngineChoice): Promise<void>;
  exportModel(jobId: string, options: ExportOptions): Promise<ExportedFile>;
  /** The file was taken: its scratch space is given back. Unknown ids are ignored. */
  releaseDownload(download: string): Promise<void>;
  /** FusionBench's `program_report.json` and our additions, for the value and scores on screen. */
  exportReport(): Promise<ExportedFile>;
  sampleImages(taskId: string, count: number): Promise<readonly SampleImage[]>;
  /** What merging does to a task's pictures, by the scores that are there now; null where the task is not scored. */
  taskInsight(taskId: string, query: PictureQuery): Promise<TaskInsight | null>;
  /**
   * The picture that best shows what the scaling factor does, by the scores that are there now; null where none changes.
   *
   * @param before - the one that was told of last, which stays where there is none of a better kind
   */
  pictureStory(before: PicturePlace | null): Promise<PictureStory | null>;
  /** Pictures by their places in the task; those that are not there are left out. */
  taskPictures(taskId: string, indices: readonly number[]): Promise<readonly SampleImage[]>;
  /**
   * Tries a picture, in the place of the one before; the answers come with the snapshots and follow whatever is merged. Null
   * ends it. Resolves to the picture as a browser draws it. Rejects with ConfigError on classes that cannot be told apart.
   */
  tryPicture(picture: TriedPicture | null): Promise<Blob | null>;
  /** Removes everything of the demo from the library and remembers that; `false` only forgets that. */
  setDemoHidden(hidden: boolean): Promise<void>;
}
