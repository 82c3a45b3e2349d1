/** The forms in which a merged model goes out, each for a library that loads it. */
import type { MergedModelOptions } from '../merged-model';

/** transformers' folder, OpenCLIP's names, one ONNX file of the vision tower, or a LoRA of the merged vector for PEFT. */
export const EXPORT_FORMATS = ['transformers', 'openclip', 'onnx', 'lora'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** Of a LoRA's matrices, where nothing else is said. */
export const DEFAULT_RANK = 16;

export interface ExportChoice extends MergedModelOptions {
  readonly format: ExportFormat;
  /** Of a LoRA's matrices. */
  readonly rank: number;
}

/** The file of the weights, by which a folder or a zip of that format is known. */
export const WEIGHTS_FILES: Readonly<Record<ExportFormat, string>> = {
  transformers: 'model.safetensors',
  openclip: 'open_clip_model.safetensors',
  onnx: 'model.onnx',
  lora: 'adapter_model.safetensors',
};

/** The configuration beside the weights; an ONNX file has its own in it. */
export const CONFIGURATION_FILES = {
  transformers: 'config.json',
  openclip: 'open_clip_config.json',
  onnx: null,
  lora: 'adapter_config.json',
} as const satisfies Readonly<Record<ExportFormat, string | null>>;

export const CARD_FILE = 'README.md';
/** As the page calls the figure that it gives out alone. */
export const CURVE_FILE = 'accuracy_by_scaling_factor.svg';
