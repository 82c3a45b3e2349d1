/** Eleven scaling factors of the built-in demo, every picture scored at each: whole processes. */
import { mkdir, readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { projectRoot } from '../../scripts/lib/tools.mjs';
import { NO_REFERENCE, python, runFuse, runFusionBench } from '../support/processes';
import type { Suite } from '../support/row';
import { type Contender, sideBySide } from '../support/side-by-side';
import { type UnpackedDemo, unpackDemo } from '../support/unpacked-demo';

const FACTORS = Array.from({ length: 11 }, (_, step) => step / 10);

const WANTED = 0.3;

export const sweep: Suite = async ({ folder, rounds, tell }) => {
  const place = join(folder, 'sweep');
  await mkdir(place, { recursive: true });
  const demo = await unpackDemo(resolve(projectRoot, 'public/demo'), place);
  const others: Contender[] = [];
  if (python !== undefined) {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: an interpolation of OmegaConf.
    const report = '+report_save_path=${hydra:runtime.output_dir}/program_report.json';
    const args = [...sweepArgs(place, demo, 'fusion-bench'), report];
    others.push({
      name: 'FusionBench',
      wanted: WANTED,
      measure: async () =>
        (await runFusionBench(args, availableParallelism(), demo.tasksJson)).seconds,
    });
  }
  const ours = async () => (await runFuse(sweepArgs(place, demo, 'studio'))).seconds;
  const work = `${FACTORS.length} scaling factors, ${demo.experts} experts, ${demo.images} pictures`;
  const row = await sideBySide(work, 's', rounds, ours, others, tell);
  if (python !== undefined) await requireSameAccuracies(place);
  return {
    title: 'Sweep of the demo',
    text: 'Merging and scoring, whole processes; both give the same accuracies, or the benchmark fails.',
    rows: [row],
    omitted: python === undefined ? [`FusionBench: ${NO_REFERENCE}`] : [],
  };
};

function sweepArgs(place: string, { configPath, configName }: UnpackedDemo, name: string) {
  return [
    ...['--config-path', configPath, '--config-name', configName, '-m'],
    `method.scaling_factor=${FACTORS.join(',')}`,
    `hydra.sweep.dir=${join(place, name)}`,
  ];
}

/** The timing means nothing where the two do not do the same. */
async function requireSameAccuracies(place: string): Promise<void> {
  const accuracies = async (name: string) => {
    const reports = FACTORS.map((_, job) =>
      readFile(join(place, name, `${job}`, 'program_report.json'), 'utf8'),
    );
    return (await Promise.all(reports)).map(
      (text) => (JSON.parse(text) as { average: { accuracy: number } }).average.accuracy,
    );
  };
  const [ours, theirs] = [await accuracies('studio'), await accuracies('fusion-bench')];
  if (String(ours) !== String(theirs)) {
    throw new Error(`The accuracies differ: ${ours.join(', ')} and ${theirs.join(', ')}.`);
  }
}
