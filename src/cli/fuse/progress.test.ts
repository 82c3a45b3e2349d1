import { describe, expect, it } from 'vitest';
import { createProgress } from './progress';

function display(isTTY: boolean, columns?: number) {
  const written: string[] = [];
  let now = 1000;
  const stream = { isTTY, columns, write: (text: string) => written.push(text) };
  return {
    written,
    progress: createProgress(stream, () => now),
    wait(milliseconds: number) {
      now += milliseconds;
    },
  };
}

describe('progress in a log', () => {
  it('is a line at the end, and one now and then before it', () => {
    const { written, progress, wait } = display(false);
    progress.progress('Scoring dtd', 1, 3);
    wait(4000);
    progress.progress('Scoring dtd', 2, 3);
    wait(7000);
    progress.progress('Scoring dtd', 2, 3);
    wait(500);
    progress.progress('Scoring dtd', 3, 3);
    expect(written).toEqual(['Scoring dtd: 2 of 3\n', 'Scoring dtd: 3 (11.5 s)\n']);
  });

  it('of bytes has rate and time left', () => {
    const { written, progress, wait } = display(false);
    const report = (done: number) => progress.progress('Downloading', done, 400e6, 'bytes');
    report(0);
    wait(10_000);
    report(100e6);
    wait(20_000);
    report(400e6);
    expect(written).toEqual([
      'Downloading: 100 MB of 400 MB, 10.0 MB/s, 30 s left\n',
      'Downloading: 400 MB (30.0 s, 13.3 MB/s)\n',
    ]);
  });

  it('times each piece of work for itself', () => {
    const { written, progress, wait } = display(false);
    for (const what of ['a', 'b']) {
      progress.progress(what, 1, 2);
      wait(1000);
      progress.progress(what, 2, 2);
    }
    expect(written).toEqual(['a: 2 (1.0 s)\n', 'b: 2 (1.0 s)\n']);
  });
});

describe('progress on a terminal', () => {
  it('is a bar that is drawn over, and gives way to lines', () => {
    const { written, progress, wait } = display(true);
    progress.progress('Scoring dtd', 1, 2);
    progress.note('A line.');
    wait(10);
    progress.progress('Scoring dtd', 1, 2);
    wait(200);
    progress.progress('Scoring dtd', 2, 2);
    const bar = 'Scoring dtd ████████████░░░░░░░░░░░░ 1 of 2';
    const start = '\r\u001b[2K';
    expect(written).toEqual([start + bar, start, 'A line.\n', 'Scoring dtd: 2 (0.2 s)\n']);
  });

  it('keeps to the width of the terminal', () => {
    const { written, progress } = display(true, 20);
    progress.progress('Scoring a task with a long name', 1, 2);
    expect(written).toEqual(['\r\u001b[2KScoring a task with ']);
  });
});
