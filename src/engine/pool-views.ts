/** What the page sees of pool and tasks, and the edits of them. */
import type { LayerFactors } from '../method/layers/factors';
import type { LayerPreset } from '../method/layers/presets';
import type { MethodOption, OptionValue } from '../method/options';
import type { Finding } from '../modelpool/types';
import type { UnreadablePicture } from '../taskpool/unreadable';
import type { SplitShare, TaskSplitView } from './tasks/split-share';

/** Where something in the library came from: the built-in demo can be hidden and brought back as one. */
export type Origin = 'user' | 'demo';

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
