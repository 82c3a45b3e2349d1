/** Test support: a Hub on loopback and the home folder of somebody who fetches from it, both new. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FakeHub, type SeenRequest, startFakeHub } from './fake-hub';

/** Large enough for a pointer, and for a cut in the middle. */
export const WEIGHTS = new Uint8Array(200_000).map((_, place) => (place * 7919) >> 3);
export const CONFIG = '{"model_type": "clip_vision_model"}';

export interface HubHome {
  readonly hub: FakeHub;
  readonly home: string;
  /** A path in the cache. */
  cached(...steps: string[]): string;
  /** Names in the cache of a repository's folder. */
  blobsOf(folder: string): Promise<string[]>;
  /** What was asked of files whose paths end so. */
  requestsFor(ending: string): readonly SeenRequest[];
  /** The message of a refusal, with what is different each time taken out. */
  refusal(fetching: Promise<unknown>): Promise<string>;
  close(): Promise<void>;
}

export async function openHubHome(): Promise<HubHome> {
  const hub = await startFakeHub();
  const home = await mkdtemp(join(tmpdir(), 'studio-hub-'));
  const cached = (...steps: string[]) => join(home, '.cache/huggingface/hub', ...steps);
  return {
    hub,
    home,
    cached,
    blobsOf: (folder) => readdir(cached(folder, 'blobs')),
    requestsFor: (ending) => hub.seen.filter(({ path }) => path.endsWith(ending)),
    async refusal(fetching) {
      const error = await fetching.then(
        () => new Error('It was fetched.'),
        (reason: Error) => reason,
      );
      const { host } = new URL(hub.endpoint);
      return `${error.name}: ${error.message
        .replaceAll(hub.endpoint, 'https://hub')
        .replaceAll(host, 'hub')
        .replaceAll(home, '~')}`;
    },
    async close() {
      await hub.close();
      await rm(home, { recursive: true, force: true });
    },
  };
}
