/** The command as people call it: a process of its own, with signals and exit codes. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PROJECT, REFERENCE, temporaryFolder } from './fuse/testing';

interface Running {
  readonly child: ChildProcess;
  /** Resolves when standard error has a line like this. */
  told(line: RegExp): Promise<void>;
  readonly ended: Promise<{
    readonly code: number | null;
    readonly printed: string;
    readonly told: string;
  }>;
}

function start(...args: string[]): Running {
  return startNode(join(PROJECT, 'scripts/fuse.mjs'), ...args);
}

function startNode(...args: string[]): Running {
  const child = spawn(process.execPath, args, {
    cwd: PROJECT,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  let text = '';
  const waiting = new Set<() => void>();
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    printed += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    for (const look of waiting) look();
  });
  const ended: Running['ended'] = new Promise((done) => {
    child.once('close', (code) => done({ code, printed, told: text }));
  });
  const told = (line: RegExp) =>
    new Promise<void>((found, failed) => {
      const look = () => line.test(text) && found();
      waiting.add(look);
      look();
      ended.then(() => failed(new Error(`It ended without ${line}:\n${text}`)));
    });
  return { child, told, ended };
}

describe('the command', () => {
  it('stops at Ctrl-C, with 130, and what it had finished stays', async () => {
    const folder = temporaryFolder();
    const { child, told, ended } = start(
      ...REFERENCE,
      '-m',
      'method.scaling_factor=range(0,1,0.002)',
      `hydra.sweep.dir=${folder}`,
      "+merged_model_save_path='{log_dir}/model'",
    );
    await told(/^Run 3 of 500/m);
    child.kill('SIGINT');
    const { code, printed, told: said } = await ended;
    expect([code, said]).toEqual([130, expect.stringContaining('Interrupted.')]);
    expect(printed).toMatch(/^0\.0 +0\.5250 .*\n0\.002 /m);
    const files = readdirSync(folder, { recursive: true }).map(String);
    expect(files).toContain(join('0', 'program_report.json'));
    expect(files.filter((name) => name.includes('partial'))).toEqual([]);
  });

  it('shows mistakes of the program where they stand in the sources', async () => {
    // The first thing that src/method does with this tensor fails.
    const plant = `const { set } = Map.prototype;
      Map.prototype.set = function (key, value) {
        if (key === 'post_layernorm.weight' && value.length) throw new TypeError('planted');
        return set.call(this, key, value);
      };`;
    const script = join(PROJECT, 'scripts/fuse.mjs');
    const { ended } = startNode('--import', `data:text/javascript,${plant}`, script, ...REFERENCE);
    const { code, told } = await ended;
    expect([code, told]).toEqual([1, expect.stringContaining('TypeError: planted')]);
    const source = readFileSync(join(PROJECT, 'src/method/combine.ts'), 'utf8').split('\n');
    const line = Number(/src\/method\/combine\.ts:(\d+):/.exec(told)?.[1]);
    expect(source[line - 1]).toContain('tensors.set(name, whole)');
  });

  it('ends with 2 where a name is wrong', async () => {
    const { code, told } = await start(...REFERENCE, 'method.scale_factor=0.5').ended;
    expect([code, told]).toEqual([2, expect.stringContaining('method.scaling_factor')]);
  });
});
