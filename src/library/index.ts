/**
 * What a program may import from the package: reading checkpoints, the methods, merging. Names and types here change by semantic
 * versioning, and by nothing else; whatever lies behind them may change at any time. `docs/library.md` has an example.
 */
export { CompatibilityError, ConfigError, FormatError } from '../errors';
export type { MethodOptions } from '../method/options';
export { type OpenedCheckpoint, type OpenedTensor, openCheckpoint } from './checkpoint';
export {
  type MergedModel,
  type MergedTensor,
  type MergeOptions,
  mergeModels,
  type SavedModel,
} from './merge';
export { type MethodDescription, methods, type OptionDescription } from './methods';
