// @vitest-environment jsdom
import { describe, expect, it } from 'vitest';
import { aModel, aSnapshot } from '../../state/testing';
import type { ModelView } from '../../state/types';
import { type Drawn, draw, polyfillDialog } from '../testing';
import { ModelPool } from './model-pool';

const models = [
  aModel({ id: 'b', name: 'base', role: 'base', hasTextTower: true }),
  aModel({ id: '1', name: 'fashion', relativeNorm: 0.142, sha256: 'ab'.repeat(32) }),
  aModel({
    id: '2',
    name: 'flags',
    findings: [
      {
        severity: 'warning',
        subject: 'flags',
        message: 'It equals the base.',
        details: ['a', 'b'],
      },
    ],
  }),
];
const snapshot = aSnapshot({ pool: { models, findings: [], mergeable: true } });

const unfold = async (drawn: Drawn, name: string) => {
  const toggles = [...drawn.container.querySelectorAll<HTMLElement>('.row-toggle')];
  const toggle = toggles.find(({ textContent }) => textContent?.includes(name));
  if (!toggle) throw new Error(`no row for ${name}`);
  await drawn.click(toggle);
  return toggle;
};

describe('the region "Model pool"', () => {
  it('has the inputs that people and tests find by name', async () => {
    const { container, find } = await draw(<ModelPool />);
    const labels = [...container.querySelectorAll('label')].map((label) => [
      label.textContent,
      label.querySelector('input')?.hasAttribute('webkitdirectory'),
    ]);
    expect(labels).toEqual([
      ['Add checkpoints', false],
      ['Add checkpoint folder', true],
    ]);
    expect(
      document.getElementById(find('section').getAttribute('aria-labelledby') ?? '')?.textContent,
    ).toBe('Model pool');
  });

  it('shows facts, findings and their details on demand', async () => {
    const drawn = await draw(<ModelPool />, snapshot);
    const toggle = await unfold(drawn, 'flags');
    expect(toggle.getAttribute('aria-expanded')).toBe('true');
    expect(drawn.find('.finding').textContent).toContain('It equals the base.');
    expect(drawn.find('.detail-lines pre').textContent).toBe('a\nb');
    await unfold(drawn, 'fashion');
    expect(drawn.find('.hash code').textContent).toBe('abababababababab…');
  });

  it.each([
    ['Use as base', { type: 'setBase', id: '1' }],
    ['Move fashion down', { type: 'move', id: '1', index: 1 }],
  ])('"%s" edits the pool', async (name, edit) => {
    const drawn = await draw(<ModelPool />, snapshot);
    await unfold(drawn, 'fashion');
    await drawn.click(drawn.button(name));
    expect(drawn.engine.calls.at(-1)).toEqual(['editPool', edit]);
  });

  it('moves an expert by keyboard, not beyond the ends', async () => {
    const drawn = await draw(<ModelPool />, snapshot);
    const toggle = await unfold(drawn, 'fashion');
    const press = (key: string) =>
      toggle.dispatchEvent(new KeyboardEvent('keydown', { key, altKey: true, bubbles: true }));
    press('ArrowUp');
    press('ArrowDown');
    const edits = drawn.engine.calls.filter(([name]) => name === 'editPool');
    expect(edits).toEqual([['editPool', { type: 'move', id: '1', index: 1 }]]);
  });

  it('excludes an expert by its box', async () => {
    const drawn = await draw(<ModelPool />, snapshot);
    await drawn.click(drawn.find('[aria-label="Include flags in the merge"]'));
    expect(drawn.engine.calls.at(-1)).toEqual([
      'editPool',
      { type: 'setIncluded', id: '2', included: false },
    ]);
  });

  it('shows a box as it was set while the engine is busy, and as it is when the engine refuses', async () => {
    const drawn = await draw(<ModelPool />, snapshot);
    const box = drawn.find<HTMLInputElement>('[aria-label="Include flags in the merge"]');
    let refuse: (error: Error) => void = () => undefined;
    drawn.engine.answer('editPool', () => new Promise((_, reject) => (refuse = reject)));
    await drawn.click(box);
    expect(box.checked).toBe(false);
    await drawn.run(() => refuse(new Error('no')));
    expect(box.checked).toBe(true);
  });

  it('removes a model only after it was asked', async () => {
    polyfillDialog();
    const drawn = await draw(<ModelPool />, snapshot);
    await unfold(drawn, 'fashion');
    await drawn.click(drawn.button('Remove'));
    expect(drawn.engine.calls.map(([name]) => name)).not.toContain('editPool');
    const dialog = drawn.find('dialog');
    expect(dialog.textContent).toContain('Remove fashion?');
    const confirm = dialog.querySelector<HTMLElement>('.danger');
    if (!confirm) throw new Error('no way to confirm');
    await drawn.click(confirm);
    expect(drawn.engine.calls.at(-1)).toEqual(['editPool', { type: 'remove', id: '1' }]);
  });
});

describe('the state dict of a model', () => {
  const withParts = (parts: ModelView['parts']) =>
    aSnapshot({
      pool: {
        models: [aModel({ id: '1', name: 'epoch', ...(parts && { parts }) })],
        findings: [],
        mergeable: false,
      },
    });
  const select = (drawn: Drawn) =>
    drawn.find<HTMLSelectElement>('[aria-label="State dict of epoch"]');
  const choose = (drawn: Drawn, index: number) =>
    drawn.run(() => {
      select(drawn).selectedIndex = index;
      select(drawn).dispatchEvent(new Event('change', { bubbles: true }));
    });

  it('is chosen among those of its file', async () => {
    const parts = { taken: 'model', choices: ['model', 'model_ema'] };
    const drawn = await draw(<ModelPool />, withParts(parts));
    await unfold(drawn, 'epoch');
    expect([...select(drawn).options].map(({ text, selected }) => [text, selected])).toEqual([
      ['model', true],
      ['model_ema', false],
    ]);
    await choose(drawn, 1);
    const edit = { type: 'setPart', id: '1', part: 'model_ema' };
    expect(drawn.engine.calls.at(-1)).toEqual(['editPool', edit]);
  });

  it('can be what the file gives unasked', async () => {
    const drawn = await draw(<ModelPool />, withParts({ taken: 'ema', choices: ['ema', null] }));
    await unfold(drawn, 'epoch');
    expect(select(drawn).selectedOptions[0]?.text).toBe('ema');
    await choose(drawn, 1);
    const edit = { type: 'setPart', id: '1', part: null };
    expect(drawn.engine.calls.at(-1)).toEqual(['editPool', edit]);
  });

  it('is not asked for where there is one', async () => {
    const drawn = await draw(<ModelPool />, withParts(undefined));
    await unfold(drawn, 'epoch');
    expect(drawn.container.querySelector('[aria-label="State dict of epoch"]')).toBeNull();
  });
});
