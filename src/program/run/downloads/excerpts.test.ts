/** Parts of data sets' files, where only some pictures are scored, from a small Hub on loopback. */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FakeHub, type Mishap, sha256 } from '../../../hub/testing/fake-hub';
import { type HubHome, openHubHome } from '../../../hub/testing/hub-home';
import { pictureParquet } from '../../../taskpool/parquet/testing';
import { readConfig } from '../../config/program/read-program';
import type { ProgramConfig } from '../../config/program/types';
import { createInputsDigest } from '../../jobs/inputs-digest-node';
import { findMissing } from '../find-models-node';
import type { RunListener } from '../messages';
import { type OpenedTask, openTask } from '../open-task-node';
import { rowNeeds } from '../row-choice';
import type { Surroundings } from '../surroundings';
import { type DownloadList, downloadMissing } from './download-missing-node';

const FILE = 'data/test-00000-of-00001.parquet';
const CLASSES = 3;

/** Twelve row groups of ten pictures, which are told apart by their first byte. */
const ROWS = Array.from({ length: 120 }, (_, row) => ({
  picture: new Uint8Array(12_000).fill(row),
  label: row % CLASSES,
}));
const BYTES = pictureParquet(ROWS, 10);

let open: HubHome;
let hub: FakeHub;
let around: Surroundings;
let parts: string;
let commit: string;
beforeEach(async () => {
  open = await openHubHome();
  ({ hub } = open);
  around = { cwd: open.home, env: { HOME: open.home, HF_ENDPOINT: hub.endpoint } };
  parts = join(open.home, '.cache/task-arithmetic-studio/parts/datasets--org--d');
  ({ commit } = hub.add({
    kind: 'dataset',
    name: 'org/d',
    files: { 'README.md': '# Data', [FILE]: BYTES },
  }));
});
afterEach(() => open.close());

/** A run that needs data alone, with these lines of the task pool. */
function needs(lines: readonly string[] = ['sample_size: 6'], split = 'test'): ProgramConfig {
  hub.add({ kind: 'model', name: 'org/clip', files: CLIP });
  return readConfig(
    [
      'method: {_target_: fusion_bench.method.DummyAlgorithm}',
      'modelpool:',
      '  _target_: fusion_bench.modelpool.CLIPVisionModelPool',
      '  models: {_pretrained_: org/clip}',
      'taskpool:',
      '  _target_: fusion_bench.taskpool.CLIPVisionModelTaskPool',
      '  clip_model: org/clip',
      '  processor: org/clip',
      '  classnames: {d: [a, b, c]}',
      '  templates: {d: ["{}"]}',
      '  test_datasets:',
      `    d: {_target_: datasets.load_dataset, path: org/d, split: "${split}"}`,
      ...lines.map((line) => `  ${line}`),
    ].join('\n'),
  );
}

const CLIP = {
  'config.json': '{}',
  'model.safetensors': 'x',
  'tokenizer.json': '{}',
  'preprocessor_config.json': '{}',
};

interface Fetching extends Partial<RunListener> {
  readonly env?: Surroundings['env'];
  readonly signal?: AbortSignal;
  confirm?(list: DownloadList): Promise<void>;
}

function fetchFor(configs: readonly ProgramConfig[], fetching: Fetching = {}): Promise<void> {
  const { env = {}, signal = new AbortController().signal, ...given } = fetching;
  const { note = () => undefined, progress = () => undefined } = given;
  return downloadMissing(
    configs,
    { ...around, env: { ...around.env, ...env } },
    { note, progress },
    signal,
    given.confirm ?? (async () => undefined),
  );
}

/** @returns what was shown before anything was fetched */
async function download(
  config: ProgramConfig,
  env: Surroundings['env'] = {},
): Promise<DownloadList[]> {
  const lists: DownloadList[] = [];
  await fetchFor([config], { env, confirm: async (list) => void lists.push(list) });
  return lists;
}

/** As a run opens it. */
async function opened(config: ProgramConfig): Promise<OpenedTask[]> {
  const tasks = [...rowNeeds(config).values()];
  return Promise.all(
    tasks.flatMap(({ task, choices }) => choices.map((choice) => openTask(task, choice, around))),
  );
}

/** Names, labels and pictures. */
async function pictures(tasks: readonly OpenedTask[]) {
  const all = tasks.flatMap(({ rows }) =>
    rows.map(async ({ name, label, read }) => {
      const bytes = Buffer.from(await (await read()).arrayBuffer());
      return [name, label, sha256(bytes)] as const;
    }),
  );
  return Promise.all(all);
}

const asked = () => open.requestsFor(FILE).filter(({ server }) => server === 'files');
const bytesAsked = () =>
  asked().reduce((sum, { range }) => {
    const [, begin, end] = /^bytes=(\d+)-(\d+)$/.exec(range ?? '')?.map(Number) ?? [];
    return sum + (begin === undefined || end === undefined ? BYTES.length : end - begin + 1);
  }, 0);

const excerptOf = ([list]: readonly DownloadList[]) =>
  list?.repositories.flatMap(({ parts: planned }) => planned?.excerpts ?? [])[0];

describe('of a data set of which a sample is scored', () => {
  it('the row groups of the sample come, and give the same pictures as the whole file', async () => {
    const config = needs();
    const lists = await download(config);
    const excerpt = excerptOf(lists);
    expect(excerpt).toMatchObject({ allRowGroups: 12 });
    expect(excerpt?.rowGroups).toBeLessThanOrEqual(6);
    expect(lists[0]).toMatchObject({ inPart: 1 });
    expect(bytesAsked()).toBeLessThan(0.8 * BYTES.length);
    const inPart = await opened(config);
    expect(inPart[0]).toMatchObject({ available: 120, rows: { length: 6 } });
    const few = await pictures(inPart);

    await download(needs([]));
    expect(existsSync(open.cached('datasets--org--d/snapshots', commit, FILE))).toBe(true);
    expect(existsSync(join(parts, 'blobs', sha256(BYTES)))).toBe(false);
    expect(await pictures(await opened(config))).toEqual(few);
  });

  it('what is asked for after the question is what was listed', async () => {
    const seen: number[] = [];
    let listed = 0;
    await fetchFor([needs()], {
      confirm: async (list) => {
        seen.push(bytesAsked());
        listed = list.repositories
          .flatMap(({ parts: planned }) => planned?.excerpts ?? [])
          .reduce((sum, { sizeToCome }) => sum + sizeToCome, 0);
      },
    });
    expect(bytesAsked() - (seen[0] ?? 0)).toBe(listed);
    // Footers and labels, with as much around the footer as one request brings.
    expect(seen[0]).toBeLessThan(2 ** 16 + 12 * 500);
  });

  it('no part lies where the Hugging Face cache has whole files', async () => {
    await download(needs());
    const snapshot = open.cached('datasets--org--d/snapshots', commit);
    expect(readdirSync(snapshot)).toEqual(['README.md']);
    expect(existsSync(open.cached('datasets--org--d/blobs', sha256(BYTES)))).toBe(false);
    const pieces = readdirSync(join(parts, 'blobs', sha256(BYTES)));
    expect(pieces.every((name) => /^\d+-\d+$/.test(name))).toBe(true);
    expect(readFileSync(join(parts, 'refs/main'), 'utf8')).toBe(commit);
  });

  it('nothing is asked again, and without the network it is there', async () => {
    const config = needs();
    await download(config);
    const before = hub.seen.length;
    expect(await download(config, { HF_HUB_OFFLINE: '1' })).toEqual([]);
    expect(await findMissing(config, around)).toBeNull();
    expect(hub.seen.length).toBe(before);
  });

  it('another sample brings what is missing alone', async () => {
    await download(needs());
    await expect(opened(needs(['sample_size: 9']))).rejects.toThrow(
      /^taskpool\.test_datasets\.d: org\/d: only a part of this data set is on this machine, .* With --download/,
    );
    const before = asked().length;
    const lists = await download(needs(['sample_size: 9']));
    const ranges = asked()
      .slice(before)
      .map(({ range }) => range);
    expect(ranges).toHaveLength(excerptOf(lists)?.toCome.length ?? Number.NaN);
    await opened(needs(['sample_size: 9']));
    await opened(needs());
  });

  it('a job that reads it is known by the commit, whatever other samples came', async () => {
    const digest = () => createInputsDigest(around)(needs());
    await download(needs([], 'test[:10]'));
    const before = await digest();
    await download(needs());
    expect(await digest()).toBe(before);
    await rm(join(parts, 'commits'), { recursive: true });
    await expect(digest().then((now) => now === before)).resolves.toBe(false);
  });

  it('the union of what several runs read comes', async () => {
    const configs = [needs(), needs(['sample_size: 6', 'sample_seed: 1'])];
    await fetchFor(configs);
    for (const config of configs) await opened(config);
  });

  it.each([
    ['all are scored', [], 'test'],
    ['nearly all row groups are needed', ['sample_size: 23'], 'test'],
    ['there are many pictures for each row group', ['sample_size: 60'], 'test'],
  ] as const)('the whole file comes where %s', async (_, lines, split) => {
    const lists = await download(needs(lines, split));
    expect(lists[0]).toMatchObject({ inPart: 0 });
    expect(existsSync(open.cached('datasets--org--d/snapshots', commit, FILE))).toBe(true);
    expect(existsSync(parts)).toBe(false);
  });

  it('little is read of a file before the question, whatever comes of it', async () => {
    await download(needs(['sample_size: 60']));
    // The footer says how many row groups there are; then all of it.
    expect(asked()).toHaveLength(2);
    const small = Array.from({ length: 4500 }, () => ({
      picture: new Uint8Array(250),
      label: 0,
    }));
    const files = { [FILE]: pictureParquet(small, 10) };
    hub.add({ kind: 'dataset', name: 'org/d', files });
    await rm(open.cached('datasets--org--d'), { recursive: true });
    const before = asked().length;
    expect((await download(needs()))[0]).toMatchObject({ inPart: 0 });
    expect(asked().length - before).toBe(2);
  });

  it('the whole file comes where the program is to keep nothing', async () => {
    const off = { TASK_ARITHMETIC_STUDIO_CACHE: 'off' };
    expect((await download(needs(), off))[0]).toMatchObject({ inPart: 0 });
    expect(open.requestsFor(FILE).every(({ range }) => range === undefined)).toBe(true);
  });

  it.each([
    ['a slice', [], 'test[:10]'],
    ['one batch', ['fast_dev_run: true', 'dataloader_kwargs: {batch_size: 10}'], 'test'],
  ] as const)('%s from the front needs one row group', async (_, lines, split) => {
    const config = needs(lines, split);
    expect(excerptOf(await download(config))).toMatchObject({ rowGroups: 1 });
    expect((await pictures(await opened(config))).length).toBe(10);
  });
});

describe('what is no Parquet file, or a strange one', () => {
  const add = async (bytes: Uint8Array) => {
    hub.add({ kind: 'dataset', name: 'org/d', files: { [FILE]: bytes } });
    const lists = await download(needs());
    expect(lists[0]).toMatchObject({ inPart: 0 });
    return asked();
  };

  it('is fetched whole, for whoever opens it to say so', async () => {
    expect(await add(new Uint8Array(2 ** 21))).toHaveLength(2);
  });

  it('is not read beforehand for the length that it gives its footer', async () => {
    const bytes = new Uint8Array(2 ** 25);
    const end = new DataView(bytes.buffer, bytes.length - 8);
    end.setUint32(0, 2 ** 25 - 8, true);
    end.setUint32(4, 0x31524150, true);
    expect(await add(bytes)).toHaveLength(2);
  });

  it('has a footer of more than the first request brings', async () => {
    const rows = ROWS.map(({ label }) => ({ label, picture: new Uint8Array(12_000) }));
    const bytes = pictureParquet(rows, 10, 'x'.repeat(100_000));
    hub.add({ kind: 'dataset', name: 'org/d', files: { [FILE]: bytes } });
    expect((await download(needs()))[0]).toMatchObject({ inPart: 1 });
    await opened(needs());
  });
});

describe('a part on its way', () => {
  const files = (mishap: Mishap, ...more: readonly Mishap[]) => hub.happen(FILE, mishap, ...more);

  it('is gone on with where the line was cut', async () => {
    files({ kind: 'cut', after: 1000 });
    const config = needs();
    await download(config);
    await opened(config);
    expect(
      asked().some(({ range }) => range?.startsWith(`bytes=${BYTES.length - 2 ** 16 + 1000}-`)),
    ).toBe(true);
  });

  it('waits where it is asked to', async () => {
    files({ kind: 'status', status: 429, headers: { 'retry-after': '0' } });
    const notes: string[] = [];
    await fetchFor([needs()], { note: (text) => void notes.push(text) });
    expect(notes).toEqual([expect.stringMatching(/asks to wait 0 s \(too many requests\)\.$/)]);
    await opened(needs());
  });

  it('is the whole file where whoever has it gives no parts', async () => {
    files({ kind: 'whole' }, { kind: 'whole' });
    const [list] = await download(needs());
    expect(list).toMatchObject({ inPart: 0 });
    expect(existsSync(open.cached('datasets--org--d/snapshots', commit, FILE))).toBe(true);
  });

  it('is asked about again where that turns out after the question', async () => {
    await expect(
      fetchFor([needs()], {
        confirm: async (list) => {
          if (list.inPart === 0) throw new Error('not the whole file');
          files({ kind: 'whole' });
        },
      }),
    ).rejects.toThrow('not the whole file');
    expect(existsSync(open.cached('datasets--org--d/snapshots', commit, FILE))).toBe(false);
  });

  it.each([
    ['changed', 'it has changed meanwhile'],
    ['resized', `of ${BYTES.length} were asked for, and bytes `],
  ] as const)('is refused where the file is another: %s', async (kind, told) => {
    const confirm = async () => files({ kind });
    expect(await open.refusal(fetchFor([needs()], { confirm }))).toContain(told);
    expect(existsSync(join(parts, 'commits'))).toBe(false);
  });

  it('is removed where its row groups cannot be read', async () => {
    const confirm = async () => files({ kind: 'wrong' });
    expect(await open.refusal(fetchFor([needs()], { confirm }))).toMatch(
      /^DownloadError: org\/d, data\/test-00000-of-00001\.parquet: the part that came of it cannot be read, and was removed \(/,
    );
    expect(readdirSync(join(parts, 'blobs'))).toEqual([]);
    await download(needs());
    await opened(needs());
  });

  it('keeps the pieces that came where it is stopped', async () => {
    const stop = new AbortController();
    const config = needs(['sample_size: 6', 'sample_seed: 3']);
    const fetching = fetchFor([config], {
      signal: stop.signal,
      progress: (what, done) => {
        if (what.startsWith('Downloading') && done > 300_000) stop.abort(new Error('stopped'));
      },
    });
    await expect(fetching).rejects.toThrow('stopped');
    const kept = readdirSync(join(parts, 'blobs', sha256(BYTES)));
    expect(kept.length).toBeGreaterThan(2);
    await expect(opened(config)).rejects.toThrow('there are no files of data in it');
    const before = bytesAsked();
    const [list] = await download(config);
    expect(bytesAsked() - before).toBe(list && excerptOf([list])?.sizeToCome);
    await opened(config);
  });

  it('is fetched anew where somebody emptied the cache', async () => {
    await download(needs());
    rmSync(join(parts, 'blobs', sha256(BYTES)), { recursive: true });
    expect((await download(needs()))[0]).toMatchObject({ inPart: 1 });
    await opened(needs());
    writeFileSync(join(parts, 'commits', `${commit}.json`), 'damaged');
    await download(needs());
    await opened(needs());
  });
});
