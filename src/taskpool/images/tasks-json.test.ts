import { describe, expect, it } from 'vitest';
import { readImageSet } from './read-image-set';
import { ANIMALS, drop, PLANTS, refusal } from './test-support';

describe('tasks.json', () => {
  const prompts = (content: unknown) => JSON.stringify(content);

  it.each(['animals/tasks.json', 'tasks/tasks.json', 'tasks/animals/tasks.json'])(
    'is found as %s',
    async (path) => {
      const paths = path.startsWith('tasks/') ? ANIMALS.map((name) => `tasks/${name}`) : ANIMALS;
      const classnames = ['a tabby cat', 'a good dog'];
      const templates = ['a sketch of {c}.', '{}'];
      const set = await readImageSet(
        drop(paths, { [path]: prompts({ Animals: { classnames, templates } }) }),
      );
      expect(set.tasks[0]).toMatchObject({ name: 'animals', classnames, templates });
      expect(set.skipped).toEqual([]);
    },
  );

  it('may give either alone; the nearest one counts', async () => {
    const set = await readImageSet(
      drop(
        [...ANIMALS, ...PLANTS].map((name) => `all/${name}`),
        {
          'all/tasks.json': prompts({
            animals: { templates: ['far {}'] },
            plants: { templates: ['a {}'] },
          }),
          'all/animals/tasks.json': prompts({ animals: { classnames: ['x', 'y'] } }),
        },
      ),
    );
    expect(set.tasks.map(({ classnames, templates }) => [classnames, templates])).toEqual([
      [['x', 'y'], ['a photo of a {}']],
      [['elm', 'oak'], ['a {}']],
    ]);
  });

  it('says which entry belongs to no task', async () => {
    const set = await readImageSet(
      drop(ANIMALS, { 'animals/tasks.json': prompts({ animols: {} }) }),
    );
    expect(set.skipped).toEqual([
      { name: 'animals/tasks.json', reason: 'has an entry "animols", but there is no such task' },
    ]);
  });

  it.each([
    [
      'too few names',
      prompts({ animals: { classnames: ['cat'] } }),
      /animals\.classnames has 1 names, but animals has 2 class folders/,
    ],
    [
      'an empty name',
      prompts({ animals: { classnames: ['cat', ' '] } }),
      /animals\.classnames\.1: is empty/,
    ],
    ['no templates', prompts({ animals: { templates: [] } }), /animals\.templates: is empty/],
    [
      'a template without a place',
      prompts({ animals: { templates: ['a photo'] } }),
      /animals\.templates\.0: has no \{\}/,
    ],
    ['another form', prompts([1]), /Expected Object/],
    ['no JSON', '{', /not JSON/],
  ])('is refused with %s', async (_, content, reason) => {
    const error = await refusal(drop(ANIMALS, { 'animals/tasks.json': content }));
    expect(error.file).toBe('animals/tasks.json');
    expect(error.reason).toMatch(reason);
  });
});
