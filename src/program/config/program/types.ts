/** What a program is asked to do, read from a configuration of FusionBench and checked. */
import type { LayerPlan } from '../../../method/layers/plan';
import type { ExportFormat } from '../../export/formats';
import type { MethodConfig } from '../methods/index';

export interface ProgramConfig {
  readonly program: ProgramOptions;
  readonly method: MethodConfig;
  readonly modelpool: ModelPoolConfig;
  /** Null where the configuration has none: nothing is scored and no report written. */
  readonly taskpool: TaskPoolConfig | DummyTaskPoolConfig | null;
  /** What is chosen by the tasks before the model is reported on. Not of FusionBench. */
  readonly search?: SearchConfig;
  /** Methods that are compared on the pool. Not of FusionBench. */
  readonly compare?: CompareConfig;
  /** Factors by layer of a method that has a scaling factor. Not of FusionBench. */
  readonly layers?: LayerPlan;
  /** How the experts relate is told. Not of FusionBench, whose method for it has the cosines. */
  readonly relations?: RelationsConfig;
}

export interface RelationsConfig {
  /** Whether every matrix is decomposed into its singular values. */
  readonly directions: boolean;
  /** A folder for the tables; `{log_dir}` stands for the run's. Null for none. */
  readonly savePath: string | null;
}

export interface CompareConfig {
  /** Class names; null for every method that fits the pool. */
  readonly methods: readonly string[] | null;
  /** Share to choose by of a task that the configuration does not split itself. */
  readonly split: number;
  /** Pictures of each task to choose by, drawn class by class; null for all that are set apart. */
  readonly sampleSize: number | null;
  /** A file for the table; `{log_dir}` stands for the run's. Null for none. */
  readonly savePath: string | null;
}

interface SearchBase {
  readonly min: number;
  readonly max: number;
  /** Models that are scored at most. */
  readonly evaluations: number;
  /** Pictures of each task to choose by, drawn class by class; null for all that are set apart. */
  readonly sampleSize: number | null;
  /** Share to choose by of a task that the configuration does not split itself; null where each is. */
  readonly split: number | null;
}

export type SearchConfig =
  | (SearchBase & {
      readonly name: 'lambda';
      /** Values of the coarse grid. */
      readonly grid: number;
      /** Values are multiples of it. */
      readonly step: number;
    })
  | (SearchBase & {
      readonly name: 'weights';
      /** By how much a weight is moved at first, and at last. */
      readonly stride: number;
      readonly step: number;
    });

/** Options of `FabricModelFusionProgram` by FusionBench's names, with its defaults. */
export interface ProgramOptions {
  /** A folder for the merged model; `{log_dir}` stands for the run's. */
  readonly merged_model_save_path: string | null;
  /** How it is saved, where anything is said of it. Not options of FusionBench, which saves for transformers. */
  readonly merged_model_as?: MergedModelAs;
  /** A file for the report; `{log_dir}` stands for the run's. */
  readonly report_save_path: string | null;
  /** A file for the predictions of every picture; `{log_dir}` stands for the run's. Not an option of FusionBench. */
  readonly predictions_save_path: string | null;
  /** Whether files that are no earlier results may be replaced. Not an option of FusionBench, which always does. */
  readonly overwrite: boolean;
  /** What scores. Not an option of FusionBench, whose Fabric chooses. */
  readonly engine: EngineName;
  readonly seed: number | null;
  /** Scores one batch per task. */
  readonly fast_dev_run: boolean;
  /** Shows the configuration and stops. */
  readonly dry_run: boolean;
  readonly print_config: boolean;
  readonly print_function_call: boolean;
}

/** `merged_model_format` and its like; null where nothing is said. */
export interface MergedModelAs {
  readonly format: ExportFormat;
  readonly content: (typeof CONTENTS)[number] | null;
  readonly dtype: Exclude<Dtype, 'auto'> | null;
  readonly rank: number | null;
}

export const CONTENTS = ['vision', 'clip'] as const;

/** ONNX Runtime's builds: for Node on the CPU, on a GPU, and WebAssembly; `auto` takes the best that is there. */
export const ENGINE_NAMES = ['auto', 'native', 'webgpu', 'wasm'] as const;
export type EngineName = (typeof ENGINE_NAMES)[number];

export interface ModelPoolConfig {
  readonly target: 'CLIPVisionModelPool';
  /** In the order of the file, which is the order of the sum and so of the bytes. `_pretrained_` is among them. */
  readonly models: readonly ModelSource[];
  /** Whose preprocessing FusionBench would load with the pool. */
  readonly processor: Pretrained | null;
  readonly platform: 'hf' | 'huggingface' | 'modelscope';
}

/** Something that `from_pretrained` loads. */
export interface Pretrained {
  /** A local folder or a repository, `organisation/name`. */
  readonly reference: string;
  readonly revision?: string;
  readonly subfolder?: string;
  /** What the weights are turned into when they are loaded; `auto` leaves them. */
  readonly dtype?: Dtype;
}

export type Dtype = 'float32' | 'float16' | 'bfloat16' | 'auto';

export interface ModelSource extends Pretrained {
  /** `_pretrained_` for the base; other names of the form `_x_` are no experts. */
  readonly name: string;
  /** A LoRA adapter for the model, a local folder or a repository. */
  readonly adapter?: string;
}

export interface DummyTaskPoolConfig {
  readonly target: 'DummyTaskPool';
}

export interface TaskPoolConfig {
  readonly target: 'CLIPVisionModelTaskPool';
  readonly tasks: readonly TaskConfig[];
  /** Whose text tower, projections and logit scale are used. */
  readonly clipModel: Pretrained;
  /** Whose tokenizer, and preprocessing unless `dataProcessor` is another. */
  readonly processor: Pretrained;
  readonly dataProcessor: Pretrained | null;
  /** The loss is the mean over batches of this size. PyTorch's default is 1. */
  readonly batchSize: number;
  readonly fastDevRun: boolean;
  /** Pictures per task, drawn class by class; null for all. Not an option of FusionBench, which ignores it. */
  readonly sampleSize: number | null;
  readonly sampleSeed: number;
  /** A picture that cannot be read is passed over and counted, or stops the run as it stops FusionBench. */
  readonly onUnreadable: 'skip' | 'error';
}

export interface TaskConfig {
  readonly name: string;
  readonly dataset: DatasetSource;
  /** Instead of the known ones or the data's. FusionBench ignores `taskpool.classnames` and `taskpool.templates`. */
  readonly classnames?: readonly string[];
  readonly templates?: readonly string[];
}

/** Arguments of `datasets.load_dataset`, and what is drawn from its result. */
export interface DatasetSource {
  /** FusionBench's `load_fer2013`, which knows other arguments. */
  readonly loader?: 'fer2013';
  /** `imagefolder`, `parquet`, a local folder, or a repository. */
  readonly path: string;
  /** The repository's configuration, such as `cropped_digits`. */
  readonly name?: string;
  readonly dataDir?: string;
  /** Files or patterns; by split where it is a map. */
  readonly dataFiles?: readonly string[] | ReadonlyMap<string, readonly string[]>;
  /** Parts of splits, to be read one after the other. */
  readonly split: readonly SplitPart[];
  readonly revision?: string;
  /** FusionBench's `train_validation_split` of the data. */
  readonly validation?: ValidationSplit;
}

/** `train[10%:20%]` */
export interface SplitPart {
  readonly split: string;
  readonly from: number | null;
  readonly to: number | null;
  readonly unit: 'rows' | '%';
  /** How per cents become rows: `closest`, or whole hundredths of the split. */
  readonly rounding: 'closest' | 'pct1_dropremainder';
}

export interface ValidationSplit {
  /** A share of the data (0 to 1) or a number of rows. */
  readonly size: { readonly fraction: number } | { readonly rows: number };
  readonly seed: number | null;
  readonly part: 'train' | 'val';
}
