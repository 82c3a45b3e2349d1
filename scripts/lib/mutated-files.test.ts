import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listMutatedFiles, roomsOf, SLOW_TESTS } from './mutated-files.mjs';
import { projectRoot } from './tools.mjs';

describe('what npm run mutation changes', () => {
  it('is the code of folders and files, each once, without tests and what only tests use', async () => {
    const files = await listMutatedFiles([
      'src/method',
      'src/method/slerp.ts',
      'src/taskpool/images',
    ]);
    expect(files).toContain('src/method/ties/merge.ts');
    expect(files).toContain('src/taskpool/parquet/parquet-file.ts');
    expect(files.filter((file) => file === 'src/method/slerp.ts')).toHaveLength(1);
    const unwanted = files.filter((file) => /\.test\.ts$|testing|test-support|fixture/.test(file));
    expect(unwanted).toEqual([]);
  });

  it('is below src, and there', async () => {
    await expect(listMutatedFiles(['scripts'])).rejects.toThrow('scripts is not below src.');
    await expect(listMutatedFiles(['src/../e2e'])).rejects.toThrow('src/../e2e is not below src.');
    await expect(listMutatedFiles(['src/nothing'])).rejects.toThrow('There is no src/nothing.');
  });

  it.each([
    [
      ['src/method/ties/merge.ts', 'src/state/url.ts', 'src/method/slerp.ts'],
      ['src/method/**/*', 'src/state/**/*'],
    ],
    [['src/state/scaling-factor.ts'], ['src/state/**/*']],
    [
      ['src/method/slerp.ts', 'src/errors.ts'],
      ['src/*', 'src/method/**/*'],
    ],
  ])('is held to the tests of its rooms: %j to %j', (files, rooms) => {
    expect(roomsOf(files)).toEqual(rooms);
  });

  it.each(SLOW_TESTS)('leaves out slow tests that are there: %s', (file) => {
    expect(existsSync(join(projectRoot, file))).toBe(true);
  });
});
