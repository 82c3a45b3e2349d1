/** What a run must never do to what is there already. */
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { fuse, IMAGES, POOL, REFERENCE, temporaryFolder } from './fuse/testing';

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
});

/** A run on copies of everything that it reads. */
function own(...more: string[]): string[] {
  cpSync(POOL, join(folder, 'pool'), { recursive: true });
  cpSync(IMAGES, join(folder, 'images'), { recursive: true });
  const models = ['outlines', 'surfaces'].map(
    (name) => `modelpool.models.${name}=${folder}/pool/experts/${name}`,
  );
  const tasks = ['outlines', 'surfaces'].map(
    (name) => `taskpool.test_datasets.${name}.data_dir=${folder}/images/${name}`,
  );
  return [
    ...REFERENCE,
    `modelpool.models._pretrained_=${folder}/pool/base`,
    `taskpool.clip_model=${folder}/pool/base`,
    `taskpool.processor=${folder}/pool/base`,
    ...models,
    ...tasks,
    ...more,
  ];
}

/** Every file with its bytes. */
function snapshot(): Map<string, string> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true });
  return new Map(
    names
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [path, readFileSync(path).toString('base64')]),
  );
}

/** Exit code and message of a run that writes nothing. */
async function refused(...args: string[]): Promise<string> {
  const before = snapshot();
  const { code, told } = await fuse(args);
  expect(snapshot()).toEqual(before);
  return `${code} ${told.replaceAll(folder, '/folder')}`;
}

describe('an output among what is read', () => {
  it.each([
    ['merged_model_save_path', 'pool/base', 'pool/base (modelpool.models._pretrained_)'],
    ['merged_model_save_path', 'pool/base/merged', 'pool/base (modelpool.models._pretrained_)'],
    ['report_save_path', 'pool/experts/outlines/r.json', 'pool/experts/outlines'],
    ['report_save_path', 'pool/experts/outlines/model.safetensors', 'pool/experts/outlines'],
    ['report_save_path', 'images/surfaces/x/r.json', 'images/surfaces'],
    ['report_save_path', 'linked/r.json', 'images/surfaces'],
    ['report_save_path', 'link.json', 'pool/experts/outlines'],
  ])('is refused: %s=%s', async (key, path, place) => {
    const args = own(`+${key}=${folder}/${path}`, '+overwrite=true');
    symlinkSync(join(folder, 'images/surfaces'), join(folder, 'linked'));
    symlinkSync(join(folder, 'pool/experts/outlines/config.json'), join(folder, 'link.json'));
    const text = await refused(...args);
    expect(text).toContain(`2 ${key}: /folder/${path}`);
    expect(text).toContain(`lies in /folder/${place.split(' ')[0]}, which this run reads (`);
  });

  it('is refused in each run of several before the first begins', async () => {
    const text = await refused(
      ...own('-m', `+report_save_path=${folder}/r.json,${folder}/pool/base/r.json`),
    );
    expect(text).toContain(
      '2 report_save_path: /folder/pool/base/r.json lies in /folder/pool/base',
    );
  });

  it('is refused where the data are patterns', async () => {
    const data = `taskpool.test_datasets.outlines`;
    const text = await refused(
      ...own(
        `~${data}.data_dir`,
        `+${data}.data_files=${folder}/images/outlines/*/*.png`,
        `+report_save_path=${folder}/images/outlines/ring/report.json`,
      ),
    );
    expect(text).toContain('lies in /folder/images/outlines, which this run reads');
  });

  it('is no matter beside it', async () => {
    const { code, told } = await fuse(
      own(`+report_save_path=${folder}/images/outlines-report.json`),
    );
    expect(code, told).toBe(0);
    expect(existsSync(join(folder, 'images/outlines-report.json'))).toBe(true);
  });
});

describe('what is there already', () => {
  it('is replaced where it is an earlier result', async () => {
    const outputs = [
      `+merged_model_save_path=${folder}/out`,
      `+report_save_path=${folder}/out/r.json`,
    ];
    for (const factor of [0.3, 0.7]) {
      const { code, told } = await fuse(own(...outputs, `method.scaling_factor=${factor}`));
      expect(code, told).toBe(0);
    }
    expect(readFileSync(join(folder, 'out/r.json'), 'utf8')).toContain('"scalingFactor": 0.7');
    expect(readdirSync(join(folder, 'out')).sort()).toEqual([
      'README.md',
      'config.json',
      'model.safetensors',
      'r.json',
    ]);
  });

  it.each([
    ['notes', '{"a": 1}'],
    ['a list', '[]'],
    ['nothing', 'null'],
    ['no JSON', 'key: value'],
  ])('is kept where it is no report but %s, unless overwrite is asked for', async (_, text) => {
    const path = join(folder, 'notes.json');
    writeFileSync(path, text);
    expect(await refused(...own(`+report_save_path=${path}`))).toBe(
      '2 report_save_path: /folder/notes.json is there already, and is no report of this program. Name another file, or replace it with +overwrite=true.',
    );
    const { code, told } = await fuse(own(`+report_save_path=${path}`, '+overwrite=true'));
    expect(code, told).toBe(0);
    expect(readFileSync(path, 'utf8')).toContain('"model_info"');
  });

  it('is kept where a folder holds anything else', async () => {
    const out = join(folder, 'out');
    mkdirSync(out);
    writeFileSync(join(out, 'thesis.tex'), 'x');
    const args = () => own(`+merged_model_save_path=${out}`);
    expect(await refused(...args())).toContain(
      '2 merged_model_save_path: /folder/out holds thesis.tex. Name another folder, or write into it with +overwrite=true.',
    );
    writeFileSync(join(out, 'more.tex'), 'x');
    expect(await refused(...args())).toMatch(/holds (thesis|more)\.tex and 1 more\./);
    const { code, told } = await fuse([...args(), '+overwrite=true']);
    expect(code, told).toBe(0);
    expect(readdirSync(out).sort()).toEqual([
      'README.md',
      'config.json',
      'model.safetensors',
      'more.tex',
      'thesis.tex',
    ]);
  });

  it('is kept where it is a model of somebody else', async () => {
    const out = join(folder, 'out');
    mkdirSync(out);
    const foreign = 'a model that this program did not write';
    writeFileSync(join(out, 'config.json'), '{}');
    expect(await refused(...own(`+merged_model_save_path=${out}`))).toContain(foreign);
    const weights = join(out, 'model.safetensors');
    cpSync(join(POOL, 'experts/outlines/model.safetensors'), weights);
    expect(await refused(...own(`+merged_model_save_path=${out}`))).toContain(foreign);
    writeFileSync(weights, 'nothing of the kind');
    expect(await refused(...own(`+merged_model_save_path=${out}`))).toContain(foreign);
  });

  it('is never a device, a pipe or a folder', async () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    for (const path of [pipe, '/dev/null', '/dev/full']) {
      expect(await refused(...own(`+report_save_path=${path}`, '+overwrite=true'))).toMatch(
        /^2 report_save_path: .* is no regular file; only files are replaced\./,
      );
    }
    expect(lstatSync('/dev/null').isCharacterDevice()).toBe(true);
    expect(await refused(...own(`+report_save_path=${folder}/images`))).toContain('is a folder;');
    expect(await refused(...own(`+merged_model_save_path=${pipe}`))).toContain('is no folder.');
    mkdirSync(join(folder, 'out'));
    execFileSync('mkfifo', [join(folder, 'out/model.safetensors')]);
    expect(
      await refused(...own(`+merged_model_save_path=${folder}/out`, '+overwrite=true')),
    ).toContain('out/model.safetensors is no regular file;');
  });
});

describe('a place where nothing can be written', () => {
  it.each([
    ['/proc/studio/report.json', 'no files can be made there'],
    ['/proc/version/report.json', 'there is a file where a folder is meant'],
  ])('is named before anything is computed: %s', async (path, reason) => {
    expect(await refused(...own(`+report_save_path=${path}`))).toMatch(
      new RegExp(`^2 report_save_path: nothing can be written to /proc/\\w+: ${reason}\\.`),
    );
  });

  it('is not the merged model’s own file', async () => {
    const text = await refused(
      ...own(
        `+merged_model_save_path=${folder}/out`,
        `+report_save_path=${folder}/out/config.json`,
      ),
    );
    expect(text).toContain('/folder/out/config.json is a file of the merged model itself.');
  });
});
