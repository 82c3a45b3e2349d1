import { beforeAll, describe, expect, it } from 'vitest';
import { splitDrop } from '../state/drop';
import { pictureParquet } from '../taskpool/parquet/testing';
import type { DroppedFile } from './api';
import { outOfHubCache } from './hub-cache';
import { stageModels } from './pool/adding';
import { stageTasks } from './tasks/adding';
import { testJob } from './testing/jobs';
import { type MicroFiles, microFiles } from './testing/micro';
import { newLibrary } from './testing/stored';

const COMMIT = 'c0ffee0123456789c0ffee0123456789c0ffee01';
const OTHER = 'beef000123456789beef000123456789beef0001';
const MODEL = 'models--org--alpha';
const DATA = 'datasets--org--pairs';

let files: MicroFiles;
beforeAll(async () => {
  files = await microFiles();
});

const text = (path: string, content = 'x'): DroppedFile => ({
  path,
  file: new File([content], path.slice(path.lastIndexOf('/') + 1)),
});

/** Files of a model or a task as a snapshot has them, with what lies around it in the cache. */
function cached(folder: string, of: readonly DroppedFile[] = [], commit = COMMIT): DroppedFile[] {
  const inside = of.map(({ path, file }) => ({
    path: `${folder}/snapshots/${commit}/${path.slice(path.indexOf('/') + 1)}`,
    file,
  }));
  return [text(`${folder}/refs/main`, COMMIT), text(`${folder}/blobs/${OTHER}`), ...inside];
}

describe('a dropped folder of the Hugging Face cache', () => {
  it('is a model by the name of its repository, and nothing of the cache is told as left out', async () => {
    const dropped = cached(MODEL, files.models.alpha);
    const { checkpoints, taskImages } = splitDrop(dropped);
    expect([checkpoints.length, taskImages]).toEqual([dropped.length, []]);
    const { staged, findings } = await stageModels(newLibrary(), checkpoints, undefined, testJob());
    expect(staged.map(({ about }) => about.name)).toEqual(['org/alpha']);
    expect(findings).toEqual([]);
  });

  it('is a task by the name of its data set', async () => {
    const dropped = [...cached(MODEL, files.models.alpha), ...cached(DATA, files.tasks.pairs)];
    const { checkpoints, taskImages } = splitDrop(dropped);
    expect(checkpoints.every(({ path }) => path.startsWith(MODEL))).toBe(true);
    const { staged, findings } = await stageTasks(newLibrary(), taskImages, testJob());
    expect(staged.map(({ about }) => [about.name, about.classnames])).toEqual([
      ['pairs', ['left', 'right']],
    ]);
    expect(findings).toEqual([]);
    const around = await stageTasks(newLibrary(), files.tasks.pairs ?? [], testJob());
    expect([...staged, ...around.staged].map(({ about }) => about.source)).toEqual([
      `org/pairs@${COMMIT}`,
      undefined,
    ]);
  });

  it('is a task that knows its files in the data set', async () => {
    const rows = Array.from({ length: 4 }, (_, row) => ({
      picture: new Uint8Array(8),
      label: row % 2,
    }));
    const name = 'data/test-00000-of-00001.parquet';
    const file = new File([pictureParquet(rows, 2)], name);
    const dropped = cached(DATA, [{ path: `x/${name}`, file }]);
    const { staged } = await stageTasks(newLibrary(), dropped, testJob());
    expect(staged.map(({ about }) => about.source)).toEqual([`org/pairs@${COMMIT}/${name}`]);
    const unknown = cached(DATA, [{ path: `x/${name}`, file }], 'main');
    const { staged: without } = await stageTasks(newLibrary(), unknown, testJob());
    expect(without.map(({ about }) => about.source)).toEqual([undefined]);
  });

  it('without names says how to get them, and is no model and no task', async () => {
    const { staged, findings } = await stageModels(
      newLibrary(),
      splitDrop(cached(`hub/${MODEL}`)).checkpoints,
      undefined,
      testJob(),
    );
    expect(staged).toEqual([]);
    expect(findings).toMatchInlineSnapshot(`
      [
        {
          "details": [],
          "message": "Its folder in the Hugging Face cache came without the names of its files: they are links there, and this browser leaves links in a folder out. Make a folder of plain files and drop that: cp -rL models--org--alpha/snapshots/* alpha, or hf download org/alpha --local-dir alpha",
          "severity": "error",
          "subject": "org/alpha",
        },
      ]
    `);
    const tasks = await stageTasks(newLibrary(), splitDrop(cached(DATA)).taskImages, testJob());
    expect(tasks.findings).toMatchObject([
      { severity: 'error', message: expect.stringContaining('org/pairs --repo-type dataset') },
    ]);
  });

  it('without names is a model all the same where the bytes say which file is which', async () => {
    const named = [...(files.models.base ?? []), text('base/README.md', '# A model')];
    const blobs = named.map(({ file }, place) => ({
      path: `hub/${MODEL}/blobs/${place}`,
      file: new File([file], String(place)),
    }));
    const { staged, findings } = await stageModels(newLibrary(), blobs, undefined, testJob());
    expect(staged.map(({ about }) => [about.name, about.fullClip])).toEqual([['org/alpha', true]]);
    const [told] = staged.map(({ about }) => about.files.map(({ name }) => name).sort());
    expect(told).toEqual(
      named
        .map(({ file }) => file.name)
        .filter((name) => name !== 'README.md')
        .sort(),
    );
    expect(findings).toMatchObject([
      { severity: 'info', subject: 'org/alpha', details: expect.any(Array) },
    ]);
    // Of two revisions, say: which of the two is meant, nobody knows.
    const twice = await outOfHubCache([...blobs, ...blobs]);
    expect([twice.files, twice.findings[0]?.severity]).toEqual([[], 'error']);
  });

  it('stands beside others in one drop', async () => {
    const { findings, files: kept } = await outOfHubCache([
      text('own/model.safetensors'),
      ...cached('hub/models--org--a'),
      ...cached('hub/models--org--b', [text('b/model.safetensors')]),
    ]);
    expect(findings.map(({ subject }) => subject)).toEqual(['org/a']);
    expect(kept.map(({ path }) => path)).toEqual([
      'own/model.safetensors',
      `hub/models--org--b/snapshots/${COMMIT}/model.safetensors`,
    ]);
  });

  it('with several revisions is the one that main means', async () => {
    const weights = [text('a/model.safetensors')];
    const dropped = [...cached(MODEL, weights), ...cached(MODEL, weights, OTHER)];
    const { files: kept, findings } = await outOfHubCache(dropped);
    expect(kept.map(({ path }) => path)).toEqual([
      `${MODEL}/snapshots/${COMMIT}/model.safetensors`,
    ]);
    expect(findings).toMatchObject([{ severity: 'info', subject: 'org/alpha' }]);
    const unknown = await outOfHubCache(dropped.filter(({ path }) => !path.includes('/refs/')));
    expect(unknown.files.map(({ path }) => path)).toEqual([
      `${MODEL}/snapshots/${OTHER}/model.safetensors`,
    ]);
  });
});
