import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DeviceError, StorageError } from '../errors';
import { openLibrary } from './library';
import { estimateOf, fakeDisk, fakeLocks, freshStoreName, stubNavigator } from './test-support';
import type { Library } from './types';

const opened: Library[] = [];
function library(storeName = freshStoreName()): Library {
  const made = openLibrary({ storeName, partSize: 8 });
  opened.push(made);
  return made;
}

afterEach(async () => {
  vi.unstubAllGlobals();
  await Promise.all(opened.splice(0).map((made) => made.close()));
});

/** One buffer that is filled anew for every chunk, as an exporter does. */
async function* reusedBuffer(chunks: readonly string[]): AsyncGenerator<Uint8Array> {
  const buffer = new Uint8Array(64);
  for (const chunk of chunks) {
    const { written } = new TextEncoder().encodeInto(chunk, buffer);
    yield buffer.subarray(0, written);
  }
}

const CHUNKS = ['{"a":', '', '[1,2,3,4,5,6,7,8,9,10,11,12]', '}'];

function useDisk(options?: Parameters<typeof fakeDisk>[0], storage = {}) {
  const disk = fakeDisk(options);
  const locks = fakeLocks();
  stubNavigator({ locks, storage: { ...storage, getDirectory: disk.getDirectory } });
  return { disk, locks };
}

describe.each([
  ['on disk', () => void useDisk()],
  ['in Blobs where there is no such disk', () => stubNavigator({})],
  [
    'in Blobs where the disk is denied',
    () =>
      stubNavigator({
        locks: fakeLocks(),
        storage: { getDirectory: () => Promise.reject(new DOMException('', 'SecurityError')) },
      }),
  ],
  [
    'in Blobs where this thread may not write',
    () => {
      const file = { getFile: async () => new File([], 'x') };
      const folder = { getFileHandle: async () => file, removeEntry: async () => undefined };
      const getDirectory = async () => ({ getDirectoryHandle: async () => folder });
      stubNavigator({ locks: fakeLocks(), storage: { getDirectory } });
    },
  ],
])('a scratch file %s', (_, prepare) => {
  beforeEach(prepare);

  it('holds the bytes of all chunks under the name that was asked for', async () => {
    const progress: number[] = [];
    const { file } = await library().scratchFile('a/b:c.safetensors', reusedBuffer(CHUNKS), {
      onProgress: (done) => progress.push(done),
    });
    expect(await file.text()).toBe(CHUNKS.join(''));
    expect(file.name).toBe('a/b:c.safetensors');
    expect(progress).toEqual([5, 5, 33, 34]);
  });

  it('can be empty', async () => {
    const { file } = await library().scratchFile('empty', reusedBuffer([]));
    expect(file.size).toBe(0);
  });

  it('passes on the error of its source', async () => {
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield* reusedBuffer(CHUNKS);
      throw new DeviceError('The GPU is gone.');
    }
    await expect(library().scratchFile('x', failing())).rejects.toBeInstanceOf(DeviceError);
  });

  it('stops its source when aborted', async () => {
    const controller = new AbortController();
    let closed = false;
    async function* endless(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield new Uint8Array(3);
      } finally {
        closed = true;
      }
    }
    const writing = library().scratchFile('x', endless(), {
      signal: controller.signal,
      onProgress: (done) => {
        if (done > 20) controller.abort(new Error('stopped by the user'));
      },
    });
    await expect(writing).rejects.toThrow('stopped by the user');
    expect(closed).toBe(true);
  });
});

describe('a scratch file on disk', () => {
  it('is written whole although each write is short', async () => {
    useDisk({ atOnce: 1 });
    const { file } = await library().scratchFile('x', reusedBuffer(CHUNKS));
    expect(await file.text()).toBe(CHUNKS.join(''));
  });

  it('leaves nothing when the disk is full, and says so', async () => {
    const { disk, locks } = useDisk({ capacity: 20 }, estimateOf(9e9, 10e9));
    const writing = library().scratchFile('model.safetensors', reusedBuffer(CHUNKS), { size: 34 });
    await expect(writing).rejects.toThrowErrorMatchingInlineSnapshot(
      `[StorageError: model.safetensors needs 34 bytes and the browser's storage is full. Nothing of it was kept. This site uses 9 GB of the 10 GB that the browser grants it, so 1 GB are available. The disk itself seems to have less room than that. Remove models or image sets from the library, or free disk space, then try again.]`,
    );
    expect(disk.files()).toEqual([]);
    expect([...disk.open, ...locks.held]).toEqual([]);
  });

  it('leaves nothing when its source fails or it is aborted', async () => {
    const { disk, locks } = useDisk();
    const lib = library();
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield new Uint8Array(3);
      throw new Error('source');
    }
    await expect(lib.scratchFile('x', failing())).rejects.toThrow('source');
    const controller = new AbortController();
    const onProgress = () => controller.abort();
    const options = { signal: controller.signal, onProgress };
    await expect(lib.scratchFile('x', reusedBuffer(CHUNKS), options)).rejects.toMatchObject({
      name: 'AbortError',
    });
    expect(disk.files()).toEqual([]);
    expect([...disk.open, ...locks.held]).toEqual([]);
  });

  it('is refused before its source is asked when it cannot fit', async () => {
    const { disk } = useDisk({}, estimateOf(990, 1000));
    const next = vi.fn();
    const chunks = { [Symbol.asyncIterator]: () => ({ next }) };
    await expect(library().scratchFile('x', chunks, { size: 11 })).rejects.toThrow(StorageError);
    expect(next).not.toHaveBeenCalled();
    expect(disk.files()).toEqual([]);
  });

  it('of the same name in two tabs is two files', async () => {
    const { disk } = useDisk();
    const storeName = freshStoreName();
    const [one, two] = await Promise.all([
      library(storeName).scratchFile('model.safetensors', reusedBuffer(['one'])),
      library(storeName).scratchFile('model.safetensors', reusedBuffer(['two'])),
    ]);
    expect([await one.file.text(), await two.file.text()]).toEqual(['one', 'two']);
    expect(disk.files()).toHaveLength(2);
    await one.remove();
    await one.remove();
    expect(disk.files()).toHaveLength(1);
  });

  it('is swept at start once its tab is gone, and not before', async () => {
    const { disk, locks } = useDisk();
    const storeName = freshStoreName();
    await library(storeName).scratchFile('x', reusedBuffer(CHUNKS));
    const next = library(storeName);
    expect(await next.recover()).toMatchObject({ scratchFiles: 0 });
    expect(disk.files()).toHaveLength(1);
    for (const name of locks.held) locks.release(name);
    expect(await next.recover()).toMatchObject({ scratchFiles: 1 });
    expect(disk.files()).toEqual([]);
  });

  it('of another library is not swept', async () => {
    const { disk, locks } = useDisk();
    await library('shared-prefix').scratchFile('x', reusedBuffer(CHUNKS));
    for (const name of locks.held) locks.release(name);
    expect(await library('other').recover()).toMatchObject({ scratchFiles: 0 });
    expect(disk.files()).toHaveLength(1);
  });
});
