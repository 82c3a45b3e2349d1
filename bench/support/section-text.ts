/** A section of benchmarks as a Markdown table, for the console and for BENCHMARKS.md. */
import { missedBy, type Reference, type Row, type Section } from './row';
import type { Spread } from './spread';

export function sectionText({ title, text, rows, omitted }: Section): string {
  const names = [...new Set(rows.flatMap(({ references }) => references.map(({ name }) => name)))];
  const head = ['Work', 'Ours', ...names.flatMap((name) => [name, `Ours / ${name}`])];
  const lines = [
    `## ${title}`,
    '',
    text,
    '',
    line(head),
    line(head.map((_, column) => (column === 0 ? '---' : '---:'))),
    ...rows.map((row) => line(cells(row, names))),
  ];
  if (omitted.length > 0) lines.push('', ...omitted.map((reason) => `Left out: ${reason}`));
  return lines.join('\n');
}

function cells(row: Row, names: readonly string[]): string[] {
  const others = names.flatMap((name) => {
    const reference = row.references.find((one) => one.name === name);
    if (!reference) return ['', ''];
    return [`${spreadText(reference.measured)} ${row.unit}`, ratioText(row, reference)];
  });
  return [row.work, `${spreadText(row.ours)} ${row.unit}`, ...others];
}

function ratioText(row: Row, reference: Reference): string {
  const { ratio, wanted } = reference;
  if (wanted === undefined) return spreadText(ratio);
  const missed = missedBy(row, reference);
  const verdict = missed === null ? 'met' : `missed by a factor of ${missed.toFixed(2)}`;
  return `**${spreadText(ratio)}** (goal ${wanted}: ${verdict})`;
}

/** The median, and where there were several rounds the least and the most. */
function spreadText({ median, lowest, highest, rounds }: Spread): string {
  return rounds === 1
    ? rounded(median)
    : `${rounded(median)} (${rounded(lowest)} to ${rounded(highest)})`;
}

function rounded(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(value >= 10 ? 3 : 2);
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}
