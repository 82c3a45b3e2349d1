import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fillTemplate, hasPlace } from '../images/templates';
import { classInformation, knownTaskNames } from './class-information';

interface Digest {
  readonly classes: number;
  readonly templates: number;
  readonly sha256: string;
}

const url = new URL('../../../reference/fixtures/classnames.json', import.meta.url);
const reference: {
  readonly tasks: Readonly<Record<string, string>>;
  readonly files: Readonly<Record<string, Digest>>;
} = JSON.parse(readFileSync(url, 'utf8'));

describe('class names and templates, against FusionBench', () => {
  it('knows exactly its tasks', () => {
    expect(knownTaskNames()).toEqual(Object.keys(reference.tasks));
  });

  it.each(Object.entries(reference.tasks))('%s', async (task, file) => {
    const { classnames = [], templates = [] } = (await classInformation(task)) ?? {};
    const text = JSON.stringify([classnames, templates]);
    expect({
      classes: classnames.length,
      templates: templates.length,
      sha256: createHash('sha256').update(text).digest('hex'),
    }).toEqual(reference.files[file]);
    expect(templates.every(hasPlace)).toBe(true);
  });

  it('has the 758 classes and 3,727 prompts of the eight tasks', async () => {
    const tasks = 'sun397 stanford-cars resisc45 eurosat svhn gtsrb mnist dtd'.split(' ');
    const all = await Promise.all(tasks.map(classInformation));
    const prompts = all.flatMap(
      (task) =>
        task?.classnames.flatMap((name) =>
          task.templates.map((template) => fillTemplate(template, name)),
        ) ?? [],
    );
    expect(all.reduce((sum, task) => sum + (task?.classnames.length ?? 0), 0)).toBe(758);
    expect(prompts).toHaveLength(3727);
    expect(prompts).toContain('a photo of the number: "7".');
  });

  it('takes other spellings of a name', async () => {
    expect(await classInformation('Stanford_Cars')).toEqual(
      await classInformation('stanford-cars'),
    );
    expect(await classInformation('oxford-flowers102')).toEqual(
      await classInformation('oxford_flowers102'),
    );
  });

  it('has nothing for a task of the user', async () => {
    expect(await classInformation('my-flowers')).toBeUndefined();
    expect(await classInformation('constructor')).toBeUndefined();
  });
});
