import { expose } from 'comlink';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { FormatError } from '../errors';
import { openEngine } from './client';
import { READY } from './ready';

const ports: MessagePort[] = [];

afterEach(() => {
  vi.unstubAllGlobals();
  for (const port of ports.splice(0)) port.close();
});

/** A worker whose far end is in this thread: messages still cross as structured clones. */
function spawnFake(engine: object, loading?: Promise<unknown>) {
  const { port1, port2 } = new MessageChannel();
  ports.push(port1, port2);
  const beginListening = () => {
    expose(engine, port2);
    port2.postMessage(READY);
  };
  if (loading === undefined) beginListening();
  else {
    // Whatever comes until then is lost.
    port2.start();
    void loading.then(beginListening);
  }
  const errors = new EventTarget();
  const terminate = vi.fn();
  port1.start();
  const worker = Object.assign(errors, {
    postMessage: port1.postMessage.bind(port1),
    terminate,
  });
  const listen = EventTarget.prototype.addEventListener.bind(errors);
  worker.addEventListener = (type: string, listener: EventListenerOrEventListenerObject | null) =>
    type === 'message'
      ? port1.addEventListener('message', listener as EventListener)
      : listen(type, listener);
  worker.removeEventListener = (
    type: string,
    listener: EventListenerOrEventListenerObject | null,
  ) => port1.removeEventListener(type, listener as EventListener);
  const fail = (message?: string) =>
    errors.dispatchEvent(Object.assign(new Event('error'), { message }));
  /** Is the error still to be told in the console? */
  const failCancelably = () => errors.dispatchEvent(new Event('error', { cancelable: true }));
  const say = (message: unknown) => port2.postMessage(message);
  return { spawn: () => worker as unknown as Worker, terminate, fail, failCancelably, say };
}

describe('openEngine', () => {
  it('begins threads for its worker, and ends them with it', async () => {
    const { spawn, say } = spawnFake({});
    const ended = vi.fn();
    const begun = vi.fn();
    class FakeThread extends EventTarget {
      terminate = ended;
      constructor(...given: unknown[]) {
        super();
        begun(...given);
      }
    }
    vi.stubGlobal('Worker', FakeThread);
    const { close } = openEngine(spawn);
    say({ pageThread: 'begin', key: 0, url: 'thread.js', options: { type: 'module' } });
    await expect.poll(() => begun.mock.calls.length > 0).toBe(true);
    expect(begun).toHaveBeenCalledWith('thread.js', { type: 'module' });
    expect(ended).not.toHaveBeenCalled();
    close();
    expect(ended).toHaveBeenCalledOnce();
  });

  it('carries commands there, answers back and snapshots in between', async () => {
    const { spawn } = spawnFake({
      connect: async (listener: (state: unknown) => void) => listener({ scalingFactor: 0.3 }),
      sweep: async () => undefined,
      sampleImages: async (taskId: string, count: number) => [{ name: taskId, count }],
    });
    const { engine } = openEngine(spawn);
    const seen = await new Promise((resolve) => void engine.connect(resolve));
    expect(seen).toEqual({ scalingFactor: 0.3 });
    expect(await engine.sampleImages('flags', 3)).toEqual([{ name: 'flags', count: 3 }]);
  });

  it('says nothing before the worker listens, and everything then, in order', async () => {
    const heard: string[] = [];
    let listens: ((value: unknown) => void) | undefined;
    const { spawn } = spawnFake(
      { stop: async () => void heard.push('stop'), pin: async () => void heard.push('pin') },
      new Promise((resolve) => {
        listens = resolve;
      }),
    );
    const { engine } = openEngine(spawn);
    const said = Promise.all([engine.stop(), engine.pin()]);
    await new Promise((resolve) => setTimeout(resolve, 20));
    listens?.(undefined);
    await said;
    expect(heard).toEqual(['stop', 'pin']);
  });

  it('keeps the name of an error on its way', async () => {
    const { spawn } = spawnFake({
      addCheckpoints: () => Promise.reject(new FormatError('a.bin', 'It is no checkpoint.')),
    });
    await expect(openEngine(spawn).engine.addCheckpoints('1', [], 'user')).rejects.toMatchObject({
      name: 'FormatError',
      message: 'a.bin: It is no checkpoint.',
    });
  });

  it('rejects what still waits when it is closed, and what comes after', async () => {
    const { spawn, terminate } = spawnFake({ stop: () => new Promise(() => undefined) });
    const handle = openEngine(spawn);
    const waiting = handle.engine.stop();
    handle.close();
    await expect(waiting).rejects.toMatchObject({ name: 'DeviceError' });
    await expect(handle.engine.stop()).rejects.toMatchObject({ name: 'DeviceError' });
    expect(terminate).toHaveBeenCalledOnce();
  });

  it('fails to connect when the worker’s program cannot be loaded', async () => {
    const { spawn, fail } = spawnFake({ connect: () => new Promise(() => undefined) });
    const connecting = openEngine(spawn).engine.connect(() => undefined);
    fail();
    await expect(connecting).rejects.toThrow(/could not be loaded from this server/);
  });

  it('tells trouble after the start, and goes on', async () => {
    const { spawn, fail } = spawnFake({
      connect: async () => undefined,
      stop: async () => undefined,
    });
    const handle = openEngine(spawn);
    const trouble = vi.fn();
    handle.onTrouble(trouble);
    await handle.engine.connect(() => undefined);
    fail('out of memory');
    expect(trouble.mock.calls[0]?.[0]).toMatchObject({
      name: 'DeviceError',
      message: expect.stringContaining('out of memory'),
    });
    await expect(handle.engine.stop()).resolves.toBeUndefined();
  });

  it.each([
    ['unzipModels', [[]]],
    ['addCheckpoints', ['job', [], 'user']],
    ['addTaskImages', ['job', [], 'demo']],
    ['editPool', [{ type: 'remove', id: 'a' }]],
    ['editTask', [{ type: 'remove', id: 'a' }]],
    ['setScalingFactor', [0.5]],
    ['setWeights', [{ a: 0.5 }]],
    ['lookAhead', [[1.5]]],
    ['pictureStory', [null]],
    ['setLayers', [{ post: 0.5 }]],
    ['setMethod', ['MagMaxAlgorithm', {}]],
    ['restoreRecipe', ['a']],
    ['exportConfiguration', ['mergekit']],
    ['applyConfiguration', [{ path: 'x' }]],
    ['sweep', [[0.1]]],
    ['compareTaskVectors', ['job']],
    ['compareDirections', ['job']],
    ['stop', []],
    ['cancel', ['job']],
    ['chooseEngine', ['cpu']],
    ['exportModel', ['job', { zip: true }]],
    ['releaseDownload', ['1']],
    ['exportReport', []],
    ['sampleImages', ['pets', 3]],
    ['taskInsight', ['pets', { group: 'lost', label: 1, offset: 0, limit: 9 }]],
    ['taskPictures', ['pets', [3, 1]]],
    ['setDemoHidden', [true]],
  ] as const)('carries %s with all that it is told', async (name, given) => {
    const { spawn } = spawnFake({
      [name]: async (...received: unknown[]) => ({ name, received }),
    });
    const engine = openEngine(spawn).engine as unknown as Record<
      string,
      (...given: readonly unknown[]) => Promise<unknown>
    >;
    expect(await engine[name]?.(...given)).toEqual({ name, received: given });
  });

  it('tells every listener of trouble, with what to do', async () => {
    const { spawn, fail } = spawnFake({ connect: async () => undefined });
    const handle = openEngine(spawn);
    const [one, other] = [vi.fn(), vi.fn()];
    handle.onTrouble(one);
    handle.onTrouble(other);
    await handle.engine.connect(() => undefined);
    fail();
    expect(one.mock.calls).toEqual(other.mock.calls);
    expect(one.mock.calls[0]?.[0].message).toBe(
      'The engine met an unexpected error: no message. If scoring does not go on, restart the engine.',
    );
  });

  it('says why the worker’s program could not start, once, and is at its end', async () => {
    const { spawn, fail, terminate } = spawnFake({ connect: () => new Promise(() => undefined) });
    const handle = openEngine(spawn);
    const trouble = vi.fn();
    handle.onTrouble(trouble);
    const connecting = handle.engine.connect(() => undefined);
    expect(fail('SyntaxError')).toBe(true);
    await expect(connecting).rejects.toThrow(
      'The engine could not start: SyntaxError. Reload the page',
    );
    expect(trouble).toHaveBeenCalledTimes(1);
    handle.close();
    await expect(handle.engine.stop()).rejects.toThrow('The engine could not start');
    expect(terminate).toHaveBeenCalledTimes(1);
  });

  it('keeps an error that it has told from the console', () => {
    const { spawn, failCancelably } = spawnFake({});
    openEngine(spawn);
    expect(failCancelably()).toBe(false);
  });

  it('takes nothing back that was answered before it is closed', async () => {
    const { spawn } = spawnFake({ exportReport: async () => 'report' });
    const handle = openEngine(spawn);
    const answered = handle.engine.exportReport();
    await answered;
    handle.close();
    await expect(answered).resolves.toBe('report');
  });
});
