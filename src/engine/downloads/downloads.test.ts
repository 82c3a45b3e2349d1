import { describe, expect, it, vi } from 'vitest';
import { createDownloads } from './downloads';

const scratch = (name: string) => ({ file: new File([name], name), remove: vi.fn(async () => {}) });

describe('files that were given out', () => {
  it('are handed over under ids of their own', () => {
    const downloads = createDownloads();
    const [a, b] = [scratch('model.safetensors'), scratch('model.safetensors')];
    const [one, other] = [downloads.keep(a), downloads.keep(b)];
    expect(one).toMatchObject({ name: 'model.safetensors', file: a.file });
    expect(other.file).toBe(b.file);
    expect(one.download).not.toBe(other.download);
  });

  it('are removed when they were taken, once', async () => {
    const downloads = createDownloads();
    const [a, b] = [scratch('a'), scratch('b')];
    const { download = '' } = downloads.keep(a);
    downloads.keep(b);
    await downloads.release(download);
    await downloads.release(download);
    await downloads.release('unknown');
    expect(a.remove).toHaveBeenCalledTimes(1);
    expect(b.remove).not.toHaveBeenCalled();
  });

  it('are all removed at the end', async () => {
    const downloads = createDownloads();
    const all = ['a', 'b', 'c'].map(scratch);
    for (const each of all) downloads.keep(each);
    await downloads.releaseAll();
    await downloads.releaseAll();
    for (const { remove } of all) expect(remove).toHaveBeenCalledTimes(1);
  });
});
