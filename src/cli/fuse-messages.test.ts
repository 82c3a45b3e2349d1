import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fuse, IMAGES, PROJECT, REFERENCE, temporaryFolder } from './fuse/testing';

/** Exit code and message of a run that is refused; which engine there would have been depends on the machine. */
async function refusal(...args: string[]): Promise<string> {
  const { code, told } = await fuse(args);
  const refused = told.replace(/^Engine: .*\n/, '');
  return `${code} ${refused.replaceAll(PROJECT, '/project')}`;
}

describe('what is wrong', () => {
  it('with a name is told with the right one', async () => {
    expect(await refusal(...REFERENCE, 'method.scale_factor=0.5')).toMatchInlineSnapshot(`
      "2 method.scale_factor=0.5
      There is no key method.scale_factor. Did you mean method.scaling_factor? To add a new key, write +method.scale_factor=..."
    `);
    expect(await refusal(...REFERENCE, '+method.scale_factor=0.5')).toMatchInlineSnapshot(
      `"2 method.scale_factor: TaskArithmeticAlgorithm has no option scale_factor. The name is scaling_factor."`,
    );
    expect(
      await refusal('--config-path', 'config/_get_started', '-cn', 'clip_task_arithmetik'),
    ).toMatchInlineSnapshot(
      `"2 There is no configuration clip_task_arithmetik.yaml. Did you mean clip_task_arithmetic? The options of the top folder are clip_evaluate_single_model, clip_simple_average, clip_task_arithmetic, demo."`,
    );
  });

  it('with a group that the configuration does not choose from is told with where it does', async () => {
    const demo = ['--config-path', 'config/_get_started', '--config-name', 'demo'];
    expect(await refusal(...demo, 'method=ties_merging')).toMatchInlineSnapshot(
      `"2 method: a section with _target_ and its options is expected, but it is the text "ties_merging". A file of the group method is chosen so where the configuration has method in its defaults list, as fabric_model_fusion and demo have (without --config-path). In this one the section is changed by method._target_=CLASS and method.KEY=VALUE."`,
    );
    expect(await refusal(...demo, 'modelpool=CLIPVisionModelPool/demo')).toContain(
      'the group modelpool is chosen so',
    );
    expect(await refusal(...demo, 'taskpool=dummy')).toContain('the group taskpool is chosen so');
    expect(await refusal(...demo, 'method=???')).not.toContain('is chosen so');
  });

  it('with the command line itself is told with its usage', async () => {
    expect(await refusal('--config-nam', 'x')).toMatchInlineSnapshot(`
      "2 Unknown option '--config-nam'. Did you mean --config-name?

      npm run fuse -- [--config-path DIR] [--config-name NAME] [key.path=value ...] [-m]
      npm run fuse -- --help lists every option."
    `);
    expect(await refusal('--config-path', 'nowhere')).toMatchInlineSnapshot(
      `"2 --config-path: there is no folder /project/nowhere."`,
    );
    expect(await refusal(...REFERENCE, 'method.scaling_factor=0.1,0.2')).toMatch(/^2 .*multirun/s);
  });

  it('with a configuration that is a pipe is told, and waits for nobody', async () => {
    const folder = temporaryFolder();
    execFileSync('mkfifo', [join(folder, 'endless.yaml')]);
    expect(await refusal('--config-path', folder, '-cn', 'endless')).toMatch(
      /^2 There is no configuration endless\.yaml\./,
    );
  });

  it('with data is told with the task', async () => {
    const data = (...overrides: string[]) =>
      refusal(
        ...REFERENCE,
        ...overrides.map((override) => `taskpool.test_datasets.outlines.${override}`),
      );
    expect(await data('data_dir=nowhere')).toMatchInlineSnapshot(
      `"2 taskpool.test_datasets.outlines: data_dir: nowhere: there is no folder /project/nowhere."`,
    );
    expect(await data('split=test')).toMatchInlineSnapshot(
      `"2 taskpool.test_datasets.outlines: /project/reference/fixtures/scoring/images/outlines has no split test; it has train."`,
    );
    expect(await data('path=csv')).toMatchInlineSnapshot(
      `"2 taskpool.test_datasets.outlines: csv is not read here; imagefolder, parquet and webdataset are."`,
    );
    expect(await data(`data_dir=${IMAGES}/outlines/ring`)).toMatchInlineSnapshot(
      `"1 /project/reference/fixtures/scoring/images/outlines/ring: all of its pictures lie in one folder, so it has no classes. One folder of pictures for each class is expected."`,
    );
  });

  it('with the CLIP that scores is told before anything is computed', async () => {
    const expert = 'reference/fixtures/merge/p8-32/experts/outlines';
    expect(await refusal(...REFERENCE, `taskpool.clip_model=${expert}`)).toMatchInlineSnapshot(
      `"1 taskpool.clip_model: reference/fixtures/merge/p8-32/experts/outlines is no full CLIP: scoring needs its text tower and its projection."`,
    );
    expect(await refusal(...REFERENCE, `taskpool.processor=${expert}`)).toMatchInlineSnapshot(
      `"1 taskpool.processor: /project/reference/fixtures/merge/p8-32/experts/outlines has no tokenizer.json (or vocab.json and merges.txt)."`,
    );
    expect(
      await refusal(...REFERENCE, `modelpool.models.outlines=reference/fixtures/merge/p16-48/base`),
    ).toMatch(/^1 outlines does not fit _pretrained_: \d+ tensors differ/);
  });
});

describe('what is asked for besides a run', () => {
  it('shows its usage', async () => {
    const { code, printed } = await fuse(['--help']);
    expect([code, printed]).toEqual([0, expect.stringContaining('npm run fuse -- [--config-path')]);
  });

  it('shows the configuration and stops with dry_run, whatever models there are', async () => {
    const { code, printed, told } = await fuse([
      '--config-path',
      join(PROJECT, 'config'),
      '--config-name',
      'fabric_model_fusion',
      'method=task_arithmetic',
      'modelpool=CLIPVisionModelPool/clip-vit-base-patch32_sun397_and_cars',
      'dry_run=true',
    ]);
    expect([code, told]).toEqual([0, '']);
    expect(printed).toMatch(/^# The configuration of this run\.\nmethod:\n/);
    expect(printed).toContain('sun397: tanganke/clip-vit-base-patch32_sun397');
  });

  it('shows no configuration where print_config is false', async () => {
    const { printed } = await fuse([...REFERENCE, '+print_config=false', '+dry_run=true']);
    expect(printed).toBe('');
  });
});

describe('data in Parquet files', () => {
  it('are scored by their own class names', async () => {
    const path = join(temporaryFolder(), 'report.json');
    const { code, printed, told } = await fuse([
      ...REFERENCE,
      '~taskpool.test_datasets.outlines',
      '~taskpool.test_datasets.surfaces',
      '+taskpool.test_datasets.digits={_target_:datasets.load_dataset,path:reference/fixtures/parquet/digits,split:test}',
      `+report_save_path=${path}`,
    ]);
    expect(code, told).toBe(0);
    expect(printed).toMatch(/^digits +13 /m);
  });
});
