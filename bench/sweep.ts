/**
 * Times a sweep of 11 scaling factors with scoring, in FusionBench and in `npm run fuse`, one after the other on this machine.
 * Both run the built-in demo: the same configuration, one process each, all cores. Prints the ratio.
 *
 * `npm run bench -- sweep`: FusionBench is left out where its environment (`reference/setup.sh`) is not there.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { projectRoot } from '../scripts/lib/tools.mjs';
import { childrenCpuSeconds } from './support/cpu';
import { type UnpackedDemo, unpackDemo } from './support/unpacked-demo';

const FACTORS = Array.from({ length: 11 }, (_, step) => step / 10);

const venv = process.env.STUDIO_REFERENCE_VENV ?? '/opt/studio-reference';
const python = [join(venv, 'bin/python'), join(venv, 'Scripts/python.exe')].find(existsSync);
const fuse = resolve(projectRoot, 'scripts/fuse.mjs');

const folder = await mkdtemp(`${tmpdir()}/studio-sweep-`);
try {
  const demo = await unpackDemo(resolve(projectRoot, 'public/demo'), folder);
  console.log(
    `${FACTORS.length} scaling factors, ${demo.experts} experts, ${demo.images} images, ${availableParallelism()} cores`,
  );
  // Bundling is not what is measured.
  await timed(process.execPath, [fuse, '--help']);
  const ours = await timed(process.execPath, [fuse, ...sweep(demo, 'studio')]);
  tell('npm run fuse', ours);
  if (python) {
    const reference = ['reference/run_fusionbench.py', '--tasks', demo.tasksJson];
    const threads = ['--threads', `${availableParallelism()}`];
    // biome-ignore lint/suspicious/noTemplateCurlyInString: an interpolation of OmegaConf.
    const output = '+report_save_path=${hydra:runtime.output_dir}/program_report.json';
    const args = [...reference, ...threads, ...sweep(demo, 'fusion-bench'), output];
    const theirs = await timed(python, args);
    tell('FusionBench', theirs);
    const ratio = (one: number | null, other: number | null) =>
      one === null || other === null ? 'unknown' : (one / other).toFixed(2);
    console.log(
      `npm run fuse takes ${ratio(ours.seconds, theirs.seconds)} of the time, ${ratio(ours.cpu, theirs.cpu)} of the processor time`,
    );
    console.log(`accuracies ${(await sameAccuracies()) ? 'are equal' : 'DIFFER'}`);
  } else {
    console.log(`FusionBench is left out: there is no Python in ${venv} (reference/setup.sh).`);
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}

function sweep({ configPath, configName }: UnpackedDemo, name: string): string[] {
  return [
    ...['--config-path', configPath, '--config-name', configName, '-m'],
    `method.scaling_factor=${FACTORS.join(',')}`,
    `hydra.sweep.dir=${join(folder, name)}`,
  ];
}

interface Taken {
  readonly seconds: number;
  /** On all cores together: what other work on the machine disturbs least. */
  readonly cpu: number | null;
}

/** What a command takes; rejects with what it said where it fails. */
function timed(command: string, args: readonly string[]): Promise<Taken> {
  const before = childrenCpuSeconds();
  const begun = performance.now();
  return new Promise((done, failed) => {
    const child = spawn(command, args, {
      cwd: projectRoot,
      // The other one computes its prompts each time, too.
      env: { ...process.env, TASK_ARITHMETIC_STUDIO_CACHE: 'off' },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-4000);
    });
    child.once('error', failed);
    child.once('close', (code) => {
      const after = childrenCpuSeconds();
      const cpu = before === null || after === null ? null : after - before;
      if (code === 0) done({ seconds: (performance.now() - begun) / 1000, cpu });
      else failed(new Error(`${command} ${args.join(' ')} ended with ${code}:\n${said}`));
    });
  });
}

function tell(name: string, { seconds, cpu }: Taken): void {
  const each = seconds / FACTORS.length;
  console.log(
    `${name}: ${seconds.toFixed(1)} s, ${each.toFixed(2)} s for each scaling factor; ${cpu?.toFixed(1) ?? 'unknown'} s of the processor`,
  );
}

/** The timing means nothing where the two do not do the same. */
async function sameAccuracies(): Promise<boolean> {
  const accuracies = async (name: string) => {
    const reports = FACTORS.map((_, job) =>
      readFile(join(folder, name, `${job}`, 'program_report.json'), 'utf8'),
    );
    return (await Promise.all(reports)).map(
      (text) => (JSON.parse(text) as { average: { accuracy: number } }).average.accuracy,
    );
  };
  return String(await accuracies('studio')) === String(await accuracies('fusion-bench'));
}
