/** How far a method may be from its reference: its section in the documentation says so, and tests hold it. */
import { readFileSync } from 'node:fs';

const docs = readFileSync(new URL('../../../docs/methods.md', import.meta.url), 'utf8');

/** NaN, which nothing is less than, where the section says none. */
export function documentedBound(method: string): number {
  const section = docs.split(`\n### ${method}\n`)[1]?.split('\n### ')[0] ?? '';
  const [, bound] = /within ([\d.e-]+) of/.exec(section) ?? [];
  return Number(bound ?? Number.NaN);
}
