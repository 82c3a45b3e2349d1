import { describe, expect, it } from 'vitest';
import { createQueue } from './queue';

/** A piece of work that ends when told to. */
function held() {
  let end: (value: string) => void = () => undefined;
  const ended = new Promise<string>((resolve) => {
    end = resolve;
  });
  return { end, work: () => ended };
}

describe('the queue', () => {
  it('starts nothing before what came earlier has ended', async () => {
    const queue = createQueue();
    const seen: string[] = [];
    const first = held();
    const a = queue.run(async () => {
      seen.push('a begins');
      await first.work();
      seen.push('a ends');
    });
    const b = queue.run(async () => void seen.push('b'));
    await Promise.resolve();
    first.end('');
    await Promise.all([a, b]);
    expect(seen).toEqual(['a begins', 'a ends', 'b']);
  });

  it('goes on after work that fails, and tells whoever asked for it', async () => {
    const queue = createQueue();
    const failing = queue.run(() => {
      throw new Error('no');
    });
    const next = queue.run(async () => 'yes');
    await expect(failing).rejects.toThrow('no');
    await expect(next).resolves.toBe('yes');
  });

  it('lets go of work that waits when its signal is aborted', async () => {
    const queue = createQueue();
    const first = held();
    const running = queue.run(first.work);
    const stop = new AbortController();
    let ran = false;
    const waiting = queue.run(async () => {
      ran = true;
    }, stop.signal);
    stop.abort(new Error('stopped'));
    await expect(waiting).rejects.toThrow('stopped');
    first.end('done');
    await expect(running).resolves.toBe('done');
    await queue.run(async () => undefined);
    expect(ran).toBe(false);
  });

  it('refuses work whose signal was aborted before', async () => {
    const queue = createQueue();
    const signal = AbortSignal.abort(new Error('too late'));
    await expect(queue.run(async () => 1, signal)).rejects.toThrow('too late');
  });

  it('leaves work that has begun to its own signal', async () => {
    const queue = createQueue();
    const first = held();
    const stop = new AbortController();
    const running = queue.run(first.work, stop.signal);
    await Promise.resolve();
    await Promise.resolve();
    stop.abort(new Error('stopped'));
    first.end('cleaned up');
    await expect(running).resolves.toBe('cleaned up');
  });
});
