/** Fetching what is missing, from a small Hub on loopback into a cache in a temporary folder. */
import { existsSync, lstatSync, readFileSync, readlinkSync } from 'node:fs';
import { mkdir, readdir, rm, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FakeHub, gitHash, sha256 } from '../../../hub/testing/fake-hub';
import { CONFIG, type HubHome, openHubHome, WEIGHTS } from '../../../hub/testing/hub-home';
import { findModelFolder } from '../../../modelpool/sources/find-folder-node';
import { readConfig } from '../../config/program/read-program';
import type { ProgramConfig } from '../../config/program/types';
import { type DownloadList, downloadMissing } from './download-missing-node';

const MODEL = {
  'README.md': '# A model',
  'config.json': CONFIG,
  'model.safetensors': WEIGHTS,
  'pytorch_model.bin': new Uint8Array(5000),
  'optimizer.pt': new Uint8Array(5000),
};

let open: HubHome;
let hub: FakeHub;
let home: string;
beforeEach(async () => {
  open = await openHubHome();
  ({ hub, home } = open);
});
afterEach(() => open.close());

/** A run that needs models alone. */
function needs(...models: readonly string[]): ProgramConfig {
  return readConfig(
    [
      'method: {_target_: fusion_bench.method.SimpleAverageAlgorithm}',
      'modelpool:',
      '  _target_: fusion_bench.modelpool.CLIPVisionModelPool',
      '  models:',
      ...models.map((model, place) => `    m${place}: ${model}`),
    ].join('\n'),
  );
}

interface Fetching {
  readonly env?: Readonly<Record<string, string>>;
  confirm?(list: DownloadList): Promise<void>;
}

type Reported = [what: string, done: number, total: number, unit?: 'bytes'];

/** @returns the progress that was reported */
async function fetchFor(
  config: ProgramConfig,
  { env = {}, confirm = async () => undefined }: Fetching = {},
): Promise<readonly Reported[]> {
  const reported: Reported[] = [];
  await downloadMissing(
    [config],
    { cwd: home, env: { HOME: home, HF_ENDPOINT: hub.endpoint, ...env } },
    { note: () => undefined, progress: (...one) => void reported.push(one) },
    new AbortController().signal,
    confirm,
  );
  return reported;
}

describe('what is fetched', () => {
  it('lies as the cache has it, with the weights that are read and nothing else', async () => {
    const { commit } = hub.add({ kind: 'model', name: 'org/m', files: MODEL });
    await fetchFor(needs('org/m'));
    const snapshot = open.cached('models--org--m', 'snapshots', commit);
    expect((await readdir(snapshot)).sort()).toEqual(['config.json', 'model.safetensors']);
    expect(readFileSync(open.cached('models--org--m', 'refs/main'), 'utf8')).toBe(commit);
    const blobs = [gitHash(Buffer.from(CONFIG)), sha256(WEIGHTS)];
    expect((await open.blobsOf('models--org--m')).sort()).toEqual(blobs.sort());
    const link = join(snapshot, 'model.safetensors');
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(readlinkSync(link)).toBe(`../../blobs/${sha256(WEIGHTS)}`);
    const { files } = await findModelFolder('org/m', { env: { HOME: home }, cwd: home });
    expect(files.map(({ name }) => name)).toEqual(['config.json', 'model.safetensors']);
    expect(new Uint8Array((await files[1]?.blob.arrayBuffer()) ?? [])).toEqual(WEIGHTS);
  });

  it('is listed first, and not fetched where that is refused', async () => {
    const { commit } = hub.add({ kind: 'model', name: 'org/m', files: MODEL });
    const lists: DownloadList[] = [];
    const confirm = async (list: DownloadList) => {
      lists.push(list);
      throw new Error('no');
    };
    await expect(fetchFor(needs('org/m'), { confirm })).rejects.toThrow('no');
    const [list] = lists;
    expect(list).toMatchObject({ files: 2, bytes: CONFIG.length + WEIGHTS.length });
    expect(list?.repositories[0]?.listing.commit).toBe(commit);
    expect(
      list?.repositories[0]?.files.map(({ path, size, sha256: sum }) => [path, size, sum]),
    ).toEqual([
      ['config.json', CONFIG.length, null],
      ['model.safetensors', WEIGHTS.length, sha256(WEIGHTS)],
    ]);
    expect(open.requestsFor('model.safetensors')).toEqual([]);
    expect(existsSync(open.cached())).toBe(false);
  });

  it('is reported in bytes, all files together', async () => {
    hub.add({ kind: 'model', name: 'org/m', files: MODEL });
    const total = CONFIG.length + WEIGHTS.length;
    const reported = (await fetchFor(needs('org/m'))).filter(([what]) => /^Down/.test(what));
    expect(reported.at(-1)).toEqual(['Downloading 2 files', total, total, 'bytes']);
    const amounts = reported.map(([, done]) => done);
    expect(amounts).toContain(CONFIG.length);
    expect(amounts).toEqual(amounts.toSorted((a, b) => a - b));
  });

  it('is not asked for again, nor is the Hub', async () => {
    hub.add({ kind: 'model', name: 'org/m', files: MODEL });
    await fetchFor(needs('org/m'));
    const asked = hub.seen.length;
    await fetchFor(needs('org/m'), { env: { HF_HUB_OFFLINE: '1' } });
    expect(hub.seen.length).toBe(asked);
  });

  it('is linked where another revision has the same bytes', async () => {
    hub.add({ kind: 'model', name: 'org/m', files: MODEL });
    await fetchFor(needs('org/m'));
    const { commit } = hub.add({ kind: 'model', name: 'org/m', files: { ...MODEL, 'a.txt': 'b' } });
    await rm(open.cached('models--org--m', 'refs'), { recursive: true });
    const confirm = () => Promise.reject(new Error('nothing is to come'));
    await fetchFor(needs('org/m'), { confirm });
    expect(
      existsSync(open.cached('models--org--m', 'snapshots', commit, 'model.safetensors')),
    ).toBe(true);
    expect(open.requestsFor('model.safetensors')).toHaveLength(2);
  });

  it('takes the commit that is named, and where the environment says', async () => {
    const { commit } = hub.add({ kind: 'model', name: 'org/m', files: MODEL });
    const source = `{_target_: transformers.CLIPVisionModel.from_pretrained, pretrained_model_name_or_path: org/m, revision: ${commit}}`;
    await fetchFor(needs(source), { env: { HF_HOME: join(home, 'hf') } });
    expect(await readdir(join(home, 'hf/hub/models--org--m'))).toEqual(['blobs', 'snapshots']);
  });

  it('is an error where the network is not to be asked', async () => {
    const env = { HF_HUB_OFFLINE: '1' };
    expect(
      await open.refusal(fetchFor(needs('org/m', 'org/other'), { env })),
    ).toMatchInlineSnapshot(`
      "ConfigError: HF_HUB_OFFLINE is set, so that nothing is fetched. Unset it, or have this in the Hugging Face cache:
        org/m
        org/other"
    `);
    expect(hub.seen).toEqual([]);
  });

  it('is told with the place that asks for it where there is no such thing', async () => {
    expect(await open.refusal(fetchFor(needs('org/nothing')))).toMatch(
      /^ConfigError: modelpool\.models\.m0: org\/nothing: there is no such model on hub/,
    );
    hub.add({ kind: 'model', name: 'org/keras', files: { 'tf_model.h5': 'x' } });
    expect(await open.refusal(fetchFor(needs('org/keras')))).toMatch(
      /^ConfigError: modelpool\.models\.m0: org\/keras has no weights on the Hub/,
    );
  });

  it.runIf(existsSync('/dev/full'))('says so where the disk is full', async () => {
    hub.add({ kind: 'model', name: 'org/m', files: MODEL });
    const incomplete = open.cached('models--org--m/blobs', `${sha256(WEIGHTS)}.incomplete`);
    await mkdir(dirname(incomplete), { recursive: true });
    await symlink('/dev/full', incomplete);
    expect(await open.refusal(fetchFor(needs('org/m')))).toMatchInlineSnapshot(
      `"StorageError: ~/.cache/huggingface/hub could not be written: the disk is full. What came so far is kept: make room or name another place in HF_HUB_CACHE, and run the command again."`,
    );
  });
});
