/**
 * The benchmark as a page of its own: any browser with WebGPU can open it. It shows what it does and then the table, offers
 * the results as JSON, and where it is opened with `#report` posts everything to the server it came from.
 */
import { table } from '../table';
import type { WorkerMessage } from './worker';

const status = document.querySelector('#status');
const output = document.querySelector('#table');
const download = document.querySelector('#download');
const reports = location.hash === '#report';

const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
worker.addEventListener('message', ({ data }: MessageEvent<WorkerMessage>) => receive(data));
worker.addEventListener('error', ({ message }) =>
  receive({ failure: message || 'no reason given' }),
);

function receive(message: WorkerMessage): void {
  if (reports) void fetch('/report', { method: 'POST', body: JSON.stringify(message) });
  if ('step' in message) say(`Measuring: ${message.step} …`);
  else if ('failure' in message) say(`The benchmark failed: ${message.failure}`);
  else {
    say('Done.');
    if (output) output.textContent = table(message.results);
    const link = document.createElement('a');
    const blob = new Blob([`${JSON.stringify(message.results, null, 2)}\n`]);
    link.href = URL.createObjectURL(blob);
    link.download = 'gpu-benchmark.json';
    link.textContent = 'Download the results as JSON';
    download?.append(link);
  }
}

function say(text: string): void {
  if (status) status.textContent = text;
}
