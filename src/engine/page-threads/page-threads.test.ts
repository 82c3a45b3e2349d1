import { afterEach, describe, expect, it, vi } from 'vitest';
import type { ThreadWorker } from '../thread';
import { beginThreadsFor } from './begin-threads';
import { beginWorkersFromPage, createPageWorkers } from './page-workers';

const ports: MessagePort[] = [];

afterEach(() => {
  vi.unstubAllGlobals();
  for (const port of ports.splice(0)) port.close();
});

/** The two ends of a worker: messages cross as structured clones, and what is transferred is gone. */
function fakeWorker() {
  const { port1, port2 } = new MessageChannel();
  ports.push(port1, port2);
  port1.start();
  const terminate = vi.fn();
  const posted = vi.spyOn(port1, 'postMessage');
  const outside: ThreadWorker = Object.assign(port1, { terminate });
  return { outside, inside: port2, posted, terminate };
}

/** An engine's thread whose workers are begun by its page, and the threads that the page has begun. */
function room() {
  const engine = fakeWorker();
  const threads: (ReturnType<typeof fakeWorker> & { url: string; options: WorkerOptions })[] = [];
  const page = beginThreadsFor(engine.outside, (url, options) => {
    const thread = { ...fakeWorker(), url, options };
    threads.push(thread);
    return thread.outside;
  });
  engine.inside.start();
  const PageWorker = createPageWorkers(engine.inside);
  const nth = async (index: number) => {
    await expect.poll(() => threads.length > index).toBe(true);
    const thread = threads[index];
    if (!thread) throw new Error('no such thread');
    return thread;
  };
  return { engine, page, threads, nth, PageWorker };
}

const nextMessage = (port: Pick<Worker, 'addEventListener'>) =>
  new Promise<unknown>((resolve) =>
    port.addEventListener('message', ({ data }) => resolve(data), { once: true }),
  );

describe('a worker that the page begins for another', () => {
  it('is begun by its address, kind and name, and hears and is heard', async () => {
    const { nth, PageWorker } = room();
    const worker = new PageWorker(new URL('https://studio.test/thread.js'), {
      type: 'module',
      name: 'em-pthread',
    });
    worker.postMessage('early');
    const { url, options, inside } = await nth(0);
    expect([url, options]).toEqual([
      'https://studio.test/thread.js',
      { type: 'module', name: 'em-pthread' },
    ]);
    inside.start();
    expect(await nextMessage(inside)).toBe('early');

    const answers: unknown[] = [];
    worker.onmessage = ({ data }) => answers.push(['property', data]);
    worker.addEventListener('message', (event) =>
      answers.push(['listener', event instanceof MessageEvent && event.data]),
    );
    inside.postMessage({ cmd: 'loaded' });
    await expect.poll(() => answers.length === 2).toBe(true);
    expect(answers).toEqual([
      ['property', { cmd: 'loaded' }],
      ['listener', { cmd: 'loaded' }],
    ]);
  });

  it('hands memory on without a copy, both ways, and shares what is shared', async () => {
    const { engine, nth, PageWorker } = room();
    const worker = new PageWorker('thread.js');
    const { inside, posted } = await nth(0);
    inside.start();
    const [moved, kept] = [new ArrayBuffer(3), new ArrayBuffer(4)];
    const shared = new Int32Array(new SharedArrayBuffer(4));
    worker.postMessage({ job: [new Uint8Array(moved)], kept, shared }, [moved]);
    const got = await nextMessage(inside);
    expect([moved.byteLength, kept.byteLength]).toEqual([0, 4]);
    // The page keeps nothing of what passes, whatever the engine keeps.
    expect(posted.mock.calls[0]?.[1]).toHaveLength(2);
    shared[0] = 7;
    expect(got).toMatchObject({ job: [new Uint8Array(3)], shared: new Int32Array([7]) });

    worker.postMessage(null, {});
    expect(await nextMessage(inside)).toBeNull();
    worker.postMessage('as options', { transfer: [kept] });
    expect(await nextMessage(inside)).toBe('as options');
    expect(kept.byteLength).toBe(0);

    const answer = new Float64Array([1, 2]);
    const heard = nextMessage(worker as unknown as Worker);
    inside.postMessage({ id: 1, values: answer });
    expect(await heard).toEqual({ id: 1, values: answer });
    expect(engine.posted.mock.lastCall?.[1]).toEqual([expect.any(ArrayBuffer)]);
  });

  it('tells of errors, and of not being begun at all', async () => {
    const { nth, PageWorker } = room();
    const [worker, other] = [new PageWorker('a.js'), new PageWorker('b.js')];
    const told: string[] = [];
    const words = (event: Event) => `${'message' in event ? event.message : ''}`;
    worker.onerror = (event) => told.push(`property: ${words(event)}`);
    worker.addEventListener('error', (event) => told.push(`listener: ${words(event)}`));
    other.onerror = () => told.push('the other');
    const { outside } = await nth(0);
    const event = Object.assign(new Event('error', { cancelable: true }), { message: 'no memory' });
    (outside as unknown as EventTarget).dispatchEvent(event);
    expect(event.defaultPrevented).toBe(true);
    await expect.poll(() => told.length === 2).toBe(true);
    expect(told).toEqual(['property: no memory', 'listener: no memory']);

    const engine = fakeWorker();
    engine.inside.start();
    beginThreadsFor(engine.outside, () => {
      throw new Error('refused');
    });
    const refused = new (createPageWorkers(engine.inside))('c.js');
    const failed = new Promise((resolve) => refused.addEventListener('error', resolve));
    expect(await failed).toMatchObject({ message: 'refused' });
  });

  it('ends alone, and says nothing afterwards', async () => {
    const { nth, PageWorker } = room();
    const [worker, other] = [new PageWorker('a.js'), new PageWorker('b.js')];
    const [first, second] = [await nth(0), await nth(1)];
    const heard = vi.fn();
    worker.onmessage = heard;
    worker.onerror = heard;
    worker.terminate();
    worker.terminate();
    worker.postMessage('to nobody');
    first.inside.postMessage('late');
    (first.outside as unknown as EventTarget).dispatchEvent(new Event('error'));
    const last = new Promise((resolve) => {
      other.onmessage = ({ data }) => resolve(data);
    });
    await expect.poll(() => first.terminate.mock.calls.length > 0).toBe(true);
    second.inside.postMessage('still here');
    expect(await last).toBe('still here');
    expect(heard).not.toHaveBeenCalled();
    expect(first.terminate).toHaveBeenCalledOnce();
    expect(second.terminate).not.toHaveBeenCalled();
  });

  it('ends with all others when the page ends them', async () => {
    const { nth, page, threads, PageWorker } = room();
    for (const url of ['a.js', 'b.js']) new PageWorker(url);
    await nth(1);
    page.end();
    expect(threads.map(({ terminate }) => terminate.mock.calls.length)).toEqual([1, 1]);
  });

  it('leaves other messages between the two alone', async () => {
    const { engine, threads, PageWorker } = room();
    const worker = new PageWorker('a.js');
    worker.onmessage = vi.fn();
    await expect.poll(() => threads.length === 1).toBe(true);
    const there = nextMessage(engine.inside);
    engine.outside.postMessage({ id: 'x', type: 'APPLY' });
    expect(await there).toEqual({ id: 'x', type: 'APPLY' });
    const back = nextMessage(engine.outside);
    engine.inside.postMessage(null);
    expect(await back).toBeNull();
    expect(worker.onmessage).not.toHaveBeenCalled();
    expect(threads).toHaveLength(1);
  });
});

describe('where the page begins them', () => {
  it.each([
    ['Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0', true],
    ['Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/150.0.0.0 Safari/537.36', false],
  ])('%s: %s', (userAgent, expected) => {
    const own = class {};
    vi.stubGlobal('Worker', own);
    vi.stubGlobal('navigator', { userAgent });
    vi.stubGlobal('addEventListener', () => undefined);
    beginWorkersFromPage();
    expect(Object.is(globalThis.Worker, own)).toBe(!expected);
  });
});
