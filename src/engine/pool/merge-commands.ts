/** Commands that set how the pool is merged: one setting, several in one step, or all that a recipe or a configuration says. */
import { ConfigError } from '../../errors';
import { RECIPE_KEY, readRecipe } from '../../program/recipe';
import type { Acting } from '../acting';
import type { MergeOutcome, StudioEngine } from '../api';
import { wantedLayers, withPlannedLayers } from '../layers';
import { withMergeSettings } from '../merge-settings';
import { chooseMethod, startingOptions } from '../method';
import type { Queue } from '../queue';
import type { Records } from '../records';
import type { State } from '../state';
import { checkedWeight, editPool } from './edits';
import { recipeOfMerge } from './named-merge';
import { applyRecipe, matchRecipe, type WantedRecipe } from './restoring';
import type { Sums } from './sums';

export interface MergeCommandsParts {
  readonly acting: Acting;
  readonly queue: Queue;
  readonly state: State;
  readonly sums: Sums;
}

export interface MergeCommands
  extends Pick<
    StudioEngine,
    | 'editPool'
    | 'setWeights'
    | 'setScalingFactor'
    | 'setLayers'
    | 'setMethod'
    | 'setMerge'
    | 'applyMerge'
    | 'restoreRecipe'
    | 'exportConfiguration'
    | 'applyConfiguration'
  > {}

export function createMergeCommands(parts: MergeCommandsParts): MergeCommands {
  const { acting, queue, state, sums } = parts;
  const { command, change, setNumber, whenOpen } = acting;

  const setWeights = async (weights: Readonly<Record<string, number>>): Promise<void> => {
    const edits = Object.entries(weights).map(([id, given]) => {
      const edit = { type: 'setWeight', id, weight: withoutSign(checkedWeight(given)) } as const;
      return [`weight ${id}`, (records: Records) => editPool(records, edit)] as const;
    });
    return command(() => state.setNumbers(new Map(edits)));
  };

  const restore = async (wanted: WantedRecipe): Promise<void> => {
    await sums.require(wanted);
    await queue.run(() =>
      state.change((records) =>
        withPlannedLayers(applyRecipe(wanted, records, sums.of), wanted, state.value()),
      ),
    );
  };

  return {
    editPool: whenOpen(async (edit) => {
      if (edit.type === 'setWeight') return setWeights({ [edit.id]: edit.weight });
      return change((records) => editPool(records, edit));
    }),

    setWeights: whenOpen(setWeights),

    setScalingFactor: async (value) => {
      if (!Number.isFinite(value)) {
        throw new ConfigError(`The scaling factor is a finite number, not ${value}.`);
      }
      const scalingFactor = withoutSign(value);
      return setNumber('scalingFactor', (records) => ({ ...records, scalingFactor }));
    },

    setLayers: whenOpen(async (wanted) => {
      const value = state.value();
      const layers = wantedLayers(wanted, value);
      return setNumber('layers', (records) => ({ ...records, layers }));
    }),

    setMethod: whenOpen(async (name, options) => {
      const { method } = state.value();
      // Merged here, not on the page: its snapshot may be older than its last edit.
      const kept = name === method.name ? method.options : startingOptions(name);
      const next = chooseMethod(name, { ...kept, ...options });
      return setNumber('method', (records) => ({ ...records, method: next }));
    }),

    setMerge: whenOpen((settings) => change((records) => withMergeSettings(records, settings))),

    applyMerge: whenOpen((merge) => command(() => applyWanted(recipeOfMerge(merge), parts))),

    restoreRecipe: whenOpen((modelId) =>
      command(async () => {
        const merged = state.value().pool.models.find(({ id }) => id === modelId);
        const text = merged?.opened.model?.checkpoint.metadata.get(RECIPE_KEY);
        if (!merged || text === undefined) {
          throw new ConfigError('This model has no recipe in its metadata.');
        }
        await restore(readRecipe(merged.name, text));
      }),
    ),

    exportConfiguration: whenOpen((format) => {
      const value = state.value();
      return command(async () => (await configurations()).writeConfigurationFile(value, format));
    }),

    applyConfiguration: whenOpen((file) =>
      command(async () => {
        const { holdsCoefficients, readCoefficients, ...read } = await configurations();
        if (!holdsCoefficients(file)) return restore(await read.readConfigurationFile(file));
        const weights = await readCoefficients(file);
        const method = read.methodOfCoefficients(file, weights, state.value());
        return setNumber('method', (records) => ({ ...records, method }));
      }),
    ),
  };
}

/** Changes nothing where models are missing, and names them. */
export async function applyWanted(
  wanted: WantedRecipe,
  { queue, state, sums }: Pick<MergeCommandsParts, 'queue' | 'state' | 'sums'>,
): Promise<MergeOutcome> {
  await sums.require(wanted);
  return queue.run(async () => {
    let missing: readonly string[] = [];
    await state.change((records) => {
      const match = matchRecipe(wanted, records, sums.of);
      missing = match.missing;
      return match.restored ?? records;
    });
    return { missing };
  });
}

/** Loaded when it is asked for: YAML and the words of FusionBench are a quarter of the worker's program. */
const configurations = () => import('../downloads/configuration');

/** Minus zero is zero: it would change the sign of zeros in the bytes, and no recipe can say it. */
function withoutSign(value: number): number {
  return value === 0 ? 0 : value;
}
