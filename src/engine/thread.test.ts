import { describe, expect, it } from 'vitest';
import { READY } from './ready';
import { answeringThread, createThread } from './thread';

class FakeWorker extends EventTarget {
  readonly posted: unknown[] = [];
  ended = false;
  postMessage = (...given: unknown[]) => void this.posted.push(given);
  terminate = () => {
    this.ended = true;
  };
  say(data: unknown): void {
    this.dispatchEvent(new MessageEvent('message', { data }));
  }
}

describe('a thread', () => {
  it('is sent nothing before it listens, and then all in its order', () => {
    const worker = new FakeWorker();
    const heard: unknown[] = [];
    const thread = createThread(worker, { onMessage: (data) => heard.push(data) });
    const buffer = new ArrayBuffer(1);
    thread.post('a');
    thread.post('b', [buffer]);
    worker.say('early');
    expect(worker.posted).toEqual([]);
    worker.say(READY);
    thread.post('c');
    expect(worker.posted).toEqual([
      ['a', []],
      ['b', [buffer]],
      ['c', []],
    ]);
    worker.say('late');
    expect(heard).toEqual(['early', 'late']);
    thread.end();
    expect(worker.ended).toBe(true);
  });

  it('that answers is heard, and so is that it failed', () => {
    const worker = new FakeWorker();
    const heard: (string | null)[] = [];
    const thread = answeringThread<number, string>(worker, (answer) => heard.push(answer));
    thread.ask(1);
    worker.say(READY);
    worker.say('one');
    worker.dispatchEvent(new Event('error'));
    thread.end();
    expect([worker.posted, heard, worker.ended]).toEqual([[[1, []]], ['one', null], true]);
  });
});
