/** From pool, tasks and method to what can be merged and scored, or to the sentence that says what is missing. Pure. */
import type { ClipModel } from '../../clip/types';
import { factorsOf, isFlat, type LayerFactors } from '../../method/layers/factors';
import type { MethodChoice } from '../../method/types';
import { mergedNames } from '../../modelpool/judge';
import { namedPlace } from '../../modelpool/same-name';
import type { Expert } from '../../modelpool/types';
import { memo } from '../memo';
import { type MethodState, methodInForce } from '../method';
import { isError, modelFindings } from '../pool/findings';
import { canGiveText, poolView } from '../pool/view';
import { type TaskSplit, taskSplit } from '../tasks/split';
import {
  baseOf,
  filesOf,
  includedExperts,
  type Picture,
  type Pool,
  type PoolModel,
  type Task,
} from '../value';
import type { CombinationKey, SourceKey, TaskKey } from './keys';
import { type LookedAt, type OwnedTask, withPictures } from './looked-at';

/** A model and what tells it from all others. */
export interface Source {
  readonly key: SourceKey;
  readonly model: ClipModel;
}

/** What is merged. */
export interface MergeInputs {
  readonly key: CombinationKey;
  readonly base: Source;
  /** In the order of the sum; empty while there is nothing to merge. */
  readonly experts: readonly Expert[];
  readonly method: MethodChoice;
  /** As the base's tensors have them; absent where all are 1. */
  readonly layers?: LayerFactors;
  /** Absent for methods that look at nothing but the models. */
  readonly looksAt?: LookedAt;
}

export interface TaskInput {
  readonly key: TaskKey;
  readonly id: string;
  readonly name: string;
  readonly images: readonly Picture[];
  readonly labels: readonly number[];
  /** Which pictures are to choose by, and which to report on; null where all are reported on. */
  readonly split: TaskSplit | null;
  /** The task's own expert, where there is one. */
  readonly expert: Source | null;
}

/** Everything scoring depends on. */
export interface ScoringInputs extends MergeInputs {
  readonly donor: Source;
  readonly tasks: readonly TaskInput[];
}

/** `missing` is for people, and set where nothing can be scored. */
export type ScoringReadiness =
  | { readonly inputs: ScoringInputs; readonly missing: null }
  | { readonly inputs: null; readonly missing: string };

export const scoringReadiness = memo(
  (
    pool: Pool,
    tasks: readonly Task[],
    method: MethodState,
    layers: LayerFactors,
  ): ScoringReadiness => {
    // Whatever the layers: their keys are made once, and a move of a layer's fader is as quick as one of the slider.
    const ready = flatReadiness(pool, tasks, method);
    return withLayers(ready, mergeInputs(pool, tasks, method, layers));
  },
);

const flatReadiness = memo(
  (pool: Pool, tasks: readonly Task[], method: MethodState): ScoringReadiness => {
    const models = flatModels(pool, tasks, method);
    if (!models.inputs) return models;
    const included = tasks.filter((task) => task.included && task.images.length > 0);
    if (included.length === 0) return waitFor('Add task images to see accuracies.');
    const { donor } = models.inputs;
    const inputs = {
      ...models.inputs,
      tasks: included.map((task) => taskInput(task, pool, donor)),
    };
    return { inputs, missing: null };
  },
);

/** The same for pictures that are in no task: none is among its inputs, and none is missing. */
export const modelReadiness = memo(
  (
    pool: Pool,
    tasks: readonly Task[],
    method: MethodState,
    layers: LayerFactors,
  ): ScoringReadiness =>
    withLayers(flatModels(pool, tasks, method), mergeInputs(pool, tasks, method, layers)),
);

const flatModels = memo(
  (pool: Pool, tasks: readonly Task[], method: MethodState): ScoringReadiness => {
    const { merge } = flatMerge(pool, tasks, method);
    if (!merge) return waitFor('Add a pretrained CLIP to begin.');
    const donor = donorSource(pool);
    if (!donor) {
      return waitFor(
        `${merge.base.model.name} has no text tower with a tokenizer: add a full CLIP to score against class names.`,
      );
    }
    return { inputs: { ...merge, donor, tasks: [] }, missing: null };
  },
);

function withLayers(ready: ScoringReadiness, merge: MergeInputs | null): ScoringReadiness {
  return ready.inputs && merge?.layers
    ? { inputs: { ...ready.inputs, layers: merge.layers }, missing: null }
    : ready;
}

/** The inputs of a merge alone, which needs neither text tower nor tasks; null while there is no readable base. */
export const mergeInputs = memo(
  (
    pool: Pool,
    tasks: readonly Task[],
    state: MethodState,
    layers: LayerFactors,
  ): MergeInputs | null => {
    const { merge: flat } = flatMerge(pool, tasks, state);
    // What has no scaling factor has none by layers either.
    if (flat?.method.method.kind !== 'task vector' || isFlat(layers)) return flat;
    const factors = factorsOf(layers, mergedNames(flat.base.model));
    return isFlat(factors) ? flat : { ...flat, layers: factors };
  },
);

/** Why nothing is merged, for people: the method does not take so many experts, or has no pictures to look at; null where it is not that. */
export function mergeRefusal(
  pool: Pool,
  tasks: readonly Task[],
  state: MethodState,
): string | null {
  const { refusal } = methodInForce(state, includedExperts(pool).length);
  return refusal ?? flatMerge(pool, tasks, state).missing;
}

interface FlatMerge {
  readonly merge: MergeInputs | null;
  /** What the method lacks to look at. */
  readonly missing: string | null;
}

const flatMerge = memo((pool: Pool, tasks: readonly Task[], state: MethodState): FlatMerge => {
  const merge = flatInputs(pool, state);
  if (!merge?.method.method.needsPictures || merge.experts.length === 0) {
    return { merge, missing: null };
  }
  const looking = withPictures({ ...merge, donor: donorSource(pool) }, ownedTasks(pool, tasks));
  if (!('missing' in looking)) return { merge: { ...merge, ...looking }, missing: null };
  const { missing } = looking;
  return { merge: { ...merge, experts: [], key: { ...merge.key, experts: [] } }, missing };
});

/** Tasks that count, with their own experts. */
export const ownedTasks = memo((pool: Pool, tasks: readonly Task[]): readonly OwnedTask[] =>
  tasks
    .filter(({ included }) => included)
    .map((task) => ({
      id: task.id,
      images: task.images,
      split: taskSplit(task),
      expert: sourceOf(ownExpert(pool, task) ?? undefined),
    })),
);

const flatInputs = memo((pool: Pool, state: MethodState): MergeInputs | null => {
  const base = sourceOf(baseOf(pool));
  if (!base) return null;
  const { method, options, refusal } = methodInForce(state, includedExperts(pool).length);
  const mergeable = poolView(pool).mergeable && refusal === null;
  const included = (mergeable ? includedExperts(pool) : []).flatMap((pooled) => {
    const source = sourceOf(pooled);
    return source ? [{ source, weight: pooled.weight }] : [];
  });
  return {
    key: {
      base: base.key,
      experts: included.map(({ source, weight }) => ({ source: source.key, weight })),
      method: method.name,
      options,
    },
    base,
    experts: included.map(({ source, weight }) => ({ model: source.model, weight })),
    method: { method, options },
  };
});

/** A task's own expert: the model that was chosen, else the one that bears its name or ends with it; and it fits the base. */
export const ownExpert = memo((pool: Pool, task: Task): PoolModel | null => {
  const experts = pool.models.filter(({ id }) => id !== pool.baseId);
  const names = experts.map(({ name }) => name);
  // One that is gone is chosen no more.
  const found =
    experts.find(({ id }) => id === task.expert) ?? experts[namedPlace(task.name, names)];
  return found && expertSource(pool, found) ? found : null;
});

/** An expert that can be scored for itself; null where it cannot be read, or does not fit the base. */
export function expertSource(pool: Pool, model: PoolModel): Source | null {
  return modelFindings(pool, model).some(isError) ? null : sourceOf(model);
}

function sourceOf(model: PoolModel | undefined): Source | null {
  if (!model?.opened.model) return null;
  return {
    key: { files: filesOf(model), openedAgainst: model.opened.against },
    model: model.opened.model,
  };
}

function donorSource(pool: Pool): Source | null {
  const base = baseOf(pool);
  return sourceOf((base && donorOf(pool, base)) ?? undefined);
}

/** The base where it is a full CLIP, else the first full CLIP whose projection fits the base's width. */
export function donorOf({ models }: Pool, base: PoolModel): PoolModel | null {
  const hiddenSize = base.opened.model?.vision.hiddenSize;
  const fits = ({ opened: { model } }: PoolModel) =>
    canGiveText(model) && model?.visualProjection?.shape[1] === hiddenSize;
  return [base, ...models].find(fits) ?? null;
}

function taskInput(task: Task, pool: Pool, donor: Source): TaskInput {
  const { id, name, classnames, templates, images, labels } = task;
  return {
    key: { pictures: id, classnames, templates, donor: donor.key },
    id,
    name,
    images,
    labels,
    split: taskSplit(task),
    expert: sourceOf(ownExpert(pool, task) ?? undefined),
  };
}

function waitFor(missing: string): ScoringReadiness {
  return { inputs: null, missing };
}
