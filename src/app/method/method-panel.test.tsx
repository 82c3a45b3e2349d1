// @vitest-environment jsdom
import { describe, expect, it } from 'vitest';
import { aModel, aSnapshot } from '../../state/testing';
import type { MethodView, OptionValue } from '../../state/types';
import { draw } from '../testing';
import { MethodPanel } from './method-panel';
import { tableText } from './table-field';

const method: MethodView = {
  name: 'DareTaskArithmetic',
  title: 'DARE',
  summary: 'Drops elements.',
  hasScalingFactor: true,
  refusal: null,
  options: [
    {
      option: {
        name: 'sparsity_ratio',
        description: 'The chance of each element to be dropped.',
        kind: 'number',
        default: 0.5,
        min: 0,
        max: 1,
      },
      value: 0.5,
    },
    {
      option: { name: 'seed', description: 'Draws.', kind: 'integer', default: 0, min: 0 },
      value: 0,
    },
  ],
};

describe('the options of a method', () => {
  it.each([
    ['sparsity ratio', '0.25', { sparsity_ratio: 0.25 }],
    ['seed', '7', { seed: 7 }],
  ])('%s is sent alone', async (name, text, options) => {
    const drawn = await draw(<MethodPanel />, aSnapshot({ method }));
    const field = drawn.find<HTMLInputElement>(`[aria-label="${name}"]`);
    await drawn.type(field, text);
    await drawn.leave(field);
    expect(drawn.engine.calls.at(-1)).toEqual(['setMethod', 'DareTaskArithmetic', options]);
  });

  it.each([
    ['sparsity ratio', '1.5', 'More than 1: 0.5 stays in force.'],
    ['sparsity ratio', '-1', 'Less than 0: 0.5 stays in force.'],
    ['seed', '1.5', 'Not a whole number: 0 stays in force.'],
  ])('%s of %s is refused where it is typed', async (name, text, problem) => {
    const drawn = await draw(<MethodPanel />, aSnapshot({ method }));
    const field = drawn.find<HTMLInputElement>(`[aria-label="${name}"]`);
    const before = field.value;
    await drawn.type(field, text);
    expect(drawn.container.textContent).toContain(problem);
    await drawn.leave(field);
    expect(field.value).toBe(before);
    expect(drawn.engine.calls.map(([command]) => command)).not.toContain('setMethod');
  });
});

describe('options that are no plain numbers', () => {
  const rescale = {
    option: {
      name: 'rescale',
      description: 'Multiplies.',
      kind: 'factor',
      rules: ['none', true, false],
      default: 'none',
    },
    value: 'none',
  } as const;
  const withRescale = (value: number | 'none') => ({
    ...method,
    name: 'MagnitudeDiffPruningAlgorithm',
    options: [{ ...rescale, value }],
  });

  it('are a rule or a number of its own: a factor', async () => {
    const drawn = await draw(<MethodPanel />, aSnapshot({ method: withRescale('none') }));
    const select = drawn.find<HTMLSelectElement>('.method-option select');
    expect([...select.options].map(({ value }) => value)).toEqual([
      'none',
      'true',
      'false',
      'number',
    ]);
    for (const [rule, sent] of [
      ['true', true],
      ['number', 2],
    ] as const) {
      select.value = rule;
      await drawn.run(() => select.dispatchEvent(new Event('change', { bubbles: true })));
      const call = ['setMethod', 'MagnitudeDiffPruningAlgorithm', { rescale: sent }];
      expect(drawn.engine.calls.at(-1)).toEqual(call);
    }
    await drawn.push(aSnapshot({ method: withRescale(1.5) }));
    expect(drawn.find<HTMLInputElement>('[aria-label="rescale factor"]').value).toBe('1.5');
  });

  it('are told by size and range: a table', () => {
    expect(tableText([[0.3], [0.3]])).toBe('2 experts, all tensors alike, 0.30');
    expect(tableText([[0.25, -0.12345, 1]])).toBe('1 expert × 3 tensors, −0.123 to 1.00');
  });
});

describe('another method as an option', () => {
  const option = {
    name: 'base_method',
    description: 'What is calibrated.',
    kind: 'method',
    methods: [
      {
        name: 'First',
        title: 'The first',
        options: [{ name: 'alpha', description: 'One.', kind: 'number', default: 1 }],
      },
      {
        name: 'Second',
        title: 'The second',
        options: [
          { name: 'share', description: 'Two.', kind: 'number', default: 0.5, max: 1 },
          { name: 'exact', description: 'Three.', kind: 'boolean', default: false },
        ],
        compared: { exact: true },
      },
    ],
    default: { method: 'First', options: { alpha: 1 } },
  } as const;
  const view = (value: OptionValue) =>
    aSnapshot({ method: { ...method, name: 'Calibrated', options: [{ option, value }] } });

  it('is chosen by its title, and told with its own options', async () => {
    const drawn = await draw(<MethodPanel />, view({ method: 'First', options: { alpha: 3 } }));
    expect(drawn.find<HTMLInputElement>('[aria-label="base method alpha"]').value).toBe('3');
    const [, select] = document.querySelectorAll('select');
    if (!select) throw new Error('there is no second select');
    select.value = 'Second';
    await drawn.run(() => select.dispatchEvent(new Event('change', { bubbles: true })));
    expect(drawn.engine.calls.at(-1)).toEqual([
      'setMethod',
      'Calibrated',
      { base_method: { method: 'Second', options: { exact: true } } },
    ]);
    await drawn.push(view({ method: 'Second', options: { exact: true } }));
    const share = drawn.find<HTMLInputElement>('[aria-label="base method share"]');
    expect(share.value).toBe('0.5');
    await drawn.type(share, '0.25');
    await drawn.leave(share);
    expect(drawn.engine.calls.at(-1)).toEqual([
      'setMethod',
      'Calibrated',
      { base_method: { method: 'Second', options: { exact: true, share: 0.25 } } },
    ]);
  });
});

describe('a pool that cannot be merged', () => {
  it('names the models that are in the way', async () => {
    const finding = { severity: 'error', message: 'It has other shapes.', details: [] } as const;
    const models = [
      aModel({ id: 'b', name: 'base', role: 'base' }),
      aModel({ id: '1', name: 'alpha', findings: [{ ...finding, subject: 'alpha' }] }),
      aModel({ id: '2', name: 'out', included: false, findings: [{ ...finding, subject: 'out' }] }),
    ];
    const pool = { models, findings: [], mergeable: false };
    const { find } = await draw(<MethodPanel />, aSnapshot({ pool }));
    expect(find('[role="alert"]').textContent).toMatch(/^Nothing is merged, because of alpha:/);
  });
});
