import { describe, expect, it } from 'vitest';
import { NO_RECORDS, type Records } from '../records';
import { taskRecord } from '../testing/values';
import { addTasks, editTasks } from './edits';

const records: Records = {
  ...NO_RECORDS,
  tasks: [taskRecord('a'), taskRecord('b', { order: 2 })],
};
const NEW = { origin: 'demo', classnames: ['x'], templates: ['{}'] } as const;

describe('new tasks', () => {
  it('come last, in their order, included', () => {
    const { tasks } = addTasks(records, [
      { ...NEW, id: 'd', name: 'd' },
      { ...NEW, id: 'c', name: 'c' },
    ]);
    expect(tasks.slice(0, 2)).toEqual(records.tasks);
    expect(tasks.slice(2)).toEqual([
      { ...NEW, id: 'd', name: 'd', order: 3, included: true, expert: null },
      { ...NEW, id: 'c', name: 'c', order: 4, included: true, expert: null },
    ]);
  });

  it('get a number where their name is taken, also by each other', () => {
    const added = ['c', 'd'].map((id) => ({ ...NEW, id, name: 'a' }));
    expect(addTasks(records, added).tasks.map(({ name }) => name)).toEqual([
      'a',
      'b',
      'a (2)',
      'a (3)',
    ]);
  });
});

describe('an edit of a task', () => {
  const names = (edited: Records) => edited.tasks.map(({ name }) => name);

  it('changes that task alone', () => {
    const { tasks } = editTasks(records, { type: 'setIncluded', id: 'b', included: false });
    expect(tasks).toEqual([taskRecord('a'), taskRecord('b', { order: 2, included: false })]);
    expect(editTasks(records, { type: 'setIncluded', id: 'x', included: false })).toEqual(records);
  });

  it('chooses its own expert, and leaves it to the name again', () => {
    const chosen = editTasks(records, { type: 'setExpert', id: 'b', expert: 'm' });
    expect(chosen.tasks.map(({ expert }) => expert)).toEqual([null, 'm']);
    expect(editTasks(chosen, { type: 'setExpert', id: 'b', expert: null })).toEqual(records);
  });

  it('removes it', () => {
    expect(editTasks(records, { type: 'remove', id: 'a' }).tasks).toEqual([records.tasks[1]]);
  });

  it('renames it, with a number where another has the name', () => {
    expect(names(editTasks(records, { type: 'rename', id: 'b', name: ' cars ' }))).toEqual([
      'a',
      'cars',
    ]);
    expect(names(editTasks(records, { type: 'rename', id: 'b', name: 'a' }))).toEqual([
      'a',
      'a (2)',
    ]);
    expect(names(editTasks(records, { type: 'rename', id: 'b', name: 'b' }))).toEqual(['a', 'b']);
    expect(() => editTasks(records, { type: 'rename', id: 'b', name: ' ' })).toThrow(
      'A task needs a name of at least one character.',
    );
  });

  it('sets its prompts', () => {
    const prompts = { classnames: ['cat', 'dog'], templates: ['{}', 'a {}'] };
    const [, edited] = editTasks(records, { type: 'setPrompts', id: 'b', ...prompts }).tasks;
    expect(edited).toEqual(taskRecord('b', { order: 2, ...prompts }));
  });

  it.each([
    [['cat'], ['{}'], 'b has 2 classes, but 1 names were given.'],
    [['cat', 'dog'], [], 'b needs at least one template.'],
    [['cat', 'dog'], ['{}', 'a cat'], 'The template "a cat" has no {} where the class name goes.'],
  ])('refuses prompts that cannot be: %j %j', (classnames, templates, message) => {
    expect(() =>
      editTasks(records, { type: 'setPrompts', id: 'b', classnames, templates }),
    ).toThrow(message);
  });
});
