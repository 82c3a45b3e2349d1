import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isChosenMethod, type MethodOption } from './options';
import { ALL_METHODS } from './registry';
import type { Method } from './types';

const text = readFileSync(new URL('../../docs/methods.md', import.meta.url), 'utf8');

/** The rows below a table's header that begins so. */
function rows(header: string): string[] {
  const lines = text.split('\n');
  const start = lines.findIndex((line) => line.startsWith(header));
  if (start < 0) throw new Error(`docs/methods.md has no table ${header}`);
  const after = lines.slice(start + 2);
  return after.slice(
    0,
    after.findIndex((line) => !line.startsWith('|')),
  );
}

function cells(row: string): string[] {
  return row
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
}

function expertsText({ experts: { min, max } }: Method): string {
  if (max === undefined) return min <= 1 ? 'any' : `${min} or more`;
  if (max === min) return String(min);
  return `${min} or ${max}`;
}

/** By package or module and its name, as FusionBench's own configurations do it. */
function target({ module, name, exportedBy }: Method): string {
  const place = exportedBy === undefined ? module.split('.').slice(0, 2).join('.') : module;
  return `${place}.${name}`;
}

function modelsText({ takes, experts }: Method): string {
  if (takes === 'two models') return 'exactly 2, `_pretrained_` counted';
  const { min, max } = experts;
  const several = max === min ? `exactly ${min}` : `${Math.max(1, min)} or more`;
  return takes === 'experts'
    ? `${several}, beside \`_pretrained_\` or without`
    : `\`_pretrained_\` and ${several}`;
}

function mark({ own, optional, nullable }: MethodOption): string {
  if (own) return ' *';
  return optional || nullable ? ' †' : '';
}

function kindText(option: MethodOption): string {
  if (option.kind === 'choice') return option.choices.join(', ');
  if (option.kind === 'number list' && option.perExpert) return 'number per expert';
  if (option.kind === 'number table') return 'numbers per expert';
  if (option.kind === 'factor') return ['number', ...option.rules].join(', ');
  if (option.kind === 'number' && option.orPerExpert) return 'number or number per expert';
  return option.kind;
}

function rangeText(option: MethodOption): string {
  if (option.kind !== 'number' && option.kind !== 'integer') return '';
  const { min, max } = option;
  if (min !== undefined && max !== undefined) return `${min} to ${max}`;
  return min === undefined ? '' : `at least ${min}`;
}

function defaultText({ default: value }: MethodOption): string {
  if (isChosenMethod(value)) return value.method;
  return Array.isArray(value) ? `[${value.join(', ')}]` : String(value);
}

describe('docs/methods.md', () => {
  it('lists exactly the methods that there are', () => {
    const listed = rows('| Method |').map((row) => cells(row).slice(0, 4));
    const known = ALL_METHODS.map((method) => [
      `\`${method.name}\``,
      method.title,
      method.kind,
      expertsText(method),
    ]);
    expect(listed).toEqual(known);
  });

  it('lists exactly their options, with kind, default and bounds', () => {
    const listed = rows('| Option of |').map(cells);
    const known = ALL_METHODS.flatMap(({ name, options }) =>
      options.map((option) => [
        `\`${name}\``,
        `\`${option.name}\`${mark(option)}`,
        kindText(option),
        defaultText(option),
        rangeText(option),
        option.description,
      ]),
    );
    expect(listed).toEqual(known);
  });

  it('tells how a configuration asks for each, and which models it needs then', () => {
    const listed = rows('| Class |').map(cells);
    const known = ALL_METHODS.map((method) => [
      `\`${method.name}\``,
      `\`${method.configName ? `name: ${method.configName}` : `_target_: ${target(method)}`}\``,
      `\`method=${method.configuration}\``,
      modelsText(method),
    ]);
    expect(listed).toEqual(known);
  });

  it('lists exactly what is accepted and has no effect', () => {
    const listed = rows('| Accepted by |').map(cells);
    const known = ALL_METHODS.filter(({ ignored }) => ignored.length > 0).map(
      ({ name, ignored }) => [
        `\`${name}\``,
        ignored.map((option) => `\`${option.name}\``).join(', '),
      ],
    );
    expect(listed).toEqual(known);
  });

  it('has a section for every method', () => {
    for (const { name } of ALL_METHODS) expect(text).toContain(`\n### ${name}\n`);
  });
});
