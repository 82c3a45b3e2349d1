/**
 * What crosses the thread boundary, and nothing else does: the page sends coarse commands, the engine's worker answers
 * with outcomes and pushes whole snapshots. The engine is the one owner of library, pool, tasks and scores; the page
 * mirrors. Everything here is structured-cloneable. The types of each concern are in a file of its own.
 */
import type { LayerFactors } from '../method/layers/factors';
import type { LayerPreset } from '../method/layers/presets';
import type { OptionValue } from '../method/options';
import type { Finding } from '../modelpool/types';
import type { ComparisonView } from './compare/view';
import type { ConfigurationFormat, ExportedFile, ExportOptions } from './export-types';
import type { PicturePlace, PictureQuery, PictureStory, TaskInsight } from './insight/types';
import type { MergeOutcome, MergeSettings, NamedMerge } from './merge-types';
import type { NamedPin, Pair, PairComparison, PinEdit, PinView } from './pins/types';
import type {
  LayersView,
  MethodSummary,
  MethodView,
  Origin,
  PoolEdit,
  PoolView,
  TaskEdit,
  TaskView,
} from './pool-views';
import type { TaskVectorDirections, TaskVectorRelations } from './relations/types';
import type { ScoreBoard } from './score-views';
import type { SearchName, SearchView } from './search/view';
import type { TriedPicture, TriedView } from './try-picture/types';

export type { LayerFactors } from '../method/layers/factors';
export type { LayerPreset } from '../method/layers/presets';
export type {
  AnotherMethodOption,
  ChosenMethod,
  FactorOption,
  MethodOption,
  OptionValue,
} from '../method/options';
export type { MatrixRelations, Spectrum } from '../method/relations/matrix-relations';
export type { Finding, Severity } from '../modelpool/types';
export type { ExportFormat } from '../program/export/formats';
export type { LayerRow, Meaning } from '../program/relations/relations';
export type { TableFile } from '../program/relations/tables';
export type { ComparisonView } from './compare/view';
export type * from './export-types';
export type * from './insight/types';
export type * from './merge-types';
export type * from './pins/types';
export type * from './pool-views';
export type * from './relations/types';
export type * from './score-types';
export type * from './score-views';
export type { SearchName, SearchView } from './search/view';
export type { SplitShare, TaskSplitView } from './tasks/split-share';
export type * from './try-picture/types';

/** A file as dropped or chosen, with its path inside the dropped folder (`/`-separated; a bare name for a lone file). */
export interface DroppedFile {
  readonly path: string;
  readonly file: File;
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

/** What a drop came to: what was added by name, and what was not, and why. */
export interface AddOutcome {
  readonly added: readonly string[];
  readonly findings: readonly Finding[];
}

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
