/** What decides the merge other than by a fader: pool, method, recipe, presets; each a step to undo. */
import type {
  ComparisonView,
  DroppedFile,
  LayerPreset,
  MergeSettings,
  OptionValue,
  PoolEdit,
} from '../types';
import type { Acting } from './acting';
import type { Faders } from './faders';

export interface MergingCommands {
  /** True if the engine took the edit. */
  editPool(edit: PoolEdit): Promise<boolean>;
  /** Changes several settings of the merge as one step, told in these words. */
  changeMerge(what: string, edit: (merge: MergeSettings) => MergeSettings): Promise<void>;
  setLayerPreset(preset: LayerPreset): Promise<void>;
  /** Merges by another method, or with other options. */
  setMethod(name: string, options: Readonly<Record<string, OptionValue>>): Promise<void>;
  /** Merges by a method that was compared, with the options and at the factor that it was compared with: one step to undo. */
  takeCompared(row: ComparisonView['rows'][number]): Promise<void>;
  /** Merges as the recipe in this model's metadata says. */
  restoreRecipe(modelId: string): Promise<void>;
  /** Merges as a configuration of FusionBench or mergekit says. */
  openConfiguration(files: readonly DroppedFile[]): Promise<void>;
  undo(): Promise<void>;
  redo(): Promise<void>;
}

export function createMergingCommands(acting: Acting, faders: Faders): MergingCommands {
  const { store, engine, run } = acting;
  const { history, factor, layers } = faders;
  return {
    editPool: (edit) => acting.edit(() => history.trackEdit(edit, () => engine().editPool(edit))),
    changeMerge: (what, edit) => run(() => history.change(what, edit)),
    setLayerPreset: (preset) =>
      run(() =>
        history.track('layer factors', () => {
          layers.forget();
          return engine().setLayers(preset);
        }),
      ),
    setMethod: (name, options) =>
      run(() => history.track('method', () => engine().setMethod(name, options))),
    takeCompared: ({ name, told, options, scalingFactor }) =>
      run(() =>
        history.track('method and factor', async () => {
          factor.forget();
          // The method's own options, where others may have been set since.
          const isInUse = store.getState().snapshot?.method.name === name;
          const chosen = engine().setMethod(name, isInUse ? options : told);
          if (scalingFactor === null) return chosen;
          faders.setAddress(scalingFactor);
          await Promise.all([chosen, engine().setScalingFactor(scalingFactor)]);
        }),
      ),
    restoreRecipe: (modelId) =>
      run(() => history.track('recipe', () => engine().restoreRecipe(modelId))),
    openConfiguration: (files) =>
      run(async () => {
        for (const file of files) {
          await history.track('configuration', () => engine().applyConfiguration(file));
          acting.announce(`Merging as ${file.path} says.`);
        }
      }),
    undo: () => run(history.undo),
    redo: () => run(history.redo),
  };
}
