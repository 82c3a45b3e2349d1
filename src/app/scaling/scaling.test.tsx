// @vitest-environment jsdom
import { describe, expect, it } from 'vitest';
import { aModel, aSnapshot, emptyBoard } from '../../state/testing';
import { draw } from '../testing';
import { Formula } from './formula';
import { Slider } from './slider';
import { StatusLine } from './status-line';

const domain = { min: -1, max: 2 };
const sent = (calls: readonly (readonly unknown[])[]) =>
  calls.filter(([name]) => name === 'setScalingFactor').map(([, value]) => value);

describe('the field "Scaling factor value"', () => {
  const field = '[aria-label="Scaling factor value"]';

  it.each([
    ['0.25', 0.25],
    ['-3', -3],
    ['12.5', 12.5],
    ['1e2', 100],
  ])('takes %s, within the slider and beyond', async (text, value) => {
    const { find, type, engine } = await draw(<Formula />);
    await type(find<HTMLInputElement>(field), text);
    expect(sent(engine.calls)).toEqual([value]);
  });

  it('keeps the last value when the text is no number, and says so', async () => {
    const { find, type, engine, container } = await draw(<Formula />);
    const input = find<HTMLInputElement>(field);
    await type(input, '');
    expect(sent(engine.calls)).toEqual([]);
    expect(input.getAttribute('aria-invalid')).toBe('true');
    expect(container.textContent).toContain('Not a finite number: 0.70 stays in force.');
    await type(input, '0.5');
    expect(input.getAttribute('aria-invalid')).toBe('false');
  });

  it('shows what the engine says, in two decimals or as many as it needs', async () => {
    const { find, push } = await draw(<Formula />);
    expect(find<HTMLInputElement>(field).value).toBe('0.70');
    await push(aSnapshot({ scalingFactor: 0.125 }));
    expect(find<HTMLInputElement>(field).value).toBe('0.125');
  });

  it('shows a value that is set elsewhere in place of what was typed', async () => {
    const { find, type, push, run } = await draw(<Formula />);
    const input = find<HTMLInputElement>(field);
    await type(input, '0.5');
    await push(aSnapshot({ scalingFactor: 0.5 }));
    expect(input.value).toBe('0.5');
    await run(({ setScalingFactor }) => setScalingFactor(1));
    await push(aSnapshot({ scalingFactor: 1 }));
    expect(input.value).toBe('1.00');
  });
});

describe('the formula', () => {
  it('has a term for every included expert, with its weight where it is not 1', async () => {
    const models = [
      aModel({ id: 'b', name: 'base', role: 'base' }),
      aModel({ id: '1', name: 'flags' }),
      aModel({ id: '2', name: 'food', included: false }),
      aModel({ id: '3', name: 'mnist', weight: -0.5 }),
    ];
    const pool = { models, findings: [], mergeable: true };
    const { container } = await draw(<Formula />, aSnapshot({ pool }));
    expect(container.textContent).toBe('θ = θ0 +· (τflags − 0.50 τmnist)');
  });
});

describe('the slider "Scaling factor"', () => {
  it('goes from -1 to 2 by 0.01 and sets what it is moved to', async () => {
    const { find, type, engine } = await draw(<Slider domain={domain} />);
    const slider = find<HTMLInputElement>('input[type="range"][aria-label="Scaling factor"]');
    expect([slider.min, slider.max, slider.step, slider.value]).toEqual(['-1', '2', '0.01', '0.7']);
    await type(slider, '-0.25');
    expect(sent(engine.calls)).toEqual([-0.25]);
  });

  it('says a value beyond its ends as it is', async () => {
    const { find } = await draw(<Slider domain={domain} />, aSnapshot({ scalingFactor: 5 }));
    expect(find('input').getAttribute('aria-valuetext')).toBe('5.00');
  });
});

describe('the status line', () => {
  const board = (phase: 'scoring' | 'complete' | 'failed') => ({
    ...emptyBoard,
    phase,
    status: 'Scored 2 of 4 images',
    failure: phase === 'failed' ? 'The GPU was lost.' : null,
  });

  it('says what the engine says', async () => {
    const { find } = await draw(<StatusLine />, aSnapshot({ scores: board('complete') }));
    expect(find('[role="status"]').textContent).toBe('Scored 2 of 4 images');
    expect(find('.status-text').textContent).toBe('Scored 2 of 4 images');
  });

  it('offers to stop while scoring, and only then', async () => {
    const { button, click, engine, push } = await draw(
      <StatusLine />,
      aSnapshot({ scores: board('scoring') }),
    );
    await click(button('Stop'));
    expect(engine.calls.at(-1)).toEqual(['stop']);
    await push(aSnapshot({ scores: board('complete') }));
    expect(() => button('Stop')).toThrow();
  });

  it('says what failed and offers to restart', async () => {
    const { button, click, engine, container } = await draw(
      <StatusLine />,
      aSnapshot({ scores: board('failed') }),
    );
    expect(container.textContent).toContain('The GPU was lost.');
    await click(button('Restart the engine'));
    expect(engine.opened()).toBe(2);
  });
});
