/** The dialogue's work without its page: from what is typed to files that would be added, from a small Hub on loopback. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Listing } from '../hub/session';
import { type FakeHub, sha256, startFakeHub, TOKEN } from '../hub/testing/fake-hub';
import type { DroppedFile } from '../state/types';
import { createHubDownloads } from './downloads';
import { memoryParts } from './kept-parts';

/** Large enough for a pointer, and for a cut in the middle. */
const WEIGHTS = new Uint8Array(200_000).map((_, place) => (place * 7919) >> 3);
const MODEL = { 'config.json': '{}', 'model.safetensors': WEIGHTS, 'README.md': 'about it' };

let hub: FakeHub;
beforeEach(async () => {
  hub = await startFakeHub();
});
afterEach(() => hub.close());

function open(isHere: (listing: Listing) => boolean = () => false) {
  const added: DroppedFile[][] = [];
  const parts = memoryParts();
  const downloads = createHubDownloads({
    endpoint: hub.endpoint,
    openParts: async () => parts,
    isHere,
    now: () => performance.now(),
    add: async (_, files) => {
      added.push([...files]);
      return true;
    },
  });
  const view = () => downloads.store.getState();
  const told = () => {
    const text = view().problem ?? '';
    return text
      .replaceAll(hub.endpoint, 'https://hub')
      .replaceAll(new URL(hub.endpoint).host, 'hub');
  };
  return { downloads, parts, added, view, told };
}

const requestsFor = (ending: string) => hub.seen.filter(({ path }) => path.endsWith(ending));

describe('a model', () => {
  it('is listed with what is read of it, and fetched when that is said', async () => {
    const { commit } = hub.add({ kind: 'model', name: 'org/m', files: MODEL });
    const { downloads, added, view } = open();
    expect(hub.seen).toEqual([]);
    await downloads.list('org/m', '');
    expect(view()).toMatchObject({ step: 'listed', problem: null });
    const [plan] = view().plans;
    expect(plan?.listing.commit).toBe(commit);
    expect(plan?.files.map(({ path, size, sha256: sum }) => [path, size, sum])).toEqual([
      ['config.json', 2, null],
      ['model.safetensors', WEIGHTS.length, sha256(WEIGHTS)],
    ]);
    expect(hub.seen.filter(({ path }) => path.includes('/resolve/'))).toEqual([]);

    await downloads.download();
    expect(view()).toMatchObject({ step: 'asking', note: 'Added: org/m.', problem: null });
    const folder = `models--org--m/snapshots/${commit}`;
    expect(added.flat().map(({ path }) => path)).toEqual([
      `${folder}/config.json`,
      `${folder}/model.safetensors`,
    ]);
    const bytes = await added[0]?.[1]?.file.arrayBuffer();
    expect(sha256(new Uint8Array(bytes ?? new ArrayBuffer(0)))).toBe(sha256(WEIGHTS));
  });

  it('is not fetched again where its very commit is in the library', async () => {
    hub.add({ kind: 'model', name: 'org/m', files: MODEL });
    const { downloads, added, view } = open(() => true);
    await downloads.list('org/m', '');
    expect(view().plans.map(({ isHere }) => isHere)).toEqual([true]);
    await downloads.download();
    expect(added).toEqual([]);
  });

  it('goes on where the line was cut, and where it was stopped', async () => {
    hub.add({ kind: 'model', name: 'org/m', files: MODEL });
    hub.happen(
      'model.safetensors',
      { kind: 'cut', after: 80_000 },
      { kind: 'slow', after: 50_000 },
    );
    const { downloads, parts, added, view } = open();
    await downloads.list('org/m', '');
    const running = downloads.download();
    await hub.slowed();
    downloads.stop();
    await running;
    expect(view()).toMatchObject({ step: 'listed', problem: null });
    expect(view().note).toContain('Stopped. What came is kept');
    const kept = await (await parts.open(sha256(WEIGHTS))).list();
    const have = kept.reduce((sum, { size }) => sum + size, 0);
    expect(have).toBeGreaterThanOrEqual(80_000);

    await downloads.download();
    expect(requestsFor('model.safetensors').at(-1)?.range).toBe(`bytes=${have}-`);
    const bytes = await added[0]?.[1]?.file.arrayBuffer();
    expect(sha256(new Uint8Array(bytes ?? new ArrayBuffer(0)))).toBe(sha256(WEIGHTS));
    // It is in the library: the parts are not needed any more.
    expect(await (await parts.open(sha256(WEIGHTS))).list()).toEqual([]);
  });

  it('shows all that came while the line stands still, and nothing of it once it was stopped', async () => {
    hub.add({ kind: 'model', name: 'org/m', files: MODEL });
    hub.happen('model.safetensors', { kind: 'slow', after: 150_000 });
    const { downloads, view } = open();
    await downloads.list('org/m', '');
    const running = downloads.download();
    await hub.slowed();
    await expect.poll(() => view().progress?.done).toBe('{}'.length + 150_000);
    downloads.stop();
    await running;

    // Stopped before what came was told.
    hub.happen('model.safetensors', { kind: 'slow', after: 40_000 });
    const again = downloads.download();
    await expect.poll(() => requestsFor('model.safetensors').length).toBe(2);
    downloads.stop();
    await again;
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(view()).toMatchObject({ step: 'listed', progress: null });
  });

  it('is refused where its bytes are not the Hub’s, and nothing of it is kept', async () => {
    hub.add({ kind: 'model', name: 'org/m', files: MODEL });
    const { downloads, parts, added, view, told } = open();
    await downloads.list('org/m', '');
    hub.happen('config.json', { kind: 'wrong' });
    await downloads.download();
    expect(told()).toContain('org/m, config.json: what came is not what hub lists');
    hub.happen('model.safetensors', { kind: 'wrong' });
    await downloads.download();
    expect(view().step).toBe('listed');
    expect(told()).toBe(
      `org/m, model.safetensors: what came is not what hub lists (its hash is not ${sha256(WEIGHTS)}), and was removed. Try again; where that does not help, something on the way changes files.`,
    );
    expect(added).toEqual([]);
    expect(await (await parts.open(sha256(WEIGHTS))).list()).toEqual([]);
  });
});

describe('a data set', () => {
  it('comes with the files of the split that is asked for', async () => {
    const files = {
      'data/train-00000-of-00001.parquet': WEIGHTS,
      'data/test-00000-of-00001.parquet': WEIGHTS.slice(1),
    };
    const { commit } = hub.add({ kind: 'dataset', name: 'org/d', files });
    const { downloads, added } = open();
    await downloads.list('datasets/org/d test', '');
    await downloads.download();
    expect(added.flat().map(({ path }) => path)).toEqual([
      `datasets--org--d/snapshots/${commit}/data/test-00000-of-00001.parquet`,
    ]);
  });
});

describe('a refusal', () => {
  it('is told in the words of the page', async () => {
    const { downloads, told } = open();
    await downloads.list('org/nothing', '');
    expect(told()).toBe(
      'org/nothing: there is no such model on hub, or it is private. Check the name; for a private one, type a token of an account that may read it.',
    );
    await downloads.list('org/nothing', 'hf_wrong');
    expect(told()).toContain('hub does not accept the token in the field. Copy it again');
    await downloads.list('org/nothing', 'two words');
    expect(told()).toContain('The token has characters that no token has.');

    hub.add({ kind: 'model', name: 'org/m', files: MODEL });
    hub.happen('/main', { kind: 'status', status: 429, headers: { 'retry-after': '3600' } });
    await downloads.list('org/m', '');
    expect(told()).toBe(
      'hub refuses further requests for now (429, too many requests). Try again in 60 minutes: it goes on where it stopped. With a token it allows more: type one.',
    );
    hub.happen('/main', { kind: 'status', status: 429, headers: { 'retry-after': '0' } });
    await downloads.list('org/m', '');
    expect(told()).toBe('');
    await downloads.list('org/m\norg/nothing', '');
    expect(told()).toMatch(/^Line 2: org\/nothing: there is no such model/);
  });

  it('of a gated repository says where to ask; whose token is let in gets it', async () => {
    hub.add({ kind: 'model', name: 'org/m', files: MODEL, gated: true });
    const { downloads, added, told } = open();
    await downloads.list('org/m', '');
    await downloads.download();
    expect(told()).toBe(
      'org/m: its owners let in who has asked them. Ask on https://hub/org/m, then type a token of an account that may read it, and try again.',
    );
    downloads.back();
    await downloads.list('org/m', TOKEN);
    await downloads.download();
    expect(added).toHaveLength(1);
    const asked = new Set(
      hub.seen.filter(({ server }) => server === 'files').map(({ authorization }) => authorization),
    );
    expect(asked).toEqual(new Set([undefined]));
  });
});
