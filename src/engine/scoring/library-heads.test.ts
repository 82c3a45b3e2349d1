import 'fake-indexeddb/auto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openLibrary } from '../../storage/library';
import { freshStoreName } from '../../storage/test-support';
import { addModel, removeItem } from '../../storage/testing';
import type { Library } from '../../storage/types';
import type { ZeroShotHead } from '../../taskpool/head';
import { headKey } from '../../taskpool/heads/head-key';
import { contentName, writeShippedHeads } from '../../taskpool/heads/shipped-heads';
import { bitsOf } from '../../taskpool/heads/testing';
import { libraryHeads } from './heads';

let library: Library;
let model: string;

beforeEach(async () => {
  library = openLibrary({ storeName: freshStoreName() });
  const files = [{ name: 'model.safetensors', blob: new Blob(['x']) }];
  model = (await addModel(library, { name: 'base', files, facts: null })).id;
});

afterEach(() => library.close());

const head: ZeroShotHead = {
  weights: Float32Array.of(1, 0, 0.6, 0.8),
  classes: 2,
  dimension: 2,
  logitScale: Math.fround(100.1),
};
const keyOf = (template = 'a {}') => headKey(model, undefined, ['cat', 'dog'], [template]);
const failing = () => Promise.reject(new Error('The disk is gone.'));

describe('a head in the library', () => {
  it('comes back to the last bit, for its key alone, in the next visit too', async () => {
    await libraryHeads(library).put(await keyOf(), head);
    const found = await libraryHeads(library).get(await keyOf());
    expect(found && bitsOf(found)).toEqual(bitsOf(head));
    expect(await libraryHeads(library).get(await keyOf('{}'))).toBeNull();
  });

  it('goes with the model that computed it', async () => {
    const heads = libraryHeads(library);
    await heads.put(await keyOf(), head);
    await removeItem(library, model);
    expect(await heads.get(await keyOf())).toBeNull();
  });

  it('is taken from those that came with its model, and kept from then on', async () => {
    const files = [{ name: 'model.safetensors', blob: new Blob(['x']) }];
    const key = await keyOf();
    const digest = await key.under(await contentName(files));
    const shipped = new Blob([await writeShippedHeads(new Map([[digest, head]]))]);
    const heads = libraryHeads(library);
    heads.offer('another', shipped, files);
    heads.offer(model, shipped, [{ name: 'model.safetensors', blob: new Blob(['y']) }]);
    expect(await heads.get(key)).toBeNull();
    heads.offer(model, shipped, files);
    expect(await heads.get(await keyOf('{}'))).toBeNull();
    const found = await heads.get(key);
    expect(found && bitsOf(found)).toEqual(bitsOf(head));
    const later = await libraryHeads(library).get(key);
    expect(later && bitsOf(later)).toEqual(bitsOf(head));
  });

  it('is none where it is not whole', async () => {
    const key = await keyOf();
    await libraryHeads(library).put(key, head);
    const bytes = (await library.getDerived(model, key.digest)) ?? new Uint8Array();
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    await library.putDerived(model, key.digest, bytes);
    expect(await libraryHeads(library).get(key)).toBeNull();
  });

  it('is none, and nothing is said, where the storage fails', async () => {
    const key = await keyOf();
    const put = vi.spyOn(library, 'putDerived').mockImplementation(failing);
    await libraryHeads(library).put(key, head);
    expect(put).toHaveBeenCalledOnce();
    vi.spyOn(library, 'getDerived').mockImplementation(failing);
    expect(await libraryHeads(library).get(key)).toBeNull();
  });
});
