import { makeZip } from 'client-zip';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ClipModel } from '../../clip/types';
import { StorageError } from '../../errors';
import type { ImportOptions, ImportRequest, Library } from '../../storage/types';
import type { DroppedFile } from '../api';
import { testJob } from '../testing/jobs';
import type { MicroFiles } from '../testing/micro';
import { type Micro, openMicro } from '../testing/micro-models';
import { newLibrary } from '../testing/stored';
import { stageModels } from './adding';

let files: MicroFiles;
let models: Micro['models'];
beforeAll(async () => {
  ({ files, models } = await openMicro());
});

const drop = (...names: string[]): DroppedFile[] =>
  names.flatMap((name) => files.models[name] ?? []);
const file = (path: string, content = 'x'): DroppedFile => ({
  path,
  file: new File([content], path.slice(path.lastIndexOf('/') + 1)),
});
const names = (staged: readonly { readonly about: { readonly name: string } }[]) =>
  staged.map(({ about }) => about.name);

describe('dropped models', () => {
  it('are staged with all their files, and belong to nothing yet', async () => {
    const library = newLibrary();
    const { staged, findings } = await stageModels(
      library,
      drop('alpha', 'base'),
      undefined,
      testJob(),
    );
    expect(staged.map(({ item, about }) => [item.name, item.kind, about.fullClip])).toEqual([
      ['alpha', 'checkpoint', false],
      ['base', 'checkpoint', true],
    ]);
    expect(findings).toEqual([]);
    expect((await library.read()).items).toEqual([]);
    const base = staged[1]?.item;
    if (!base) throw new Error('the base was not staged');
    await library.transact(() => ({ commit: [{ staged: base, entry: null }] }));
    const stored = await library.openModel(base.id);
    expect(stored.map(({ name }) => name).sort()).toEqual(
      drop('base')
        .map(({ file: { name } }) => name)
        .sort(),
    );
    expect((await library.getItem(base.id))?.facts).toEqual({});
  });

  it('say which of several state dicts is taken, and where another one is chosen', async () => {
    // With its base there, and in one drop with it.
    const add = (base?: ClipModel) =>
      stageModels(newLibrary(), drop('alpha', 'twins'), base, testJob());
    const { staged, findings } = await add();
    expect((await add(models.base)).findings).toEqual(findings);
    expect(names(staged)).toEqual(['alpha', 'twins']);
    expect(findings).toEqual([
      {
        severity: 'info',
        subject: 'twins',
        message:
          'The file holds several state dicts. "model" is taken; choose "model_ema" under "State dict" in the model’s details.',
        details: [],
      },
    ]);
  });

  it('are not what a Git LFS pointer promises where the real weights lie beside it', async () => {
    const pointer = file(
      'alpha/aaa.safetensors',
      'version https://git-lfs.github.com/spec/v1\noid x\n',
    );
    const { staged, findings } = await stageModels(
      newLibrary(),
      [pointer, ...drop('alpha')],
      undefined,
      testJob(),
    );
    expect(names(staged)).toEqual(['alpha']);
    expect(findings).toEqual([
      {
        severity: 'info',
        message:
          'alpha/aaa.safetensors is a Git LFS pointer, not the file that it points to: the weights beside it are taken.',
        details: [],
      },
    ]);
    const chosen = [{ path: 'pointer.safetensors', file: pointer.file }, file('other.pt')];
    const loose = await stageModels(newLibrary(), chosen, undefined, testJob());
    expect(loose.findings.map(({ message }) => message)).toContainEqual(
      expect.stringMatching(/^pointer\.safetensors: this is a Git LFS pointer/),
    );
    const standard = ['model.safetensors', 'pytorch_model.bin'].map((name) =>
      name === 'model.safetensors' ? { path: name, file: pointer.file } : file(name),
    );
    const both = await stageModels(newLibrary(), standard, undefined, testJob());
    expect(both.findings[0]?.message).toMatch(/^model\.safetensors is a Git LFS pointer/);
    const alone = await stageModels(newLibrary(), [pointer], undefined, testJob());
    expect(alone.findings[0]?.message).toContain('this is a Git LFS pointer');
  });

  it('report which of how many is imported', async () => {
    const job = testJob();
    await stageModels(newLibrary(), drop('alpha', 'base'), undefined, job);
    expect([...new Set(job.reports.map(([label]) => label))]).toEqual([
      'Importing alpha (1 of 2)',
      'Importing base (2 of 2)',
    ]);
    expect(job.reports[0]?.[1]).toBe(0);
    expect(job.reports.at(-1)?.[1]).toBe(1);
  });

  it('say nothing of how far they are where there is nothing to be done', async () => {
    const library = newLibrary();
    const stageModel = (request: ImportRequest, options?: ImportOptions) => {
      options?.onProgress?.(0, 0);
      return library.stageModel(request);
    };
    const job = testJob();
    await stageModels({ ...library, stageModel }, drop('alpha'), undefined, job);
    expect(job.reports).toEqual([['Importing alpha (1 of 1)', null]]);
  });

  it('that only wait for their base are staged: an adapter', async () => {
    const alone = await stageModels(newLibrary(), drop('lora'), undefined, testJob());
    expect(alone.staged.map(({ about }) => [about.name, about.fullClip])).toEqual([
      ['lora', false],
    ]);
    expect(alone.findings).toEqual([]);
    const withBase = await stageModels(newLibrary(), drop('lora'), models.base, testJob());
    expect(names(withBase.staged)).toEqual(['lora']);
  });

  it('that are broken become findings, the good ones stay', async () => {
    const dropped = [file('bad/model.safetensors', 'no model'), ...drop('alpha')];
    const { staged, findings } = await stageModels(newLibrary(), dropped, undefined, testJob());
    expect(names(staged)).toEqual(['alpha']);
    expect(findings).toEqual([
      {
        severity: 'error',
        subject: 'bad',
        message: expect.stringContaining('model.safetensors: '),
        details: [],
      },
    ]);
  });

  it('open out of a zip as their folder would', async () => {
    const entries = drop('alpha').map(({ path, file }) => ({ name: path, input: file }));
    const zip = new File([await new Response(makeZip(entries)).arrayBuffer()], 'down.zip');
    const { staged, findings } = await stageModels(
      newLibrary(),
      [{ path: 'down.zip', file: zip }],
      undefined,
      testJob(),
    );
    expect(names(staged)).toEqual(['alpha']);
    expect(findings).toEqual([]);
  });

  it('that are none are asked for, with what was dropped instead', async () => {
    const { staged, findings } = await stageModels(
      newLibrary(),
      [file('a.txt'), file('b/c.png')],
      undefined,
      testJob(),
    );
    expect(staged).toEqual([]);
    expect(findings).toEqual([
      {
        severity: 'error',
        message: expect.stringContaining('No checkpoint among these files.'),
        details: ['a.txt', 'b/c.png'],
      },
    ]);
  });

  it.each([
    [
      ['alpha/a.png', 'alpha/notes.md'],
      [
        'One picture was left out here; add pictures with "Add task folder" or drop them on the page.',
        'These files belong to no model and were left out.',
      ],
    ],
    [
      ['x/a.JPG', 'x/b.jpeg', 'x/c.webp', 'x/d.zip', 'x/e.parquet', 'x/tasks.json', 'x/f.tiff'],
      [
        '7 pictures were left out here; add pictures with "Add task folder" or drop them on the page.',
      ],
    ],
    [['x/README.md', 'x/notes.txt'], ['These files belong to no model and were left out.']],
    [['x/README.md'], []],
    [
      ['x/my-tasks.json', 'x/png', 'x/a.png.txt'],
      ['These files belong to no model and were left out.'],
    ],
  ])('leave out what belongs to none of them, and say so: %j', async (paths, messages) => {
    const dropped = [...drop('alpha'), ...paths.map((path) => file(path))];
    const { staged, findings } = await stageModels(newLibrary(), dropped, undefined, testJob());
    expect(names(staged)).toEqual(['alpha']);
    expect(findings.map(({ message }) => message)).toEqual(messages);
    const listed = findings.find(({ details }) => details.length > 0)?.details ?? [];
    expect([...listed].sort()).toEqual(
      paths.filter((path) => /(notes|my-|x\/png|txt)/.test(path)).sort(),
    );
    expect(findings.every(({ severity }) => severity === 'info')).toBe(true);
  });

  it('stop within a drop: what was staged stays, the rest is named', async () => {
    const job = testJob((label) => {
      if (label.includes('(2 of 3)')) job.stop();
    });
    const { staged, findings } = await stageModels(
      newLibrary(),
      drop('alpha', 'beta', 'gamma'),
      undefined,
      job,
    );
    expect(names(staged)).toEqual(['alpha']);
    expect(findings.map(({ subject, severity }) => [subject, severity])).toEqual([
      ['beta', 'info'],
      ['gamma', 'info'],
    ]);
  });

  it('are not staged at all where that was stopped before', async () => {
    const job = testJob();
    job.stop();
    await expect(stageModels(newLibrary(), drop('alpha'), undefined, job)).rejects.toMatchObject({
      name: 'AbortError',
    });
  });

  it('for the second of which there is no room name the third', async () => {
    const library = newLibrary();
    const stageModel: Library['stageModel'] = (request, options) =>
      request.name === 'beta'
        ? Promise.reject(new StorageError('There is no room.'))
        : library.stageModel(request, options);
    const { staged, findings } = await stageModels(
      { ...library, stageModel },
      drop('alpha', 'beta', 'gamma'),
      undefined,
      testJob(),
    );
    expect(names(staged)).toEqual(['alpha']);
    expect(findings.map(({ message }) => message)).toEqual([
      'There is no room.',
      'gamma was not added, because the import ended at beta. Add it again.',
    ]);
  });

  it('because of a mistake in the program make it fail', async () => {
    const broken = file('x/model.safetensors');
    Object.defineProperty(broken.file, 'size', {
      get: () => {
        throw new TypeError('a mistake in the program');
      },
    });
    await expect(stageModels(newLibrary(), [broken], undefined, testJob())).rejects.toThrow(
      'a mistake in the program',
    );
  });
});
