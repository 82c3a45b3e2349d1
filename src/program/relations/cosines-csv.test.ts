import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { cosinesCsv } from './cosines-csv';

it.each(['p8-32', 'p16-48', 'p8-24'])('is written as pandas writes it: %s', (shape) => {
  const path = `../../../reference/fixtures/relations/${shape}/task_vector_cos_similarity.csv`;
  const text = readFileSync(new URL(path, import.meta.url), 'utf8');
  const [head = '', ...lines] = text.trimEnd().split('\n');
  const values = lines.map((line) => line.split(',').slice(1).map(Number));
  expect(cosinesCsv(head.split(',').slice(1), values)).toBe(text);
});

it('quotes names as Python does', () => {
  expect(
    cosinesCsv(
      ['a,b', 'say "x"'],
      [
        [1, 1e-5],
        [1e-5, -1],
      ],
    ),
  ).toBe(',"a,b","say ""x"""\n"a,b",1.0,1e-05\n"say ""x""",1e-05,-1.0\n');
});
