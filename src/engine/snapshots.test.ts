import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createSnapshots } from './snapshots';

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 });
});

afterEach(() => {
  vi.useRealTimers();
});

function open(push: (value: number) => void | Promise<void> = () => undefined) {
  let state = 0;
  const pushed: number[] = [];
  const snapshots = createSnapshots(
    () => state,
    (value) => {
      pushed.push(value);
      return push(value);
    },
    60,
  );
  const become = (value: number): void => {
    state = value;
  };
  return { snapshots, pushed, become };
}

describe('snapshots', () => {
  it('follow a command at once', async () => {
    const { snapshots, pushed, become } = open();
    become(1);
    await snapshots.flush();
    become(2);
    await snapshots.flush();
    expect(pushed).toEqual([1, 2]);
  });

  it('come once for many changes, with what stands then', () => {
    const { snapshots, pushed, become } = open();
    for (const value of [1, 2, 3]) {
      become(value);
      snapshots.changed();
    }
    expect(pushed).toEqual([]);
    vi.advanceTimersByTime(0);
    expect(pushed).toEqual([3]);
  });

  it('leave the page its time between two', async () => {
    const { snapshots, pushed, become } = open();
    await snapshots.flush();
    vi.advanceTimersByTime(20);
    become(1);
    snapshots.changed();
    vi.advanceTimersByTime(39);
    expect(pushed).toEqual([0]);
    vi.advanceTimersByTime(1);
    expect(pushed).toEqual([0, 1]);
  });

  it('are not repeated for a change that a command has shown', async () => {
    const { snapshots, pushed } = open();
    snapshots.changed();
    await snapshots.flush();
    vi.advanceTimersByTime(1000);
    expect(pushed).toEqual([0]);
    snapshots.changed();
    vi.advanceTimersByTime(1000);
    expect(pushed).toEqual([0, 0]);
  });

  it('are waited for, and a page that fails to draw fails no command', async () => {
    const drawn: string[] = [];
    const { snapshots } = open(async () => {
      await Promise.resolve();
      drawn.push('drawn');
      throw new Error('no canvas');
    });
    await snapshots.flush();
    expect(drawn).toEqual(['drawn']);
  });

  it('end when they are closed', async () => {
    const { snapshots, pushed } = open();
    snapshots.changed();
    snapshots.close();
    expect(vi.getTimerCount()).toBe(0);
    snapshots.changed();
    expect(vi.getTimerCount()).toBe(0);
    await snapshots.flush();
    vi.advanceTimersByTime(1000);
    expect(pushed).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
