import { cpSync, existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { nodeEngines } from '../clip/testing';
import {
  fuse,
  IMAGES,
  POOL,
  PROJECT,
  REFERENCE,
  type Report,
  readJson,
  type Score,
  temporaryFolder,
} from './fuse/testing';

afterEach(() => vi.unstubAllEnvs());

const FORMATS = join(PROJECT, 'reference/fixtures/formats');
const SCORING = join(PROJECT, 'reference/fixtures/scoring');

interface Expected {
  readonly models: Readonly<
    Record<string, { readonly tasks: Readonly<Record<string, Score>>; readonly average: Score }>
  >;
}
const expected = readJson<Expected>(join(SCORING, 'expected.json'));

/** Accuracies to the last digit, losses as far as float32 goes. */
function expectScores(report: Report, reference: Readonly<Record<string, Score>>): void {
  for (const [name, { accuracy, loss }] of Object.entries(reference)) {
    expect(report[name]?.accuracy, name).toBe(accuracy);
    expect(Math.abs((report[name]?.loss ?? Number.NaN) - loss), name).toBeLessThan(1e-5);
  }
}

/** Those that load here. */
const engines = (await nodeEngines()).map(([name]) => name);
const perEngine = (...overrides: string[]) => engines.map((name) => [name, overrides] as const);

describe('the report', () => {
  it.each([
    ...perEngine().map((row) => ['program_report.json', ...row] as const),
    ...perEngine('+taskpool.dataloader_kwargs.batch_size=128').map(
      (row) => ['program_report-batch-128.json', ...row] as const,
    ),
  ])('equals FusionBench’s %s on %s', async (file, engine, overrides) => {
    const path = join(temporaryFolder(), 'deep/report.json');
    const args = [...REFERENCE, `+report_save_path=${path}`, `engine=${engine}`, ...overrides];
    const { code, printed, told } = await fuse(args);
    expect(code).toBe(0);
    expect(told).toMatch(new RegExp(`^Engine: ${engine}, \\d+ threads?\\.$`, 'm'));
    type Own = { task_arithmetic_studio: { engine: string } };
    expect(readJson<Own>(path).task_arithmetic_studio.engine).toMatch(
      new RegExp(`^cpu \\(${engine}, threads: \\d+\\)$`),
    );
    const report = readJson<Report>(path);
    const { model_info: info, ...scores } = readJson<Report>(join(SCORING, 'program', file));
    expect(report.model_info).toEqual(info);
    expect(Object.keys(report).slice(0, 4)).toEqual(['model_info', ...Object.keys(scores)]);
    expectScores(report, scores);
    expect(printed).toMatch(/^outlines +40 +0\.6000 +1\.0090$/m);
    expect(printed).toMatch(/^average +0\.6633/m);
  });

  it('goes to outputs/<configuration>/<date> where nothing else is said', async () => {
    const folder = temporaryFolder();
    const models = ['_pretrained_', 'outlines', 'surfaces'].map((name) => {
      const place = name === '_pretrained_' ? 'base' : `experts/${name}`;
      return `modelpool.models.${name}=${POOL}/${place}`;
    });
    const tasks = ['outlines', 'surfaces'].map(
      (name) => `taskpool.test_datasets.${name}.data_dir=${IMAGES}/${name}`,
    );
    const clip = ['clip_model', 'processor'].map((key) => `taskpool.${key}=${POOL}/base`);
    const { code } = await fuse([...REFERENCE, ...models, ...tasks, ...clip], folder);
    expect(code).toBe(0);
    const dates = readdirSync(join(folder, 'outputs/clip_task_arithmetic'));
    expect(dates).toEqual([expect.stringMatching(/^\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d$/)]);
    const report = join(folder, 'outputs/clip_task_arithmetic', dates[0] ?? '');
    expect(readdirSync(report)).toEqual(['program_report.json']);
  });

  it('counts pictures that cannot be read, names them, and is as ever where all can', async () => {
    const folder = temporaryFolder();
    cpSync(join(IMAGES, 'outlines'), join(folder, 'outlines'), { recursive: true });
    writeFileSync(join(folder, 'outlines/circle/000.png'), 'no picture');
    writeFileSync(join(folder, 'outlines/ring/broken.webp'), '');
    const path = join(folder, 'report.json');
    const args = [
      ...REFERENCE,
      '~taskpool.test_datasets.surfaces',
      `+report_save_path=${path}`,
      `taskpool.test_datasets.outlines.data_dir=${folder}/outlines`,
    ];
    const { code, printed, told } = await fuse(args);
    expect(code).toBe(0);
    expect(printed).toMatch(/^task +images +unreadable +accuracy +loss$/m);
    expect(printed).toMatch(/^outlines +39 +2 +0\.\d+ +\d\.\d+$/m);
    expect(told).toContain('Some pictures could not be read and are in none of the numbers:');
    expect(told).toContain('outlines: 2 of 41 (');
    const report = readJson<Record<string, unknown>>(path);
    expect(report.unreadable).toEqual({
      outlines: [
        {
          image: expect.stringMatching(/circle\/000\.png$/),
          reason: expect.stringMatching(/^This is not a picture that is known here/),
        },
        { image: expect.stringMatching(/ring\/broken\.webp$/), reason: 'The file is empty.' },
      ],
    });
    expect(Object.keys(report)).toEqual([
      'model_info',
      'outlines',
      'average',
      'unreadable',
      'task_arithmetic_studio',
    ]);

    const stopped = await fuse([...args, '+taskpool.on_unreadable=error']);
    expect(stopped.code).toBe(1);
    expect(stopped.told).toMatch(
      /circle\/000\.png: This is not a picture .*on_unreadable is error/,
    );
    const wrong = await fuse([...args, '+taskpool.on_unreadable=stop']);
    expect(wrong.code).toBe(2);
    expect(wrong.told).toContain('taskpool.on_unreadable: one of skip, error is expected');
  });

  it('is of one batch with fast_dev_run, and of a sample with sample_size, whose n is shown', async () => {
    const path = join(temporaryFolder(), 'report.json');
    const all = [...REFERENCE, `+report_save_path=${path}`];
    await fuse([...all, '+fast_dev_run=true', '+taskpool.dataloader_kwargs.batch_size=7']);
    type Own = { task_arithmetic_studio: { tasks: Record<string, { n: number }> } };
    expect(readJson<Own>(path).task_arithmetic_studio.tasks.surfaces?.n).toBe(7);
    const { printed } = await fuse([...all, '+taskpool.sample_size=25']);
    expect(printed).toMatch(/^outlines +25 of 40 /m);
    expect(readJson<Own>(path).task_arithmetic_studio.tasks.outlines).toMatchObject({
      n: 25,
      available: 40,
    });
  });

  it('is that of the pretrained model where nothing is merged', async () => {
    const path = join(temporaryFolder(), 'report.json');
    const { code } = await fuse([
      ...REFERENCE,
      'method._target_=fusion_bench.method.DummyAlgorithm',
      '~method.scaling_factor',
      '+taskpool.dataloader_kwargs.batch_size=128',
      `+report_save_path=${path}`,
    ]);
    expect(code).toBe(0);
    expectScores(readJson<Report>(path), expected.models.base?.tasks ?? {});
  });

  it('is not written where it is switched off', async () => {
    const folder = temporaryFolder();
    const { code, told } = await fuse([
      ...REFERENCE,
      '+report_save_path=null',
      `hydra.run.dir=${folder}/run`,
    ]);
    expect([code, told]).toEqual([0, expect.not.stringContaining('Report')]);
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('a second command', () => {
  it('scores the same without computing a prompt', async () => {
    const folder = temporaryFolder();
    vi.stubEnv('TASK_ARITHMETIC_STUDIO_CACHE', join(folder, 'cache'));
    const run = async (name: string) => {
      const path = join(folder, name);
      const { code, told } = await fuse([...REFERENCE, `+report_save_path=${path}`]);
      expect(code).toBe(0);
      return { computed: /^Prompts of/m.test(told), report: readJson<Report>(path) };
    };
    const first = await run('first.json');
    const second = await run('second.json');
    expect([first.computed, second.computed]).toEqual([true, false]);
    expect(second.report).toEqual(first.report);
  });
});

describe('a multirun over the scaling factor', () => {
  it.each(engines)(
    'combines once, scores every value as FusionBench does, and prints one table, on %s',
    async (engine) => {
      const folder = temporaryFolder();
      const factors = ['-1', '0', '0.3', '0.5', '0.7', '1', '1.37'];
      const { code, printed, told } = await fuse([
        ...REFERENCE,
        '-m',
        `method.scaling_factor=${factors.join(',')}`,
        '+taskpool.dataloader_kwargs.batch_size=128',
        `hydra.sweep.dir=${folder}`,
        `engine=${engine}`,
      ]);
      expect(code).toBe(0);
      expect(told.match(/^Combining the models/gm)).toHaveLength(1);
      expect(told.match(/^Engine: /gm)).toHaveLength(1);
      expect(told.match(/^Prompts of outlines/gm)).toHaveLength(1);
      for (const [job, factor] of factors.entries()) {
        const { tasks, average } = expected.models[`merged@${factor}`] ?? {};
        const report = readJson<Report>(join(folder, `${job}/program_report.json`));
        expectScores(report, { ...tasks, ...(average ? { average } : {}) });
      }
      const lines = printed.split('\n').slice(-9);
      expect(lines[0]?.split(/ +/)).toEqual([
        'method.scaling_factor',
        'outlines',
        'surfaces',
        'average',
        'loss',
      ]);
      expect(lines.slice(1, -1).map((line) => line.split(/ +/)[0])).toEqual(factors);
      expect(lines[5]).toMatch(/^0\.7 +0\.6000 +0\.7267 +0\.6633 +0\.8176$/);
      expect(lines.at(-1)).toMatch(/^Highest average accuracy: 0\.7217 at method\.scaling_factor=/);
    },
  );

  it('takes a range, and refuses files that its runs would share', async () => {
    const folder = temporaryFolder();
    const sweep = [...REFERENCE, '-m', 'method.scaling_factor=range(0.25,1,0.5)'];
    const { code, printed } = await fuse([...sweep, `hydra.sweep.dir=${folder}`]);
    expect(code).toBe(0);
    expect(printed).toMatch(/^0\.25 .*\n0\.75 /m);
    const shared = await fuse([...sweep, `+report_save_path=${folder}/report.json`]);
    expect(shared.code).toBe(2);
    expect(shared.told.replaceAll(folder, '/runs')).toMatchInlineSnapshot(
      `"report_save_path: several runs would write /runs/report.json. Begin it with {log_dir}, which each run has for itself."`,
    );
  });
});

describe('a multirun over something else', () => {
  it('combines anew and shares pictures and prompts', async () => {
    const { code, printed, told } = await fuse([
      ...REFERENCE,
      '-m',
      // The same weights in another format.
      `modelpool.models.outlines=${POOL}/experts/outlines,${FORMATS}/pool/torch/outlines`,
      `hydra.sweep.dir=${temporaryFolder()}`,
    ]);
    expect(code, told).toBe(0);
    expect(told.match(/^Combining the models/gm)).toHaveLength(2);
    expect(told.match(/^Prompts of outlines/gm)).toHaveLength(1);
    expect(printed.match(/ 0\.6000 +0\.7267 +0\.6633 +0\.8908$/gm)).toHaveLength(2);
  });
});

describe('task-wise coefficients', () => {
  it('come from FusionBench’s option of the group method, and score as one factor where they are equal', async () => {
    const path = join(temporaryFolder(), 'report.json');
    const models = ['base', 'experts/outlines', 'experts/surfaces'].map((at) => `${POOL}/${at}`);
    const [base, outlines, surfaces] = models;
    const task = (name: string) =>
      `${name}: {_target_: datasets.load_dataset, path: imagefolder, data_dir: '${IMAGES}/${name}', split: train}`;
    const { code, told } = await fuse([
      'method=adamerging/clip',
      'method.name=clip_task_wise_adamerging',
      'method.weights=[0.7,0.7]',
      'modelpool=CLIPVisionModelPool/clip-vit-base-patch32_svhn_and_mnist',
      `modelpool.models._pretrained_=${base}`,
      `modelpool.models.svhn=${outlines}`,
      `modelpool.models.mnist=${surfaces}`,
      'taskpool=CLIPVisionModelTaskPool/_template',
      `taskpool.base_model=${base}`,
      `+taskpool.test_datasets={${task('outlines')}, ${task('surfaces')}}`,
      `report_save_path=${path}`,
    ]);
    expect(code, told).toBe(0);
    type Own = { task_arithmetic_studio: { recipe: object } };
    expect(readJson<Own>(path).task_arithmetic_studio.recipe).toMatchObject({
      method: 'CLIPTaskWiseAdaMergingAlgorithm',
      options: { weights: [0.7, 0.7], clamp_weights: false },
      scalingFactor: null,
    });
    const { tasks } = expected.models['merged@0.7'] ?? {};
    expectScores(readJson<Report>(path), tasks ?? {});
  });

  it('are asked for where there are none', async () => {
    const method = ['method=adamerging/clip', 'method.name=clip_task_wise_adamerging'];
    const { code, told } = await fuse(method);
    expect(code).toBe(2);
    expect(told).toMatchInlineSnapshot(
      `"method.weights: there are none, so FusionBench would learn them from pictures, which this program does not. Give one for each fine-tuned model, in pool order (method.weights=[0.3,0.4]), or use task arithmetic (method=task_arithmetic), whose one scaling factor is for all."`,
    );
  });
});

describe('the demo', () => {
  it('runs without any download, out of its zips, with the scores that it was released with', async () => {
    const path = join(temporaryFolder(), 'report.json');
    const left = ['chess', 'flags', 'mnist'].map((task) => `~taskpool.test_datasets.${task}`);
    const demo = ['--config-path', 'config/_get_started', '--config-name', 'demo'];
    const { code, told } = await fuse([...demo, ...left, `+report_save_path=${path}`]);
    expect(code, told).toBe(0);
    type Released = {
      task_arithmetic: Record<string, { tasks: Record<string, { n: number; correct: number }> }>;
    };
    const released = readJson<Released>(join(PROJECT, 'public/demo/results.json'));
    type Own = { task_arithmetic_studio: { tasks: Record<string, object> } };
    const { n, correct } = released.task_arithmetic['0.8']?.tasks.fashion ?? {};
    expect(n).toBeGreaterThan(0);
    expect(readJson<Own>(path).task_arithmetic_studio.tasks.fashion).toMatchObject({ n, correct });
  });
});

describe('the demo whose method is chosen from the group', () => {
  it('has the models and pictures of the one that is whole in its file', async () => {
    const shown = async (...args: string[]) => {
      const sections: string[] = [];
      for (const section of ['modelpool', 'taskpool']) {
        const { code, told, printed } = await fuse([...args, '--cfg', 'job', '-p', section]);
        expect(code, told).toBe(0);
        sections.push(printed);
      }
      return sections;
    };
    expect(await shown('--config-name', 'demo')).toEqual(
      await shown('--config-path', 'config/_get_started', '--config-name', 'demo'),
    );
  });
});

describe('the tutorial', () => {
  it('runs its own file with local models and pictures', async () => {
    const path = join(temporaryFolder(), 'report.json');
    const classnames = readJson<Record<string, { classnames: string[]; templates: string[] }>>(
      join(IMAGES, 'tasks.json'),
    );
    const local = [
      ['sun397', 'outlines'],
      ['stanford-cars', 'surfaces'],
    ].flatMap(([task, stand = '']) => [
      `modelpool.models.${task}=${POOL}/experts/${stand}`,
      `taskpool.test_datasets.${task}.path=imagefolder`,
      `+taskpool.test_datasets.${task}.data_dir=${IMAGES}/${stand}`,
      `taskpool.test_datasets.${task}.split=train`,
      `+taskpool.classnames.${task}=${JSON.stringify(classnames[stand]?.classnames)}`,
      `+taskpool.templates.${task}=${JSON.stringify(classnames[stand]?.templates)}`,
    ]);
    const { code, told } = await fuse([
      '--config-path',
      'config/_get_started',
      '--config-name',
      'clip_task_arithmetic',
      ...['modelpool.models._pretrained_', 'taskpool.clip_model', 'taskpool.processor'].map(
        (key) => `${key}=${POOL}/base`,
      ),
      ...local,
      'method.scaling_factor=0.5',
      '+taskpool.dataloader_kwargs.batch_size=128',
      `+report_save_path=${path}`,
    ]);
    expect(code, told).toBe(0);
    const { outlines, surfaces } = expected.models['merged@0.5']?.tasks ?? {};
    if (!outlines || !surfaces) throw new Error('the fixture has both tasks');
    expectScores(readJson<Report>(path), { sun397: outlines, 'stanford-cars': surfaces });
  });

  it('without its models says where it looked and how to get them', async () => {
    const folder = temporaryFolder();
    process.env.HF_HUB_CACHE = join(folder, 'hub');
    try {
      const { code, told } = await fuse(
        ['--config-path', 'config/_get_started', '--config-name', 'clip_task_arithmetic'],
        folder,
      );
      expect(code).toBe(2);
      expect(told.replaceAll(folder, '/home/me')).toMatchInlineSnapshot(`
        "modelpool.models._pretrained_: openai/clip-vit-base-patch32: this model is not on this machine. Looked for
          the folder /home/me/openai/clip-vit-base-patch32
          the Hugging Face cache /home/me/hub/models--openai--clip-vit-base-patch32
        Nothing is downloaded by itself. To get it: hf download openai/clip-vit-base-patch32

        modelpool.models.sun397: tanganke/clip-vit-base-patch32_sun397: this model is not on this machine. Looked for
          the folder /home/me/tanganke/clip-vit-base-patch32_sun397
          the Hugging Face cache /home/me/hub/models--tanganke--clip-vit-base-patch32_sun397
        Nothing is downloaded by itself. To get it: hf download tanganke/clip-vit-base-patch32_sun397

        modelpool.models.stanford-cars: tanganke/clip-vit-base-patch32_stanford-cars: this model is not on this machine. Looked for
          the folder /home/me/tanganke/clip-vit-base-patch32_stanford-cars
          the Hugging Face cache /home/me/hub/models--tanganke--clip-vit-base-patch32_stanford-cars
        Nothing is downloaded by itself. To get it: hf download tanganke/clip-vit-base-patch32_stanford-cars

        taskpool.test_datasets.sun397: tanganke/sun397: this data set is not on this machine. Looked for
          the folder /home/me/tanganke/sun397
          the Hugging Face cache /home/me/hub/datasets--tanganke--sun397
        Nothing is downloaded by itself. To get it: hf download tanganke/sun397 --repo-type dataset

        taskpool.test_datasets.stanford-cars: tanganke/stanford_cars: this data set is not on this machine. Looked for
          the folder /home/me/tanganke/stanford_cars
          the Hugging Face cache /home/me/hub/datasets--tanganke--stanford_cars
        Nothing is downloaded by itself. To get it: hf download tanganke/stanford_cars --repo-type dataset

        With --download this command fetches them itself."
      `);
      expect(existsSync(join(folder, 'outputs'))).toBe(false);
    } finally {
      delete process.env.HF_HUB_CACHE;
    }
  });
});
