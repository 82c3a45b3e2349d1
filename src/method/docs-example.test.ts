import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');

it('docs/methods.md shows a method as it stands in the code', () => {
  const code = read('./simple-average.ts');
  expect(read('../../docs/methods.md')).toContain(`\`\`\`ts\n${code}\`\`\``);
});
