/** A page that misbehaves when told to, so that a spec can see that misbehaviour is seen. */
import { expose } from '../support/pages';

export const room = {
  behave: () => document.title,
  logError: (text: string) => console.error(text),
  throwUncaught: (text: string) => {
    queueMicrotask(() => {
      throw new Error(text);
    });
  },
  /** Resolves to whether the request got anywhere. */
  request: async (url: string) => {
    try {
      await fetch(url);
      return true;
    } catch {
      return false;
    }
  },
  addInlineStyle: () => {
    const style = document.createElement('style');
    style.textContent = 'body { color: red }';
    document.head.append(style);
    return getComputedStyle(document.body).color;
  },
  /** Resolves to what a worker says about evaluating text as code. */
  evaluateInWorker: () =>
    new Promise<string>((resolve) => {
      const worker = new Worker(new URL('./probe-worker.ts', import.meta.url), { type: 'module' });
      worker.onmessage = ({ data }: MessageEvent<string>) => {
        worker.terminate();
        resolve(data);
      };
    }),
};

expose(room);
