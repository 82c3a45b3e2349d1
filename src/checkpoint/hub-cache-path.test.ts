import { describe, expect, it } from 'vitest';
import { folderTitle, hubCachePath } from './hub-cache-path';

describe('a path in the Hugging Face cache', () => {
  it('says which repository it is of, and which part', () => {
    expect(
      hubCachePath('hub/models--org--a-b_c.1/snapshots/c0ffee/vision/model.safetensors'),
    ).toEqual({
      kind: 'model',
      repository: 'org/a-b_c.1',
      folder: 'hub/models--org--a-b_c.1',
      within: { place: 'snapshot', commit: 'c0ffee', path: 'vision/model.safetensors' },
    });
    const within = (path: string) => hubCachePath(`datasets--mnist/${path}`)?.within;
    expect(within('refs/refs/pr/1')).toEqual({ place: 'ref', revision: 'refs/pr/1' });
    expect(within('blobs/0123')).toEqual({ place: 'blob' });
    expect(within('snapshots/c0ffee')).toEqual({ place: 'other' });
    expect(within('.no_exist/c0ffee/x.json')).toEqual({ place: 'other' });
    expect(hubCachePath('datasets--mnist/refs/main')).toMatchObject({
      kind: 'dataset',
      repository: 'mnist',
    });
  });

  it.each(['models--org--a', 'models/org/a/model.bin', 'x-models--a/b', 'models--/refs/main'])(
    'is not %s',
    (path) => expect(hubCachePath(path)).toBeUndefined(),
  );

  it('gives a folder the name of its repository', () => {
    expect(folderTitle('hub/models--org--a/snapshots/c0ffee')).toBe('org/a');
    expect(folderTitle('models--org--a/snapshots/c0ffee/vision')).toBe('org/a/vision');
    expect(folderTitle('pool/experts/mnist')).toBe('mnist');
    expect(folderTitle('')).toBe('');
  });
});
