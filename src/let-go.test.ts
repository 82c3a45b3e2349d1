import { expect, it, vi } from 'vitest';
import { letGo } from './let-go';

it('frees memory at once, any number of times', () => {
  for (const length of [0, 1, 5_000_000]) {
    const buffer = new ArrayBuffer(length);
    const bytes = new Uint8Array(buffer);
    letGo(buffer);
    expect(buffer.byteLength).toBe(0);
    expect(bytes.length).toBe(0);
  }
});

it('leaves alone what is detached, which browsers refuse to transfer', () => {
  const buffer = new ArrayBuffer(1000);
  letGo(buffer);
  const post = vi.spyOn(MessagePort.prototype, 'postMessage');
  letGo(buffer);
  expect(post).not.toHaveBeenCalled();
  post.mockRestore();
});
