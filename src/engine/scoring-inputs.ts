/** From pool and tasks to what scoring needs, or to the sentence that says what is still missing. Pure. */
import type { ClipModel } from '../clip/types';
import type { Expert } from '../modelpool/types';
import { type MethodState, methodInForce } from './method-state';
import type { ShelvedModel } from './model-shelf';
import { includedExperts, type PoolState } from './pool-state';
import { canGiveText, poolView } from './pool-view';
import type { ScoringInputs, TaskInput } from './scoring/inputs';
import { type ShelvedTask, sameName } from './task-shelf';

/** Everything that can be scored now. `missing` is for people, and set where nothing can be. */
export type ScoringReadiness =
  | { readonly inputs: ScoringInputs; readonly missing: null }
  | { readonly inputs: null; readonly missing: string };

export function scoringInputs(
  pool: PoolState,
  shelf: ReadonlyMap<string, ShelvedModel>,
  tasks: readonly ShelvedTask[],
  method: MethodState,
): ScoringReadiness {
  const merge = mergeInputs(pool, shelf, tasks, method);
  if (!merge) return waitFor('Add a pretrained CLIP to begin.');
  if (!merge.donorKey) {
    return waitFor(
      `${merge.pretrained.name} has no text tower with a tokenizer: add a full CLIP to score against class names.`,
    );
  }
  if (includedExperts(pool).some(({ id }) => isUnmeasured(shelf.get(id)))) {
    return waitFor('Measuring the task vectors before anything is merged.');
  }
  if (merge.tasks.length === 0) return waitFor('Add task images to see accuracies.');
  return { inputs: merge, missing: null };
}

/** The inputs of a merge alone, which needs neither text tower nor tasks; null while there is no readable base. */
export function mergeInputs(
  pool: PoolState,
  shelf: ReadonlyMap<string, ShelvedModel>,
  tasks: readonly ShelvedTask[],
  state: MethodState,
): ScoringInputs | null {
  const base = pool.baseId === null ? undefined : shelf.get(pool.baseId);
  if (!base?.model) return null;
  const method = methodInForce(state, includedExperts(pool).length);
  const mergeable = poolView(pool, shelf).mergeable && method.refusal === null;
  const included = mergeable ? includedExperts(pool) : [];
  const experts = included.flatMap(({ id, weight }): Expert[] => {
    const model = shelf.get(id)?.model;
    return model ? [{ model, weight }] : [];
  });
  const donor = findDonor(base, shelf);
  const models = new Map<string, ClipModel>();
  for (const [id, { model }] of shelf) if (model) models.set(id, model);
  return {
    pretrained: base.model,
    donor: donor?.model ?? base.model,
    donorKey: donor?.entry.id ?? '',
    method: { method: method.method, options: method.options },
    poolKey: JSON.stringify([
      pool.baseId,
      included.map(({ id, weight }) => [id, weight]),
      method.method.name,
      method.options,
    ]),
    experts,
    models,
    tasks: tasks.filter(({ entry }) => entry.included).map((task) => taskInput(task, pool, shelf)),
  };
}

/** A task's own expert: the model of the same name that fits the base. */
export function ownExpert(
  task: ShelvedTask,
  pool: PoolState,
  shelf: ReadonlyMap<string, ShelvedModel>,
): ShelvedModel | null {
  const found = pool.entries.find(
    ({ id, name }) => id !== pool.baseId && sameName(name, task.entry.name),
  );
  const shelved = found && shelf.get(found.id);
  const broken = shelved?.findings.some(({ severity }) => severity === 'error');
  return shelved?.model && !broken ? shelved : null;
}

/** Readable and fitting, but its weights have not been looked at yet: they could be broken, or not this base's. */
function isUnmeasured(shelved: ShelvedModel | undefined): boolean {
  if (!shelved?.model || shelved.taskVector) return false;
  return !shelved.findings.some(({ severity }) => severity === 'error');
}

/** The base where it is a full CLIP, else the first full CLIP whose projection fits the base's width. */
function findDonor(
  base: ShelvedModel,
  shelf: ReadonlyMap<string, ShelvedModel>,
): ShelvedModel | undefined {
  const width = base.model?.vision.hiddenSize;
  return [base, ...shelf.values()].find(
    ({ model }) => canGiveText(model) && model?.visualProjection?.shape[1] === width,
  );
}

function taskInput(
  task: ShelvedTask,
  pool: PoolState,
  shelf: ReadonlyMap<string, ShelvedModel>,
): TaskInput {
  const { entry, images, labels } = task;
  return {
    id: entry.id,
    name: entry.name,
    classnames: entry.classnames,
    templates: entry.templates,
    images,
    labels,
    expertId: ownExpert(task, pool, shelf)?.entry.id ?? null,
  };
}

function waitFor(missing: string): ScoringReadiness {
  return { inputs: null, missing };
}
