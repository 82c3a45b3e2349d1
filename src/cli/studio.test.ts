import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it, vi } from 'vitest';
import { version } from '../version';
import { PROJECT, temporaryFolder } from './fuse/testing';
import { main } from './studio';

async function studio(...args: string[]) {
  const printed: string[] = [];
  const told: string[] = [];
  vi.spyOn(console, 'log').mockImplementation((text) => void printed.push(text));
  vi.spyOn(console, 'error').mockImplementation((text) => void told.push(text));
  const started: (readonly string[])[] = [];
  const code = await main(args, {
    cwd: PROJECT,
    configs: join(PROJECT, 'config'),
    programs: pathToFileURL('/nowhere/'),
    start: async (rest) => {
      started.push(rest);
      return 0;
    },
  });
  vi.restoreAllMocks();
  return { code, printed: printed.join('\n'), told: told.join('\n'), started };
}

describe('the installed program', () => {
  it('says what it can do, and its version', async () => {
    for (const name of ['--help', '-h', 'help']) {
      const { code, printed } = await studio(name);
      expect([code, printed]).toEqual([
        0,
        expect.stringMatching(/^task-arithmetic-studio COMMAND/),
      ]);
    }
    expect(await studio('--version')).toMatchObject({
      printed: `task-arithmetic-studio ${version}`,
    });
    expect(await studio()).toMatchObject({ code: 2, told: expect.stringContaining('COMMAND ...') });
  });

  it('calls its commands by their names in what they say', async () => {
    expect((await studio('fuse', '--help')).printed).toMatch(
      /^task-arithmetic-studio fuse \[--config-path/,
    );
    expect((await studio('inspect', '--help')).printed).toMatch(
      /^task-arithmetic-studio inspect \[--json/,
    );
    expect((await studio('start', '--port', '5000')).started).toEqual([['--port', '5000']]);
  });

  it('inspects from where it is called', async () => {
    const { code, printed } = await studio('inspect', 'reference/fixtures/merge/p8-32/base');
    expect([code, printed]).toEqual([
      0,
      expect.stringMatching(/^reference\/fixtures.*\n +Format +safetensors/),
    ]);
  });

  it('knows the nearest name', async () => {
    expect(await studio('fues')).toMatchObject({
      code: 2,
      told: expect.stringMatching(/^There is no command fues\. Did you mean fuse\?/),
    });
    expect(await studio('constructor')).toMatchObject({ code: 2 });
  });
});

describe('completion', () => {
  const offered = async (...words: string[]) =>
    (await studio('complete', ...words)).printed.split('\n').filter(Boolean);

  it('is of commands, options and groups', async () => {
    expect(await offered('in')).toEqual(['inspect']);
    expect(await offered('fuse', '--config')).toEqual(['--config-path', '--config-name']);
    expect(await offered('fuse', '--cfg', '')).toEqual(['job']);
    expect(await offered('fuse', 'method=ti')).toEqual(['method=ties_merging']);
    expect(await offered('fuse', '+method=dare/t')).toEqual([
      '+method=dare/task_arithmetic',
      '+method=dare/ties_merging',
    ]);
    expect(await offered('fuse', 'engine=n')).toEqual(['engine=native']);
    expect(await offered('fuse', 'merged')).toEqual(['merged_model_save_path=']);
    expect(await offered('completion', '')).toEqual(['bash', 'zsh']);
  });

  it('is of the options of the method that was chosen', async () => {
    expect(await offered('fuse', 'method=ties_merging', 'method.m')).toEqual([
      'method.merge_func=',
    ]);
    expect(await offered('fuse', 'method=ties_merging', 'method.merge_func=m')).toEqual([
      'method.merge_func=mean',
      'method.merge_func=max',
    ]);
  });

  it('is of the folder that was named', async () => {
    const named = ['fuse', '--config-path', 'config/_get_started', '--config-name'];
    expect(await offered(...named, 'clip_s')).toEqual(['clip_simple_average']);
    expect(await offered('fuse', '-cp', 'nowhere', 'method=')).toEqual([]);
    // Names of files are the shell's.
    expect(await offered('fuse', '--config-path', '')).toEqual([]);
  });

  it('refuses other shells', async () => {
    expect(await studio('completion', 'fish')).toMatchObject({ code: 2 });
  });

  it('hands bash what stands behind the equals sign', async () => {
    const folder = temporaryFolder();
    const { printed: script } = await studio('completion', 'bash');
    // The program, as far as the script knows it.
    mkdirSync(join(folder, 'bin'));
    const stub = join(folder, 'bin/task-arithmetic-studio');
    writeFileSync(
      stub,
      '#!/bin/sh\nfor word; do last=$word; done\necho "$last"one; echo "$last"two\n',
    );
    chmodSync(stub, 0o755);
    const completed = (line: string) => {
      const ask = `COMP_LINE='${line}'; COMP_POINT=\${#COMP_LINE}; _task_arithmetic_studio; printf '%s\\n' "\${COMPREPLY[@]}"`;
      const { stdout, stderr, status } = spawnSync('bash', ['--norc', '-c', `${script}\n${ask}`], {
        encoding: 'utf8',
        env: { PATH: `${join(folder, 'bin')}:${process.env.PATH}` },
      });
      expect([status, stderr]).toEqual([0, '']);
      return stdout.trim().split('\n');
    };
    expect(completed('task-arithmetic-studio in')).toEqual(['inone', 'intwo']);
    expect(completed('task-arithmetic-studio fuse ')).toEqual(['one', 'two']);
    expect(completed('task-arithmetic-studio fuse method=dare/')).toEqual(['dare/one', 'dare/two']);
  });
});
