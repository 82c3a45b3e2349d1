import { describe, expect, it, vi } from 'vitest';
import { createDownloads } from './downloads';

const scratch = (name: string) => ({ file: new File([name], name), remove: vi.fn(async () => {}) });

describe('what nobody asked for', () => {
  it('waits for as long as a browser is likely to copy, of several files for the last', () => {
    vi.useFakeTimers();
    try {
      const onTaken = vi.fn();
      const downloads = createDownloads(onTaken);
      expect(downloads.areTaken()).toBe(false);
      // 350 MB and half of it; nothing of it is looked at.
      const sized = (size: number) => ({
        ...scratch('model.safetensors'),
        file: { name: 'model.safetensors', size } as File,
      });
      downloads.keep(sized(350_000_000));
      vi.advanceTimersByTime(1_000);
      downloads.keep(sized(175_000_000));
      vi.advanceTimersByTime(800);
      expect(downloads.areTaken()).toBe(true);
      expect(onTaken).not.toHaveBeenCalled();
      vi.advanceTimersByTime(75);
      expect(downloads.areTaken()).toBe(false);
      expect(onTaken).toHaveBeenCalledTimes(1);
    } finally {
      vi.useRealTimers();
    }
  });

  it('is not told of anything once all were released', async () => {
    vi.useFakeTimers();
    try {
      const onTaken = vi.fn();
      const downloads = createDownloads(onTaken);
      downloads.keep(scratch('model.safetensors'));
      await downloads.releaseAll();
      expect(downloads.areTaken()).toBe(false);
      vi.advanceTimersByTime(60_000);
      expect(onTaken).not.toHaveBeenCalled();
    } finally {
      vi.useRealTimers();
    }
  });
});

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
