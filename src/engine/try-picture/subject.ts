/** From the value and a question to what is to be computed: the picture as a task of its own, and its units. Pure. */
import { ConfigError } from '../../errors';
import { hasPlace } from '../../taskpool/images/templates';
import type { ComparedModel } from '../insight/types';
import type { EngineKind } from '../scoring/keys';
import { expertColumns, mergedColumn, pretrainedColumn, type Unit } from '../scoring/plan';
import {
  expertSource,
  modelReadiness,
  ownExpert,
  type ScoringInputs,
  scoringReadiness,
  type TaskInput,
} from '../scoring/readiness';
import { type EngineValue, scalingFactorOf } from '../value';
import type { TriedClasses, TriedPicture } from './types';

export interface TriedSubject {
  readonly inputs: ScoringInputs;
  readonly scalingFactor: number;
  /** Of the one picture, with a label that nobody looks at. */
  readonly task: TaskInput;
  /** The name of the task's expert, or of the one that was chosen; null where none is asked. */
  readonly expertName: string | null;
}

/** @param id - of the picture: another one has another */
export function triedSubject(
  value: EngineValue,
  { name, blob, classes, expert }: TriedPicture,
  id: string,
): { readonly subject: TriedSubject } | { readonly problem: string } {
  const { pool, method, layers } = value;
  const whole = scoringReadiness(pool, value.tasks, method, layers);
  // Its pictures are in no task: it can be tried without any.
  const { inputs, missing } = whole.inputs
    ? whole
    : modelReadiness(pool, value.tasks, method, layers);
  if (!inputs) return { problem: missing };
  const chosen =
    classes.kind === 'task' ? value.tasks.find(({ id }) => id === classes.taskId) : classes;
  if (!chosen) {
    return { problem: 'This task is no longer in the task pool; choose another, or type classes.' };
  }
  const { classnames, templates } = chosen;
  const task = 'images' in chosen ? chosen : null;
  const own = task ? ownExpert(pool, task) : null;
  const asked = expert === null ? own : pool.models.find((model) => model.id === expert);
  const source = asked ? expertSource(pool, asked) : null;
  return {
    subject: {
      inputs,
      scalingFactor: scalingFactorOf(value),
      expertName: source ? (asked?.name ?? null) : null,
      task: {
        key: { pictures: id, classnames, templates, donor: inputs.donor.key },
        id,
        name: task?.name ?? 'the typed classes',
        images: [{ name, blob }],
        labels: [0],
        split: null,
        expert: source,
      },
    },
  };
}

/** What each model is to score of it; undefined where there is no such model. */
export function triedUnits(
  { inputs, scalingFactor, task }: TriedSubject,
  engine: EngineKind,
): Readonly<Record<ComparedModel, Unit | undefined>> {
  const alone = { ...inputs, tasks: [task] };
  const merging = inputs.experts.length > 0;
  return {
    merged: merging ? mergedColumn(alone, engine, scalingFactor)[0] : undefined,
    pretrained: pretrainedColumn(alone, engine)[0],
    expert: expertColumns(alone, engine)[0]?.[0],
  };
}

/** Throws ConfigError where classes cannot be told apart, or a prompt has no place for them. */
export function checkClasses(classes: TriedClasses): void {
  if (classes.kind === 'task') return;
  const { classnames, templates } = classes;
  if (classnames.length < 2) {
    throw new ConfigError('A picture is tried on two class names or more.');
  }
  if (new Set(classnames).size < classnames.length) {
    throw new ConfigError('A class name is there twice; every class needs a name of its own.');
  }
  if (templates.length === 0 || !templates.every(hasPlace)) {
    throw new ConfigError('Every template needs {} where the class name goes.');
  }
}
