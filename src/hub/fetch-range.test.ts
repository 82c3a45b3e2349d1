/** Parts of a file, from a small Hub on loopback. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hubAccess } from './access-node';
import { fetchRange, type SeenTags } from './fetch-range';
import { listRepository } from './listing';
import { sendFromNode } from './send-node';
import type { HubSession } from './session';
import type { Mishap } from './testing/fake-hub';
import { type HubHome, openHubHome, WEIGHTS } from './testing/hub-home';
import type { ListedFile } from './transfer';
import { COMMAND_WORDING } from './wording';

let open: HubHome;
let session: HubSession;
let listed: ListedFile;
let waited: number[];
beforeEach(async () => {
  open = await openHubHome();
  waited = [];
  session = {
    access: await hubAccess({ HOME: open.home, HF_ENDPOINT: open.hub.endpoint }),
    signal: new AbortController().signal,
    wording: COMMAND_WORDING,
    send: sendFromNode,
    note: () => undefined,
    wait: async (seconds) => void waited.push(seconds),
  };
  open.hub.add({ kind: 'dataset', name: 'org/d', files: { 'a.parquet': WEIGHTS } });
  const repository = { kind: 'dataset', name: 'org/d', revision: 'main' } as const;
  const listing = await listRepository(session, repository);
  const [file] = listing.files;
  if (!file) throw new Error('there is no file');
  listed = { listing, file };
});
afterEach(() => open.close());

const fetched = (begin: number, end: number, tags: SeenTags = new Map()) =>
  fetchRange(session, listed, { begin, end }, tags);
const happens = (...mishaps: readonly Mishap[]) => open.hub.happen('a.parquet', ...mishaps);

describe('a part of a file', () => {
  it('is these bytes and no others, at the commit', async () => {
    expect(await fetched(1000, 70_000)).toEqual(WEIGHTS.slice(1000, 70_000));
    expect(await fetched(199_999, 200_000)).toEqual(WEIGHTS.slice(199_999));
    const [asked] = open.requestsFor('a.parquet');
    expect(asked).toMatchObject({ server: 'hub', range: 'bytes=1000-69999' });
    expect(asked?.path).toContain(`/resolve/${listed.listing.commit}/`);
  });

  it('goes on where the line was cut, a few times', async () => {
    happens({ kind: 'cut', after: 500 }, { kind: 'cut', after: 500 });
    expect(await fetched(1000, 70_000)).toEqual(WEIGHTS.slice(1000, 70_000));
    expect(waited).toEqual([1, 2]);
    happens(...Array<Mishap>(5).fill({ kind: 'cut', after: 500 }));
    expect(await open.refusal(fetched(1000, 70_000))).toMatchInlineSnapshot(
      `"DownloadError: org/d, a.parquet: the line to hub was cut 5 times. What came whole is kept: run the command again, and it goes on there."`,
    );
  });

  it('is not taken of another file', async () => {
    happens({ kind: 'resized' });
    expect(await open.refusal(fetched(0, 10))).toMatchInlineSnapshot(
      `"DownloadError: org/d, a.parquet: what came is not of the file that hub lists (bytes 0 to 10 of 200000 were asked for, and bytes 0-9/200001 came). Run the command again; where that does not help, something on the way changes files."`,
    );
    happens({ kind: 'status', status: 416 });
    expect(await open.refusal(fetched(0, 10))).toContain('(it has no bytes 0 to 10)');
    const tags: SeenTags = new Map();
    await fetched(0, 10, tags);
    happens({ kind: 'changed' });
    expect(await open.refusal(fetched(10, 20, tags))).toContain('(it has changed meanwhile)');
  });

  it('is told to be none where the whole file comes', async () => {
    happens({ kind: 'whole' });
    await expect(fetched(0, 10)).rejects.toThrow('a.parquet is given as a whole alone');
  });
});
