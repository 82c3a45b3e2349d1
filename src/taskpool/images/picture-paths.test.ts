import { describe, expect, it } from 'vitest';
import { folderOf, pathFrom } from './picture-paths';

describe('a path from a folder on', () => {
  it.each([
    ['', 'a.png', 'a.png'],
    ['pets', 'a.png', 'pets/a.png'],
    ['pets/data', './x//a.png', 'pets/data/x/a.png'],
    ['pets/data', '../a.png', 'pets/a.png'],
    ['pets', '../../a.png', undefined],
    ['pets', 'cat\\a.png', 'pets/cat/a.png'],
  ])('%j, %j: %j', (folder, path, expected) => {
    expect(pathFrom(folder, path)).toBe(expected);
  });

  it('and the folder of a path', () => {
    expect([folderOf('a/b/c'), folderOf('c')]).toEqual(['a/b', '']);
  });
});
