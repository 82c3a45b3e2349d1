/** Requests, transfers and the cache that comes of them, from a small Hub on loopback into a temporary folder. */
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hubCacheFolder } from '../modelpool/sources/hub-cache-node';
import { hubAccess } from './access-node';
import { downloadAll, planRepository } from './download-node';
import { listRepository } from './listing';
import { sendFromNode } from './send-node';
import type { HubSession } from './session';
import { type FakeHub, gitHash, type Mishap, STRANGER, sha256, TOKEN } from './testing/fake-hub';
import { CONFIG, type HubHome, openHubHome, WEIGHTS } from './testing/hub-home';
import { COMMAND_WORDING } from './wording';

const MODEL = { 'config.json': CONFIG, 'model.safetensors': WEIGHTS };

let open: HubHome;
let hub: FakeHub;
let home: string;
beforeEach(async () => {
  open = await openHubHome();
  ({ hub, home } = open);
});
afterEach(() => open.close());

interface Fetching {
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  readonly revision?: string;
  wait?(seconds: number): Promise<void>;
}

/** Fetches all of a model; what was told, waits among it, and how many bytes were to come. */
async function fetchAll(
  name: string,
  { env = {}, signal = new AbortController().signal, revision = 'main', wait }: Fetching = {},
): Promise<{
  readonly told: readonly string[];
  readonly bytes: number;
  readonly had: readonly number[];
}> {
  const told: string[] = [];
  const all = { HOME: home, HF_ENDPOINT: hub.endpoint, ...env };
  const session: HubSession = {
    access: await hubAccess(all),
    signal,
    wording: COMMAND_WORDING,
    send: sendFromNode,
    note: (text) => void told.push(text),
    wait: wait ?? (async (seconds) => void told.push(`waits ${seconds} s`)),
  };
  const listing = await listRepository(session, { kind: 'model', name, revision });
  const plan = await planRepository(hubCacheFolder(all), listing, listing.files);
  const had: number[] = [];
  await downloadAll(session, hubCacheFolder(all), [plan], {
    onBytes: (_, file, have) => {
      if (file.path === 'model.safetensors') had.push(have);
    },
  });
  return { told, had, bytes: plan.files.reduce((sum, { toCome }) => sum + toCome, 0) };
}

describe('a token', () => {
  it('goes to the Hub, and not where a redirect leads', async () => {
    hub.add({ kind: 'model', name: 'org/m', files: MODEL, private: true });
    await fetchAll('org/m', { env: { HF_TOKEN: TOKEN } });
    const asked = (server: string) =>
      new Set(hub.seen.filter((one) => one.server === server).map((one) => one.authorization));
    expect(asked('hub')).toEqual(new Set([`Bearer ${TOKEN}`]));
    expect(asked('files')).toEqual(new Set([undefined]));
  });

  it('is that of whoever is logged in, where none is set', async () => {
    hub.add({ kind: 'model', name: 'org/m', files: MODEL, gated: true });
    await mkdir(join(home, '.cache/huggingface'), { recursive: true });
    await writeFile(join(home, '.cache/huggingface/token'), `${TOKEN}\n`);
    await fetchAll('org/m');
    expect(existsSync(open.cached('models--org--m/refs/main'))).toBe(true);
  });
});

describe('a download that was not finished', () => {
  const incomplete = () => open.cached('models--org--m/blobs', `${sha256(WEIGHTS)}.incomplete`);
  const leave = async (bytes: Uint8Array) => {
    await mkdir(dirname(incomplete()), { recursive: true });
    await writeFile(incomplete(), bytes);
  };
  const whole = () => readFileSync(open.cached('models--org--m/blobs', sha256(WEIGHTS)));

  beforeEach(() => {
    hub.add({ kind: 'model', name: 'org/m', files: MODEL });
  });

  it('goes on where it stopped', async () => {
    await leave(WEIGHTS.subarray(0, 150_000));
    const { bytes, had } = await fetchAll('org/m');
    expect([had[0], had.at(-1)]).toEqual([150_000, WEIGHTS.length]);
    expect(bytes).toBe(CONFIG.length + 50_000);
    expect(open.requestsFor('model.safetensors').at(-1)?.range).toBe('bytes=150000-');
    expect(whole().equals(WEIGHTS)).toBe(true);
  });

  it('begins again where it is no beginning of this file, or the server gives whole files only', async () => {
    await leave(new Uint8Array(1000));
    await fetchAll('org/m');
    expect(whole().equals(WEIGHTS)).toBe(true);
    await rm(open.cached(), { recursive: true });
    await leave(WEIGHTS.subarray(0, 1000));
    hub.happen('model.safetensors', { kind: 'whole' });
    await fetchAll('org/m');
    expect(whole().equals(WEIGHTS)).toBe(true);
    await rm(open.cached(), { recursive: true });
    await leave(new Uint8Array(300_000));
    await fetchAll('org/m');
    expect(whole().equals(WEIGHTS)).toBe(true);
  });

  it('goes on by itself where the line is cut a few times', async () => {
    const cut: Mishap = { kind: 'cut', after: 60_000 };
    hub.happen('model.safetensors', cut, cut);
    const { told } = await fetchAll('org/m');
    expect(told).toEqual(['waits 1 s', 'waits 2 s']);
    expect(whole().equals(WEIGHTS)).toBe(true);
    const ranges = open.requestsFor('model.safetensors').filter(({ server }) => server === 'files');
    expect(ranges).toHaveLength(3);
    expect(ranges.slice(1).every(({ range }) => range !== undefined)).toBe(true);
  });

  it('is kept where the line is cut again and again', async () => {
    hub.happen('model.safetensors', ...Array<Mishap>(9).fill({ kind: 'cut', after: 10_000 }));
    const message = await open.refusal(fetchAll('org/m'));
    expect(message).toMatch(
      /^DownloadError: org\/m, model\.safetensors: the line to hub was cut 5 times\. \d+ of 200000 bytes are kept: run the command again, and it goes on there\.$/,
    );
    const kept = readFileSync(incomplete());
    expect(kept.length).toBeGreaterThan(0);
    expect(kept.equals(WEIGHTS.subarray(0, kept.length))).toBe(true);
    hub.happen('model.safetensors');
    await fetchAll('org/m');
    expect(whole().equals(WEIGHTS)).toBe(true);
  });

  it('stays when the run is interrupted', async () => {
    const controller = new AbortController();
    hub.happen('model.safetensors', { kind: 'slow', after: 70_000 });
    const fetching = fetchAll('org/m', { signal: controller.signal });
    await hub.slowed();
    await expect.poll(() => readFileSync(incomplete()).length).toBe(70_000);
    controller.abort();
    await expect(fetching).rejects.toThrow('abort');
    expect(readFileSync(incomplete()).equals(WEIGHTS.subarray(0, 70_000))).toBe(true);
  });

  it('is removed where the bytes are wrong, of large files and of small ones', async () => {
    hub.happen('model.safetensors', { kind: 'wrong' });
    const message = await open.refusal(fetchAll('org/m'));
    expect(message.replace(sha256(WEIGHTS), 'HASH')).toMatchInlineSnapshot(
      `"DownloadError: org/m, model.safetensors: what came is not what hub lists (its hash is not HASH), and was removed. Run the command again; where that does not help, something on the way changes files."`,
    );
    expect(await open.blobsOf('models--org--m')).toEqual([gitHash(Buffer.from(CONFIG))]);
    await rm(open.cached(), { recursive: true });
    hub.happen('config.json', { kind: 'wrong' });
    expect(await open.refusal(fetchAll('org/m'))).toContain('what came is not what hub lists');
    expect(await open.blobsOf('models--org--m')).toEqual([]);
    expect(existsSync(open.cached('models--org--m/snapshots'))).toBe(false);
  });
});

describe('the Hub', () => {
  beforeEach(() => {
    hub.add({ kind: 'model', name: 'org/m', files: MODEL });
    hub.add({ kind: 'model', name: 'org/gated', files: MODEL, gated: true });
    hub.add({ kind: 'model', name: 'org/private', files: MODEL, private: true });
  });

  it('is waited for as long as it asks, and asked again', async () => {
    const busy = (headers: Record<string, string>): Mishap => ({
      kind: 'status',
      status: 429,
      headers,
    });
    hub.happen('revision/main', busy({ 'retry-after': '7' }), busy({ ratelimit: '"api";r=0;t=9' }));
    hub.happen('model.safetensors', { kind: 'status', status: 503 });
    const { host } = new URL(hub.endpoint);
    expect((await fetchAll('org/m')).told.map((text) => text.replace(host, 'hub'))).toEqual([
      'hub asks to wait 7 s (too many requests).',
      'waits 7 s',
      'hub asks to wait 9 s (too many requests).',
      'waits 9 s',
      'waits 1 s',
    ]);
  });

  it('is left alone where it asks for more patience, or stays out of order', async () => {
    const answers = (status: number, after: string) =>
      Array<Mishap>(9).fill({ kind: 'status', status, headers: { 'retry-after': after } });
    hub.happen('revision/main', ...answers(429, '3600'));
    expect(await open.refusal(fetchAll('org/m'))).toMatchInlineSnapshot(
      `"DownloadError: hub refuses further requests for now (429, too many requests). Run the command again in 60 minutes: it goes on where it stopped. With a token it allows more: log in (hf auth login)."`,
    );
    expect(open.requestsFor('revision/main').length).toBeLessThan(2);
    hub.happen('revision/main', ...answers(500, '0'));
    expect(await open.refusal(fetchAll('org/m'))).toMatchInlineSnapshot(
      `"DownloadError: hub answered 500 to what was asked of org/m. Run the command again later: it goes on where it stopped."`,
    );
  });

  it.each([
    ['no such repository', 'org/nothing', {}],
    ['no such repository, to a stranger', 'org/private', { HF_TOKEN: STRANGER }],
    ['a gated one', 'org/gated', {}],
    ['a gated one, to a stranger', 'org/gated', { HF_TOKEN: STRANGER }],
    ['a token that is none', 'org/m', { HF_TOKEN: 'hf_old' }],
    ['a token of impossible letters', 'org/m', { HF_TOKEN: 'hf_\u00e9' }],
    ['an address that is none', 'org/m', { HF_ENDPOINT: 'huggingface.co' }],
  ] as const)('says what to do about %s', async (_, name, env) => {
    expect(await open.refusal(fetchAll(name, { env }))).toMatchSnapshot();
  });

  it('is followed to where a repository is now, and nowhere else', async () => {
    const leadsTo = (location: string): Mishap => ({
      kind: 'status',
      status: 307,
      headers: { location },
    });
    hub.add({ kind: 'model', name: 'org/new', files: MODEL, private: true });
    hub.rename('org/old', 'org/new');
    await fetchAll('org/old', { env: { HF_TOKEN: TOKEN } });
    expect(existsSync(open.cached('models--org--old/refs/main'))).toBe(true);
    for (const [location, message] of [
      ['ftp://elsewhere/x', 'leads on to ftp://elsewhere, which is not followed.'],
      ['http://', 'leads on to no address, which is not followed.'],
      ['/api/models/org/m/revision/main', 'leads on to other addresses without an end.'],
    ] as const) {
      hub.happen('m/revision/main', ...Array<Mishap>(9).fill(leadsTo(location)));
      expect(await open.refusal(fetchAll('org/m'))).toBe(`DownloadError: hub ${message}`);
    }
  });

  it('is told to be out of reach at once where nobody listens', async () => {
    await hub.close();
    const fetching = fetchAll('org/m', { wait: () => Promise.reject(new Error('waits')) });
    expect(await open.refusal(fetching)).toMatchInlineSnapshot(
      `"DownloadError: hub could not be reached (ECONNREFUSED). Check the connection, or name a mirror in HF_ENDPOINT, and run the command again: it goes on where it stopped."`,
    );
  });

  it('has no such revision, or no such file any more', async () => {
    expect(await open.refusal(fetchAll('org/m', { revision: 'v9' }))).toMatchInlineSnapshot(
      `"ConfigError: org/m: hub has no revision v9 of it. See https://hub/org/m."`,
    );
    hub.happen('config.json', {
      kind: 'status',
      status: 404,
      headers: { 'x-error-code': 'EntryNotFound' },
    });
    expect(await open.refusal(fetchAll('org/m'))).toMatchInlineSnapshot(
      `"ConfigError: org/m: hub has no file config.json in it any more. See https://hub/org/m."`,
    );
  });

  it.each(['../../escaped.json', '/etc/passwd', 'a\\..\\b.json', 'c:x.json', 'a\u001b[2J.json'])(
    'may not list %j',
    async (path) => {
      hub.add({ kind: 'model', name: 'org/evil', files: { ...MODEL, [path]: '{}' } });
      expect(await open.refusal(fetchAll('org/evil'))).toMatch(
        /^DownloadError: hub lists an impossible file, /,
      );
      expect(existsSync(open.cached())).toBe(false);
    },
  );
});
