import { describe, expect, it } from 'vitest';
import { taskClasses } from './task-classes';
import type { Dataset } from './types';

function dataset(labels: number, classnames?: readonly string[]): Dataset {
  const rows = Array.from({ length: labels }, (_, label) => ({
    name: `${label}`,
    label,
    read: async () => new Blob(),
  }));
  return { classnames, rows, notes: [] };
}

const promptFile = (content: unknown) => ({
  name: 'data/tasks.json',
  blob: new Blob([JSON.stringify(content)]),
});
const none = { promptFiles: [] };

describe('class names and templates', () => {
  it('of a task that FusionBench knows are its own', async () => {
    const { classnames, templates } = await taskClasses('eurosat', dataset(10, ['a', 'b']), none);
    expect(classnames).toHaveLength(10);
    expect(templates).toHaveLength(3);
  });

  it('of another task are the data’s, with the default template', async () => {
    expect(await taskClasses('pets', dataset(2, ['cat', 'dog']), none)).toEqual({
      classnames: ['cat', 'dog'],
      templates: ['a photo of a {}'],
      notes: [],
    });
  });

  it('in a tasks.json come before what is known, and the configuration before both', async () => {
    const promptFiles = [promptFile({ SVHN: { templates: ['house number {}'] } })];
    const fromFile = await taskClasses('svhn', dataset(10), { promptFiles });
    expect(fromFile.templates).toEqual(['house number {}']);
    expect(fromFile.classnames).toHaveLength(10);
    const classnames = Array.from({ length: 10 }, (_, digit) => `digit ${digit}`);
    const told = await taskClasses('svhn', dataset(10), {
      promptFiles,
      classnames,
      templates: ['{}'],
    });
    expect(told).toEqual({ classnames, templates: ['{}'], notes: [] });
  });

  it('that are more or fewer than the data’s are told', async () => {
    const classnames = ['cat', 'dog', 'emu'];
    const { notes } = await taskClasses('pets', dataset(2, ['cat', 'dog']), {
      ...none,
      classnames,
    });
    expect(notes).toEqual(['3 class names are used, but the data have 2 classes']);
  });

  it('that leave a label without a name, or that nobody knows, are refused', async () => {
    await expect(
      taskClasses('pets', dataset(3, ['cat', 'dog']), none),
    ).rejects.toThrowErrorMatchingInlineSnapshot(
      `[FormatError: pets: The data have the label 2, but there are 2 class names (the first label is 0). Give taskpool.classnames.pets, one name for each.]`,
    );
    await expect(taskClasses('pets', dataset(3), none)).rejects.toThrowErrorMatchingInlineSnapshot(
      `[FormatError: pets: The data do not say what its classes are called. Give taskpool.classnames.pets.]`,
    );
  });
});
