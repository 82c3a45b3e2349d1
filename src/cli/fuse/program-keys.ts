/** The program's own keys, as help and completion know them. */
import type { ProgramOptions } from '../../program/config/program/types';

export const PROGRAM_KEYS = {
  merged_model_save_path: 'A folder for the merged model; {log_dir} stands for that of the run.',
  report_save_path: 'A file for the report; null for none.',
  predictions_save_path: 'A file for the predictions of every picture.',
  overwrite: 'Whether files that are no earlier results may be replaced.',
  engine: 'What scores: auto, native, webgpu or wasm.',
  seed: 'For methods that draw by chance and are given no method.seed.',
  fast_dev_run: 'Scores one batch of each task.',
  dry_run: 'Shows the configuration and stops.',
  print_config: 'Shows the configuration.',
} as const satisfies Partial<Record<keyof ProgramOptions, string>>;
