import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { version } from '../version';
import { fuse, PROJECT, REFERENCE, readJson, temporaryFolder } from './fuse/testing';

const FACTORS = 'method.scaling_factor=0.0,0.3,0.7';
const CONFIG = [...REFERENCE, 'engine=wasm'];

interface Plan {
  readonly jobs: readonly {
    readonly key: string;
    readonly arguments: readonly string[];
    readonly outputs: { readonly report: string };
  }[];
}

/** A folder with a plan in it, its runs writing into the same folder. */
async function planned(...overrides: string[]) {
  const folder = temporaryFolder();
  const plan = join(folder, 'jobs.json');
  const args = (where: string) => [
    ...CONFIG,
    '-m',
    `hydra.sweep.dir=${folder}/${where}`,
    ...(overrides.length > 0 ? overrides : [FACTORS]),
  ];
  const { code, told } = await fuse([...args('jobs'), '--plan', plan]);
  expect(code, told).toBe(0);
  return { folder, plan, results: join(folder, 'jobs.results'), args, told };
}

const run = (plan: string, index: string) => fuse(['--job', plan, '--index', index]);
const collect = (plan: string) => fuse(['--collect', plan]);

describe('a plan', () => {
  it('has a job for each run, whose table is that of the multirun to the last byte', async () => {
    const { folder, plan, results, args, told } = await planned();
    expect(told).toMatch(/^Plan: .*jobs\.json, 3 jobs\nNext: npm run fuse -- --job .* of 0-2,/m);
    const { jobs } = readJson<Plan>(plan);
    expect(jobs.map((job) => job.arguments.at(-1))).toEqual([
      'method.scaling_factor=0.0',
      'method.scaling_factor=0.3',
      'method.scaling_factor=0.7',
    ]);
    expect(new Set(jobs.map(({ key }) => key)).size).toBe(3);
    // In any order.
    for (const index of ['2', '0', '1']) {
      const { code, told: said, printed } = await run(plan, index);
      expect(code, said).toBe(0);
      expect(said).toContain(`Result: ${results}/${jobs[Number(index)]?.key}.jsonl`);
      expect(printed).toMatch(/^average/m);
    }
    const whole = await fuse(args('whole'));
    const collected = await collect(plan);
    expect([collected.code, collected.printed]).toEqual([0, whole.printed]);
    expect(whole.printed).toMatch(/^Highest average accuracy: .* at method\.scaling_factor=/m);
    for (const i of [0, 1, 2]) {
      const report = readFileSync(join(folder, `whole/${i}/program_report.json`), 'utf8');
      expect(readFileSync(join(folder, `jobs/${i}/program_report.json`), 'utf8')).toBe(report);
    }
    const csv = readFileSync(join(results, 'table.csv'), 'utf8').split('\r\n');
    expect(csv[0]).toBe('index,key,method.scaling_factor,outlines,surfaces,average,loss,seconds');
    expect(csv[3]).toMatch(new RegExp(`^2,${jobs[2]?.key},0\\.7,0\\.600000023\\d*,`));
    const report = readJson<{ task_arithmetic_studio: Record<string, unknown> }>(
      join(results, 'report.json'),
    ).task_arithmetic_studio;
    expect(report).toMatchObject({ version, missing: [], failed: [], damaged: [] });
    expect(report.jobs).toHaveLength(3);
  });

  it('is of one job without a multirun', async () => {
    const folder = temporaryFolder();
    const plan = join(folder, 'one.json');
    const args = [...CONFIG, `++report_save_path=${folder}/report.json`];
    expect((await fuse([...args, '--plan', plan])).code).toBe(0);
    const { printed } = await run(plan, '0');
    expect((await fuse(args)).printed).toBe(printed);
    // The report was written anew, to the same bytes.
    expect(await collect(plan)).toMatchObject({ code: 0, printed });
  });

  it('tells what searches found, as their multirun does', async () => {
    const { plan, args } = await planned(
      '+search=lambda',
      'search.split=0.5',
      'search.evaluations=4',
      'search.grid=3',
      'method.scaling_factor=0.3,0.7',
    );
    expect((await run(plan, '0-1')).code).toBe(0);
    expect((await collect(plan)).printed).toBe((await fuse(args('whole'))).printed);
  });

  it('has a job for each method that is compared, where they are swept over', async () => {
    const { plan, results } = await planned(
      '+compare=TiesMergingAlgorithm,WeightedAverageAlgorithm',
      'compare.sample_size=8',
    );
    const { code, told, printed } = await run(plan, '0-1');
    expect(code, told).toBe(0);
    expect(printed.match(/^TIES/gm)).toHaveLength(1);
    expect(printed.match(/^Weighted average/gm)).toHaveLength(1);
    expect((await collect(plan)).printed).toMatch(/^TIES[\s\S]+^Weighted average/m);
    expect(readdirSync(results)).toHaveLength(4);
  });

  it('is replaced by another, and takes the place of nothing else', async () => {
    const { folder, plan, results, args } = await planned();
    expect((await run(plan, '0-2')).code).toBe(0);
    const more = args('later').map((arg) => (arg === FACTORS ? `${FACTORS},0.9` : arg));
    // What both have in common stays done, wherever it was written.
    expect((await fuse([...more, '--plan', plan])).told).toMatch(
      /4 jobs, 3 of them done already\nNext: .* of 3, on any machine/,
    );
    const { told } = await run(plan, '0-3');
    expect(told.match(/is done already/g)).toHaveLength(3);
    expect(await collect(plan)).toMatchObject({ code: 0 });

    writeFileSync(join(folder, 'notes.json'), '{}');
    expect(await fuse([...more, '--plan', join(folder, 'notes.json')])).toMatchObject({
      code: 2,
      told: expect.stringMatching(/notes\.json is there already .* is no plan of jobs/),
    });
    writeFileSync(join(results, 'thesis.tex'), '');
    expect(await fuse([...more, '--plan', plan])).toMatchObject({
      code: 2,
      told: expect.stringMatching(/which holds thesis\.tex\. Give the plan another name/),
    });
  });

  it('is refused where a run would be, and among what is read', async () => {
    const base = 'reference/fixtures/merge/p8-32/base';
    const args = [...CONFIG, '++report_save_path=null'];
    expect(await fuse([...args, '--plan', `${base}/jobs.json`])).toMatchObject({
      code: 2,
      told: expect.stringMatching(/^--plan: .*jobs\.json lies in .*\/base, which this run reads/),
    });
    const plan = join(temporaryFolder(), 'jobs.json');
    const missing = `modelpool.models.outlines=${temporaryFolder()}/nowhere`;
    expect(await fuse([...args, missing, '--plan', plan])).toMatchObject({
      code: 2,
      told: expect.stringMatching(/modelpool\.models\.outlines: .*nowhere/),
    });
    expect(await fuse([...args, '++dry_run=true', '--plan', plan])).toMatchObject({ code: 2 });
    expect(existsSync(plan)).toBe(false);
  });

  it('runs on machines that have its folder at another place', async () => {
    const here = temporaryFolder();
    symlinkSync(join(PROJECT, 'reference'), join(here, 'reference'));
    const args = [...CONFIG, '-m', FACTORS, 'hydra.sweep.dir=out'];
    expect((await fuse([...args, '--plan', 'sweep/jobs.json'], here)).code).toBe(0);
    const there = join(temporaryFolder(), 'mounted');
    mkdirSync(there);
    for (const name of ['sweep', 'reference']) renameSync(join(here, name), join(there, name));
    const { code, told } = await fuse(
      ['--job', '../mounted/sweep/jobs.json', '--index', '1'],
      there,
    );
    expect(code, told).toBe(0);
    expect(existsSync(join(there, 'out/1/program_report.json'))).toBe(true);
  });
});

describe('a job', () => {
  it('that is done is not run again', async () => {
    const { plan, results } = await planned();
    expect((await run(plan, '1')).told).toMatch(/^Job 1 of 3: method\.scaling_factor=0\.3$/m);
    const [file = ''] = readdirSync(results);
    const changed = () => statSync(join(results, file), { bigint: true }).ctimeNs;
    const before = changed();
    const again = await run(plan, '1');
    expect(again).toEqual({
      code: 0,
      printed: '',
      told: `Job 1 is done already: ${results}/${file}`,
    });
    expect(changed()).toBe(before);
  });

  it('is run again where its result or what it wrote is damaged or gone', async () => {
    const { folder, plan, results } = await planned();
    await run(plan, '0-2');
    const key = readJson<Plan>(plan).jobs[0]?.key;
    const result = join(results, `${key}.jsonl`);
    const report = join(folder, 'jobs/0/program_report.json');
    const text = readFileSync(result, 'utf8');
    const damages: (() => void)[] = [
      () => writeFileSync(result, text.replace('"accuracy":0.5', '"accuracy":0.9')),
      () => writeFileSync(result, text.slice(0, -1)),
      () => writeFileSync(result, ''),
      () => rmSync(report),
      () => writeFileSync(report, readFileSync(report, 'utf8').replace('0', '1')),
    ];
    for (const [i, damage] of damages.entries()) {
      damage();
      const collected = await collect(plan);
      expect(collected.code, `${i}`).toBe(1);
      expect(collected.told).toMatch(/^Job 0 damaged: (Its result|It had written) .*\.$/m);
      expect(collected.told).toMatch(/^1 of 3 jobs have no result: damaged 0\.$/m);
      const { code, told } = await run(plan, '0');
      expect(code, told).toBe(0);
      expect(told).toMatch(/^Job 0 is run again\. It/m);
      expect((await collect(plan)).code).toBe(0);
    }
  });

  it('of another is no result of this one', async () => {
    const { plan, results } = await planned();
    await run(plan, '0');
    const [first, second] = readJson<Plan>(plan).jobs.map(({ key }) =>
      join(results, `${key}.jsonl`),
    );
    cpSync(first ?? '', second ?? '');
    expect((await collect(plan)).told).toMatch(/missing 2; damaged 1\.$/m);
  });

  it('that is missing or failed is named, with what to do', async () => {
    const folder = temporaryFolder();
    cpSync(join(PROJECT, 'reference/fixtures/scoring/images'), folder, { recursive: true });
    const data = `taskpool.test_datasets.outlines.data_dir=${folder}/outlines`;
    const { plan, folder: at } = await planned(FACTORS, data, '+taskpool.on_unreadable=error');
    await run(plan, '0');
    const picture = join(folder, 'outlines/circle/000.png');
    const { size, mtime } = statSync(picture);
    const good = readFileSync(picture);
    writeFileSync(picture, new Uint8Array(size));
    utimesSync(picture, mtime, mtime);
    const failed = await run(plan, '1');
    expect([failed.code, failed.told]).toEqual([1, expect.stringContaining('000.png')]);
    const { code, printed, told } = await collect(plan);
    expect(code).toBe(1);
    expect(printed).toMatch(/^0\.0 .*\n.*at method\.scaling_factor=0\.0$/m);
    expect(told).toMatch(/^Job 1 failed: .*000\.png/m);
    expect(told).toMatch(/^2 of 3 jobs have no result: missing 2; failed 1\.$/m);
    expect(told).toContain(`Next: npm run fuse -- --job ${plan} --index 1`);
    // Of several those that can are run.
    const several = await run(plan, '0-2');
    expect(several.code).toBe(1);
    expect(several.told).toMatch(/^Job 1 failed\. [\s\S]*^Job 2 failed\. /m);
    writeFileSync(picture, good);
    utimesSync(picture, mtime, mtime);
    expect((await run(plan, '0-2')).code).toBe(0);
    expect((await collect(plan)).code).toBe(0);
    expect(readdirSync(join(at, 'jobs.results')).filter((name) => /error/.test(name))).toEqual([]);
  });
});

describe('what is wrong with a plan', () => {
  it('is told', async () => {
    const { folder, plan } = await planned();
    const text = readFileSync(plan, 'utf8');
    const other = join(folder, 'other.json');
    const refusal = async (changed: string, index = '0') => {
      writeFileSync(other, changed);
      const { code, told } = await run(other, index);
      return `${code} ${told.replaceAll(folder, '').replaceAll(version, 'VERSION')}`;
    };
    expect(await refusal(text, '3')).toMatchInlineSnapshot(
      `"2 --index 3: /other.json has 3 jobs, 0 to 2."`,
    );
    expect(await refusal(text, '1-7')).toMatchInlineSnapshot(
      `"2 --index 7: /other.json has 3 jobs, 0 to 2."`,
    );
    expect(await refusal(text.replace('_jobs": 1', '_jobs": 2'))).toMatchInlineSnapshot(
      `"2 /other.json was written by version VERSION of this program, whose plans are of another form (2, and not 1). Make it anew with --plan."`,
    );
    expect(
      await refusal(text.replace(`"version": "${version}"`, '"version": "0.0.1"')),
    ).toMatchInlineSnapshot(
      `"2 /other.json was made by version 0.0.1 of this program, and this is VERSION. Results of versions do not go into one table: make the plan anew, or use that version."`,
    );
    expect(await refusal(text.replace('"index":1', '"index":5'))).toMatchInlineSnapshot(
      `"2 /other.json is damaged at jobs: it is not as --plan has written it. Make it anew."`,
    );
    expect(await refusal(text.slice(0, 300))).toMatchInlineSnapshot(
      `"2 /other.json is no plan of jobs. --plan /other.json writes one."`,
    );
    expect(await refusal('{"jobs": []}')).toMatchInlineSnapshot(
      `"2 /other.json is no plan of jobs. --plan /other.json writes one."`,
    );
    expect(
      await refusal(text.replace('scaling_factor=0.0', 'scaling_factor=0.1')),
    ).toMatchInlineSnapshot(
      `"2 Job 0 is not what was planned: its configuration, its models or its data have changed since (files are known by name, size and time of change). Make the plan anew; jobs that it has in common with this one stay done."`,
    );
    rmSync(other);
    expect((await run(other, '0')).told.replaceAll(folder, '')).toMatchInlineSnapshot(
      `"/other.json cannot be read (there is no such file). --plan /other.json writes a plan of jobs."`,
    );
  });

  it('is that its configuration or what it reads has changed since', async () => {
    const folder = temporaryFolder();
    const source = join(PROJECT, 'reference/fixtures/scoring/program/clip_task_arithmetic.yaml');
    const yaml = readFileSync(source, 'utf8');
    writeFileSync(join(folder, 'mine.yaml'), yaml);
    const expert = join(folder, 'expert');
    cpSync(join(PROJECT, 'reference/fixtures/merge/p8-32/experts/outlines'), expert, {
      recursive: true,
      preserveTimestamps: true,
    });
    const plan = join(folder, 'jobs.json');
    const args = [
      ...['-cp', folder, '-cn', 'mine', `hydra.sweep.dir=${folder}/out`, 'engine=wasm'],
      ...['-m', FACTORS, `modelpool.models.outlines=${expert}`],
    ];
    expect((await fuse([...args, '--plan', plan])).code).toBe(0);
    const stale = /^Job 0 is not what was planned: .* Make the plan anew/m;
    const config = join(folder, 'mine.yaml');
    writeFileSync(config, `${yaml}seed: 3\n`);
    expect(await run(plan, '0')).toMatchObject({ code: 2, told: expect.stringMatching(stale) });
    expect((await collect(plan)).told).toMatch(/^Job 0 failed: Job 0 is not what was planned/m);
    // What only comments on it changes nothing.
    writeFileSync(config, `# mine\n${yaml}`);
    const weights = join(expert, 'model.safetensors');
    const { mtime } = statSync(weights);
    utimesSync(weights, mtime, new Date(mtime.getTime() + 5000));
    expect(await run(plan, '0')).toMatchObject({ code: 2, told: expect.stringMatching(stale) });
    utimesSync(weights, mtime, mtime);
    const { code, told } = await run(plan, '0');
    expect(code, told).toBe(0);
  });

  it('is what it is combined with', async () => {
    const refusal = async (...args: string[]) => {
      const { code, told } = await fuse(args);
      return `${code} ${told}`;
    };
    expect(await refusal('--job', 'jobs.json')).toMatchInlineSnapshot(
      `"2 --job needs the number of a job: --job jobs.json --index 0."`,
    );
    expect(await refusal('--job', 'jobs.json', '--index', '7-4')).toMatchInlineSnapshot(
      `"2 --index 7-4 is no number of a job, such as 0, and no range of them, such as 4-7."`,
    );
    expect(await refusal('--index', '4')).toMatchInlineSnapshot(
      `"2 --index goes with --job: --job jobs.json --index 0."`,
    );
    expect(await refusal('--collect', 'jobs.json', '-m')).toMatchInlineSnapshot(
      `"2 --collect takes everything from jobs.json, so --multirun cannot be given with it. Make another plan."`,
    );
    expect(await refusal('--collect', 'jobs.json', 'seed=1')).toMatchInlineSnapshot(
      `"2 --collect takes everything from jobs.json, so seed=1 cannot be given with it. Make another plan."`,
    );
    expect(await refusal('--plan', 'a.json', '--collect', 'a.json')).toMatchInlineSnapshot(
      `"2 Only one of --plan, --job and --collect can be given."`,
    );
    expect(await refusal('--plan', 'a.json', '--cfg', 'job')).toMatchInlineSnapshot(
      `"2 --plan writes jobs, and --cfg and --info only show. Give one of them."`,
    );
    expect(await refusal('--plan', '')).toMatchInlineSnapshot(
      `"2 --plan needs the name of a file, such as jobs.json."`,
    );
  });
});
