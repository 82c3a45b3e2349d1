/** What is asked of the command besides a run, and what it says of runs before and after. */
import { describe, expect, it } from 'vitest';
import { ALL_METHODS } from '../method/registry';
import { version } from '../version';
import { fuse, POOL, REFERENCE, temporaryFolder } from './fuse/testing';

describe('instead of a run', () => {
  it('shows its version', async () => {
    expect(await fuse(['--version'])).toEqual({
      code: 0,
      printed: `task-arithmetic-studio ${version}`,
      told: '',
    });
  });

  it('lists groups, and every method with its options', async () => {
    const { code, printed } = await fuse(['--help']);
    expect(code).toBe(0);
    expect(printed).toMatch(/^ {2}modelpool: CLIPVisionModelPool\/clip-vit-base-patch16_TA8,/m);
    expect(printed).toMatch(/^ {2}merged_model_save_path {2}A folder/m);
    for (const { configuration, name, options } of ALL_METHODS) {
      expect(printed).toContain(`\n  ${configuration}  ${name}. `);
      for (const option of options) expect(printed).toContain(`\n      ${option.name}=`);
    }
    expect(printed).toMatch(/^ {6}threshold=20 {2}Number from 0 to 100\. Percent of/m);
    expect(Math.max(...printed.split('\n').map((line) => line.length))).toBeLessThanOrEqual(130);
  });

  it('lists the groups of the folder that is named', async () => {
    const { printed } = await fuse(['--help', ...REFERENCE]);
    expect(printed).toMatch(/^Configurations .*\n(?: {2}.*\n)* {2}(?:.*, )?clip_task_arithmetic/m);
    expect(printed).not.toContain('  modelpool: ');
  });

  it('shows the configuration of the job, whatever models there are, and the files that it is made of', async () => {
    const job = await fuse([
      '--cfg',
      'job',
      'method=task_arithmetic',
      'engine=wasm',
      '-p',
      'method',
    ]);
    expect(job).toEqual({
      code: 0,
      printed:
        '# @package method\n_target_: fusion_bench.method.TaskArithmeticAlgorithm\nscaling_factor: 0.3',
      told: '',
    });
    const files = await fuse(['--info', 'defaults', 'method=task_arithmetic']);
    expect([files.code, files.told]).toEqual([0, '']);
    expect(files.printed).toMatch(
      /^\| method\/task_arithmetic +\| method +\| False +\| fabric_model_fusion/m,
    );
  });

  it.each([
    [['--cfg', 'hydra'], '--cfg hydra: only job is shown here.'],
    [['--info', 'plugins'], '--info plugins: only defaults is shown here.'],
    [['--resolve'], '--package and --resolve go with --cfg job.'],
    [['--cfg', 'job', '-m'], 'Only one of --multirun, --cfg and --info can be given.'],
  ])('refuses %s', async (args, message) => {
    const { code, told } = await fuse(args);
    expect([code, told]).toEqual([2, expect.stringContaining(message)]);
  });
});

const MERGE = [...REFERENCE, '+print_config=false'];

describe('the configuration', () => {
  it('is shown where it is asked for, and only there', async () => {
    const folder = temporaryFolder();
    const run = ['+merged_model_save_path=null', 'taskpool=null', '+relations=true'];
    const place = [`hydra.run.dir=${folder}`, '+relations.directions=false'];
    const quiet = await fuse([...REFERENCE, ...run, ...place]);
    expect([quiet.code, quiet.printed]).toEqual([0, expect.not.stringContaining('_target_')]);
    const asked = await fuse([...REFERENCE, '+print_config=true', ...run, ...place]);
    expect([asked.code, asked.printed]).toEqual([0, expect.stringContaining('_target_: ')]);
    const dry = await fuse([...REFERENCE, '+dry_run=true']);
    expect(dry.printed).toMatch(/^# The configuration of this run\.\nmethod:\n/);
  });
});

describe('a run of which nothing would be left', () => {
  it('is refused before anything is read', async () => {
    const { code, told } = await fuse([
      ...MERGE,
      'taskpool=null',
      'modelpool.models.outlines=nowhere',
    ]);
    expect([code, told]).toEqual([
      2,
      `The models would be merged and nothing kept: there are no tasks to score, and merged_model_save_path is not set. To go on, add "++merged_model_save_path='{log_dir}/model'" to keep the merged model, or choose a taskpool to score it.`,
    ]);
  });

  it('is warned of where a report of its size is left', async () => {
    const { code, told } = await fuse([
      ...MERGE,
      '~taskpool',
      '+taskpool={_target_:fusion_bench.taskpool.DummyTaskPool}',
      `hydra.run.dir=${temporaryFolder()}`,
    ]);
    expect(code, told).toBe(0);
    expect(told).toMatch(/^The merged model is neither saved nor scored:/);
  });
});

describe('the end', () => {
  it('of a run that saves is the paths and what to do with them', async () => {
    const folder = temporaryFolder();
    const { code, told } = await fuse([
      ...MERGE,
      'taskpool=null',
      `+merged_model_save_path='${folder}/a model'`,
    ]);
    expect(code, told).toBe(0);
    expect(told.split('\n').slice(-3)).toEqual([
      `Merged model: ${folder}/a model`,
      `Next: npm run -s inspect -- '${folder}/a model', or drop the folder on the page.`,
      `To publish it: hf upload YOUR_NAME/YOUR_MODEL '${folder}/a model'`,
    ]);
  });

  it('of a run that does not is how it would', async () => {
    const folder = temporaryFolder();
    const { code, told } = await fuse([
      ...MERGE,
      '~taskpool.test_datasets.surfaces',
      '+taskpool.sample_size=4',
      `hydra.run.dir=${folder}`,
    ]);
    expect(code, told).toBe(0);
    expect(told.split('\n').slice(-2)).toEqual([
      `Report: ${folder}/program_report.json`,
      `Next: the same command with "++merged_model_save_path='{log_dir}/model'" saves the merged model.`,
    ]);
  });

  it('of the pretrained model alone is its report', async () => {
    const { told } = await fuse([
      ...MERGE,
      'method._target_=fusion_bench.method.DummyAlgorithm',
      '~method.scaling_factor',
      `modelpool.models={_pretrained_:${POOL}/base}`,
      '~taskpool.test_datasets.surfaces',
      '+taskpool.sample_size=4',
      `hydra.run.dir=${temporaryFolder()}`,
    ]);
    expect(told).toMatch(/\nReport: [^\n]*$/);
  });
});
