import { describe, expect, it } from 'vitest';
import { createStore } from 'zustand/vanilla';
import { initialPageState, type PageState } from './page-state';
import { createScalingFactorCommand } from './scaling-factor';
import { aSnapshot } from './testing';

interface Sent {
  readonly value: number;
  readonly acknowledge: () => Promise<void>;
  readonly refuse: (reason: string) => Promise<void>;
}

/** Frames come when `frame` is called, answers when they are given, in any order. */
function setUp(snapshot: PageState['snapshot'] = aSnapshot({ scalingFactor: 0.7 })) {
  const store = createStore<PageState>(() => ({
    ...initialPageState,
    snapshot,
  }));
  const frames: (() => void)[] = [];
  const sent: Sent[] = [];
  const errors: unknown[] = [];
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
  const command = createScalingFactorCommand({
    store,
    requestFrame: (callback) => frames.push(callback),
    send: (value) =>
      new Promise<void>((resolve, reject) => {
        const acknowledge = () => {
          resolve();
          return settle();
        };
        const refuse = (reason: string) => {
          reject(new Error(reason));
          return settle();
        };
        sent.push({ value, acknowledge, refuse });
      }),
    onError: (error) => errors.push((error as Error).message),
  });
  const frame = () => {
    for (const callback of frames.splice(0)) callback();
  };
  return {
    command,
    sent,
    frames,
    frame,
    errors,
    wanted: () => store.getState().wanted,
    setAndSend(value: number): Sent {
      command.set(value);
      frame();
      const last = sent.at(-1);
      if (last?.value !== value) throw new Error('it was not sent');
      return last;
    },
    push(scalingFactor: number) {
      store.setState({ snapshot: aSnapshot({ scalingFactor }) });
    },
    forget: () => store.setState({ wanted: null }),
  };
}

describe('what is sent', () => {
  it('is asked for once a frame, and again in the next', () => {
    const { command, frames, frame, sent } = setUp();
    for (const value of [0.1, 0.2]) command.set(value);
    expect(frames).toHaveLength(1);
    frame();
    command.set(0.3);
    expect(frames).toHaveLength(1);
    frame();
    expect(sent.map(({ value }) => value)).toEqual([0.2, 0.3]);
  });

  it('is nothing where the value was taken back before its frame', () => {
    const { command, frame, sent, forget } = setUp();
    command.set(0.1);
    forget();
    frame();
    expect(sent).toEqual([]);
  });

  it.each([Number.NaN, Infinity, -Infinity])('is never %d', (value) => {
    const { command, frames, wanted } = setUp();
    command.set(value);
    expect([wanted(), frames.length]).toEqual([null, 0]);
  });
});

describe('the value that was asked for is held on screen', () => {
  it('until the engine answers, which it does when it has shown it', async () => {
    const { setAndSend, push, wanted } = setUp();
    const { acknowledge } = setAndSend(0.1);
    push(0.2);
    expect(wanted()).toBe(0.1);
    push(0.1);
    expect(wanted()).toBe(0.1);
    await acknowledge();
    expect(wanted()).toBeNull();
  });

  it('and no longer, where another was set elsewhere before the answer came', async () => {
    const { setAndSend, push, wanted } = setUp();
    const { acknowledge } = setAndSend(0.1);
    push(0.3);
    await acknowledge();
    expect(wanted()).toBeNull();
  });

  it('where only an older one is answered, though it is the same value', async () => {
    const { setAndSend, wanted } = setUp();
    const [first, second, last] = [setAndSend(0.1), setAndSend(0.2), setAndSend(0.1)];
    await second.acknowledge();
    await first.acknowledge();
    expect(wanted()).toBe(0.1);
    await last.acknowledge();
    expect(wanted()).toBeNull();
  });

  it('where the answer of an older one comes late', async () => {
    const { setAndSend, wanted } = setUp();
    const [older, newer] = [setAndSend(0.1), setAndSend(0.2)];
    await newer.acknowledge();
    const newest = setAndSend(0.3);
    await older.acknowledge();
    expect(wanted()).toBe(0.3);
    await newest.acknowledge();
    expect(wanted()).toBeNull();
  });

  it('where it was asked for again and waits for its frame', async () => {
    const { command, setAndSend, frame, sent, wanted } = setUp();
    const { acknowledge } = setAndSend(0.1);
    command.set(0.1);
    await acknowledge();
    expect(wanted()).toBe(0.1);
    frame();
    await sent.at(-1)?.acknowledge();
    expect(wanted()).toBeNull();
  });
});

describe('a refusal', () => {
  it('takes back the value that was refused', async () => {
    const { setAndSend, wanted, errors } = setUp();
    await setAndSend(0.1).refuse('no');
    expect([wanted(), errors]).toEqual([null, ['no']]);
  });

  it('of an older one leaves the newest, and is told all the same', async () => {
    const { setAndSend, wanted, errors } = setUp();
    const [older, newest] = [setAndSend(0.1), setAndSend(0.2)];
    await older.refuse('no');
    expect([wanted(), errors]).toEqual([0.2, ['no']]);
    await newest.acknowledge();
    expect(wanted()).toBeNull();
  });

  it('leaves a newer one that still waits for its frame', async () => {
    const { command, setAndSend, wanted } = setUp();
    const { refuse } = setAndSend(0.1);
    command.set(0.2);
    await refuse('no');
    expect(wanted()).toBe(0.2);
  });

  it('leaves the same one that was asked for again', async () => {
    const { command, setAndSend, wanted } = setUp();
    const { refuse } = setAndSend(0.1);
    command.set(0.1);
    await refuse('no');
    expect(wanted()).toBe(0.1);
  });
});
