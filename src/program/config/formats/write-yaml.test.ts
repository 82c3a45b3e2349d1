import { describe, expect, it } from 'vitest';
import { parseYaml } from '../../hydra/values/yaml';
import { type Writable, writeYaml } from './write-yaml';

describe('writing YAML', () => {
  const values: readonly Writable[] = [
    ...[
      'yes',
      'No',
      'on',
      'y',
      'null',
      '~',
      '',
      '???',
      '1',
      '-7',
      '1_0',
      '010',
      '0x1F',
      '0b1',
      '1:30',
    ],
    ...[
      '1.5',
      '.5',
      '5.',
      '1e5',
      '1e-5',
      '1.0e+5',
      '.inf',
      '.nan',
      '2026-01-01',
      '=',
      '<<',
      '- a',
      '-',
    ],
    ...[
      'a: b',
      'a #b',
      '#b',
      '@b',
      '%b',
      '`b',
      '!b',
      '&b',
      '*b',
      '{log_dir}',
      '[a]',
      ' a',
      'a ',
      'a\nb',
      '\t',
    ],
    ...["it's", '"', '\\', 'é', '\u0000', '😀', '?', '? a', '| a', '> a'],
    ...[0, -1, 0.3, 1e-8, 1e-7, 1.5e-10, 1e21, 0.1 + 0.2, -0.5, true, false, null],
    ...[
      [],
      ['a', ['b']],
      new Map(),
      new Map<string, Writable>([
        ['10', 1],
        ['9', []],
      ]),
    ],
  ];
  it.each(values.map((value) => [value]))('%j', (value) => {
    const text = writeYaml({ value }, 'comment');
    const plain = (item: unknown): unknown =>
      item instanceof Map
        ? [...item].map(([key, inner]) => [key, plain(inner)])
        : Array.isArray(item)
          ? item.map(plain)
          : item !== null && typeof item === 'object' && 'value' in item
            ? item.value
            : item;
    expect(plain(parseYaml(text, 'written').get('value'))).toEqual(plain(value));
  });
});
