import { spawnSync } from 'node:child_process';
import {
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ensurePrograms } from './node-program.mjs';
import { projectRoot } from './tools.mjs';

let copy: string;
beforeEach(async () => {
  copy = await mkdtemp(join(tmpdir(), 'studio-programs-'));
});
afterEach(() => rm(copy, { recursive: true }));

it('builds where a source has changed, and not where one was only touched', async () => {
  const source = join(copy, 'src/cli/program.ts');
  await mkdir(join(copy, 'src/cli'), { recursive: true });
  await writeFile(source, 'first');
  await writeFile(join(copy, 'src/cli/program.test.ts'), 'a test');
  let built = 0;
  const ensure = () =>
    ensurePrograms(copy, async (folder) => {
      await mkdir(folder);
      await writeFile(join(folder, 'program.js'), `build ${++built}`);
    });
  const program = async () => readFile(new URL('program.js', await ensure()), 'utf8');
  expect(await program()).toBe('build 1');
  expect(await program()).toBe('build 1');
  await utimes(source, new Date(), new Date(1e12));
  await writeFile(join(copy, 'src/cli/program.test.ts'), 'another test');
  expect(await program()).toBe('build 1');
  await writeFile(source, 'other');
  expect(await program()).toBe('build 2');
  await writeFile(join(copy, 'vite.config.ts'), '');
  expect(await program()).toBe('build 3');
});

it('leaves what was built where it cannot be built anew', async () => {
  await mkdir(join(copy, 'src'));
  await writeFile(join(copy, 'src/program.ts'), 'first');
  await ensurePrograms(copy, async (folder) => void (await mkdir(folder)));
  await writeFile(join(copy, 'src/program.ts'), 'a mistake');
  const fail = () => Promise.reject(new Error('a mistake'));
  await expect(ensurePrograms(copy, fail)).rejects.toThrow('a mistake');
  expect(await readdir(join(copy, 'dist-cli'))).toEqual(['sources.json']);
});

it('uses what was built elsewhere as it is, without sources and without a lockfile', async () => {
  await ensurePrograms();
  for (const part of ['dist-cli', 'scripts', 'config', 'package.json']) {
    await cp(join(projectRoot, part), join(copy, part), { recursive: true });
  }
  await symlink(join(projectRoot, 'node_modules'), join(copy, 'node_modules'));
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(copy, 'scripts/fuse.mjs'), 'dry_run=true'],
    { encoding: 'utf8' },
  );
  expect([status, stderr]).toEqual([0, expect.not.stringContaining('vite')]);
  expect(stdout).toContain('_target_: fusion_bench.programs.FabricModelFusionProgram');
}, 120_000);
