/** The edits of the tasks: plain functions from records to records, run inside the library's transaction. */
import { ConfigError } from '../../errors';
import { hasPlace } from '../../taskpool/images/templates';
import type { Origin, TaskEdit } from '../api';
import { freeName } from '../free-name';
import { lastOrder, type Records, type TaskRecord } from '../records';

/** A task whose pictures have just been stored. */
export interface NewTask {
  readonly id: string;
  readonly name: string;
  readonly origin: Origin;
  readonly classnames: readonly string[];
  readonly templates: readonly string[];
  /** Of a data set of the Hub: `organisation/name@commit/path`. */
  readonly source?: string;
}

/** Appends new tasks; a name that is taken gets a number, because the report is keyed by name. */
export function addTasks(records: Records, added: readonly NewTask[]): Records {
  const tasks = [...records.tasks];
  for (const task of added) {
    const taken = tasks.map(({ name }) => name);
    const name = freeName(task.name, taken);
    tasks.push({ ...task, name, order: lastOrder(tasks), included: true, expert: null });
  }
  return { ...records, tasks };
}

/** Applies an edit; unknown ids leave everything as it is. Throws ConfigError on prompts or names that cannot be. */
export function editTasks(records: Records, edit: TaskEdit): Records {
  const { tasks } = records;
  if (edit.type === 'setSplit') {
    const split = edit.split ?? undefined;
    const isMeant = ({ id }: TaskRecord) => edit.id === null || id === edit.id;
    return { ...records, tasks: tasks.map((task) => (isMeant(task) ? { ...task, split } : task)) };
  }
  if (edit.type === 'remove')
    return { ...records, tasks: tasks.filter(({ id }) => id !== edit.id) };
  const others = tasks.filter(({ id }) => id !== edit.id).map(({ name }) => name);
  return {
    ...records,
    tasks: tasks.map((task) =>
      task.id === edit.id ? { ...task, ...changes(task, edit, others) } : task,
    ),
  };
}

function changes(
  task: TaskRecord,
  edit: Exclude<TaskEdit, { type: 'remove' | 'setSplit' }>,
  others: readonly string[],
): Partial<TaskRecord> {
  switch (edit.type) {
    case 'setIncluded':
      return { included: edit.included };
    case 'rename': {
      const name = edit.name.trim();
      if (name === '') throw new ConfigError('A task needs a name of at least one character.');
      return { name: freeName(name, others) };
    }
    case 'setExpert':
      return { expert: edit.expert };
    case 'setPrompts': {
      const { classnames, templates } = edit;
      if (classnames.length !== task.classnames.length) {
        throw new ConfigError(
          `${task.name} has ${task.classnames.length} classes, but ${classnames.length} names were given.`,
        );
      }
      if (templates.length === 0)
        throw new ConfigError(`${task.name} needs at least one template.`);
      const bad = templates.find((template) => !hasPlace(template));
      if (bad !== undefined) {
        throw new ConfigError(`The template "${bad}" has no {} where the class name goes.`);
      }
      return { classnames, templates };
    }
  }
}
