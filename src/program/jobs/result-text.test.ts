import { expect, it } from 'vitest';
import { type JobResult, readResult, resultText } from './result-text-node';

const KEY = '01'.repeat(32);
const RESULT: JobResult = {
  results: [
    { task: 'outlines', n: 40, accuracy: 0.1 + 0.2, loss: 1e-7 },
    {
      task: 'ümlaut\n',
      n: 3,
      available: 5,
      accuracy: Math.fround(0.7),
      loss: null,
      unreadable: [{ image: 'a.png', reason: 'The file is empty.' }],
    },
  ],
  texts: ['two\nlines'],
  written: [{ path: 'out/report.json', bytes: 12, sha256: null }],
  seconds: 1.5,
};

it('is read as it was written, to the last digit', () => {
  expect(readResult(KEY, resultText(KEY, RESULT))).toEqual(RESULT);
  // The share of nothing.
  const nothing = { ...RESULT, results: [{ task: 'x', n: 0, accuracy: Number.NaN, loss: null }] };
  expect(readResult(KEY, resultText(KEY, nothing))).toEqual(nothing);
});

it('is none with any byte changed, cut off or added, or of another key', () => {
  const text = resultText(KEY, RESULT);
  for (let at = 0; at < text.length; at++) {
    const other = text[at] === 'x' ? 'y' : 'x';
    expect(readResult(KEY, text.slice(0, at) + other + text.slice(at + 1)), `${at}`).toBeNull();
    expect(readResult(KEY, text.slice(0, at)), `${at}`).toBeNull();
  }
  expect(readResult(KEY, `${text}\n`)).toBeNull();
  expect(readResult('02'.repeat(32), text)).toBeNull();
});

it('is none where it has the right sum of something else', () => {
  expect(readResult(KEY, resultText(KEY, { ...RESULT, seconds: Number.NaN }))).toBeNull();
});
