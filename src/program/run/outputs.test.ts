import { describe, expect, it } from 'vitest';
import { readProgram } from '../config/program/read-program';
import { compose } from '../hydra/compose';
import { configFiles } from '../hydra/source';
import { type RunOutputs, runOutputs } from './outputs';

const NOW = new Date(2026, 4, 17, 9, 8, 7);

const RUN = `
_target_: fusion_bench.programs.FabricModelFusionProgram
method: { _target_: fusion_bench.method.SimpleAverageAlgorithm }
modelpool:
  _target_: fusion_bench.modelpool.CLIPVisionModelPool
  models: { a: folder/a, b: folder/b }
`;

async function outputs(
  more: string,
  overrides: readonly string[] = [],
  multirun = false,
): Promise<RunOutputs> {
  const source = configFiles(new Map([['tutorial.yaml', RUN + more]]));
  const composition = await compose({
    ...source,
    configName: 'tutorial',
    overrides,
    env: {},
    now: NOW,
    jobNumber: 3,
  });
  const program = readProgram(composition.config, composition.referenced);
  return runOutputs(program, composition, { configName: 'tutorial', now: NOW, multirun });
}

describe('where a run writes', () => {
  it('is outputs/<configuration>/<date> where nobody says otherwise', async () => {
    expect(await outputs('')).toEqual({
      logDir: 'outputs/tutorial/2026-05-17_09-08-07',
      report: 'outputs/tutorial/2026-05-17_09-08-07/program_report.json',
      model: null,
      comparison: null,
      relations: null,
      predictions: null,
    });
  });

  it('is what path.log_dir says, as in FusionBench, or hydra.run.dir', async () => {
    expect((await outputs('path: { log_dir: logs/x }')).logDir).toBe('logs/x');
    expect((await outputs('', ['hydra.run.dir=my/run'])).logDir).toBe('my/run');
  });

  it('stands for {log_dir} in both paths', async () => {
    const paths = 'report_save_path: "{log_dir}/r.json"\nmerged_model_save_path: "{log_dir}/model"';
    expect(await outputs(paths, ['hydra.run.dir=my/run'])).toEqual({
      logDir: 'my/run',
      report: 'my/run/r.json',
      model: 'my/run/model',
      comparison: null,
      relations: null,
      predictions: null,
    });
  });

  it('has a folder for relations of the experts, which FusionBench’s method for them names itself', async () => {
    const folderOf = async (...overrides: string[]) => {
      const base = ['hydra.run.dir=my/run', '+modelpool.models._pretrained_=folder/base'];
      return (await outputs('', [...base, ...overrides])).relations;
    };
    expect(await folderOf('+relations=true')).toBe('my/run/relations');
    expect(await folderOf('+relations={save_path: null}')).toBeNull();
    const cosines = [
      'method._target_=fusion_bench.method.TaskVectorCosSimilarity',
      '+method.plot_heatmap=false',
    ];
    expect(await folderOf(...cosines)).toBe('my/run');
    expect(await folderOf(...cosines, '+relations=true')).toBe('my/run');
  });

  it.each(['null', 'false'])('is nowhere for a report that is %s', async (off) => {
    expect((await outputs(`report_save_path: ${off}`)).report).toBeNull();
  });

  it('is a folder for each run of a multirun', async () => {
    expect((await outputs('', [], true)).logDir).toBe(
      'outputs/multirun/tutorial/2026-05-17_09-08-07/3',
    );
    expect((await outputs('', ['hydra.sweep.dir=sweeps'], true)).logDir).toBe('sweeps/3');
  });
});
