// @vitest-environment jsdom
import { act } from 'react';
import { expect, it, vi } from 'vitest';
import { draw } from '../testing';
import { HeatMap } from './heat-map';

const heads = (...names: string[]) => names.map((name) => ({ key: name, name }));

async function drawn(onRow?: (row: number) => void) {
  const page = await draw(
    <HeatMap
      label="Values"
      corner="Row"
      rows={heads('first', 'second')}
      columns={heads('left', 'middle', 'right')}
      cell={(row, column) => ({
        text: `${row}${column}`,
        value: `${row}.${column}`,
        strength: row - column,
      })}
      {...(onRow && { onRow })}
    />,
  );
  const focused = () => document.activeElement?.getAttribute('aria-label');
  const press = (key: string, init: KeyboardEventInit = {}) =>
    act(async () => {
      const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...init });
      document.activeElement?.dispatchEvent(event);
    });
  return { ...page, focused, press };
}

it('is one stop of the tab key, and the arrow keys pass from cell to cell, each with its value', async () => {
  const rows: number[] = [];
  const { find, focused, press } = await drawn((row) => rows.push(row));
  expect(document.querySelectorAll('td[tabindex="0"]')).toHaveLength(1);
  await act(async () => find('td[tabindex="0"]').focus());
  expect(focused()).toBe('first, left: 0.0');
  for (const [key, name] of [
    ['ArrowRight', 'first, middle: 0.1'],
    ['ArrowDown', 'second, middle: 1.1'],
    ['ArrowDown', 'second, middle: 1.1'],
    ['End', 'second, right: 1.2'],
    ['ArrowRight', 'second, right: 1.2'],
    ['Home', 'second, left: 1.0'],
    ['ArrowLeft', 'second, left: 1.0'],
    ['ArrowUp', 'first, left: 0.0'],
  ] as const) {
    await press(key);
    expect(focused()).toBe(name);
    expect(find('.heat-readout').textContent).toBe(name);
  }
  await press('End', { ctrlKey: true });
  expect(focused()).toBe('second, right: 1.2');
  expect(document.querySelectorAll('td[tabindex="0"]')).toHaveLength(1);
  expect(new Set(rows)).toEqual(new Set([0, 1]));
});

it('copies the value of the cell by the keys that copy, and says so', async () => {
  const writeText = vi.fn(async () => undefined);
  vi.stubGlobal('navigator', { clipboard: { writeText } });
  const { find, press } = await drawn();
  await act(async () => find('td[tabindex="0"]').focus());
  await press('c', { ctrlKey: true });
  expect(writeText).toHaveBeenCalledWith('0.0');
  expect(find('[role="status"]').textContent).toBe('Copied 0.0');
  await press('ArrowRight');
  expect(find('[role="status"]').textContent).toBe('');
  vi.unstubAllGlobals();
});
