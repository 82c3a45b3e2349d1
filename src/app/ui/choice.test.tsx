// @vitest-environment jsdom
import { act } from 'react';
import { describe, expect, it } from 'vitest';
import { draw } from '../testing';
import { Choice } from './choice';

async function drawn() {
  const chosen: string[] = [];
  const { find } = await draw(
    <Choice value="a" onChoose={(value) => chosen.push(value)}>
      {['a', 'b', 'c'].map((each) => (
        <option key={each}>{each}</option>
      ))}
    </Choice>,
  );
  const select = find<HTMLSelectElement>('select');
  const press = (key: string) =>
    act(async () => {
      select.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
    });
  const take = (value: string) =>
    act(async () => {
      select.value = value;
      select.dispatchEvent(new Event('change', { bubbles: true }));
    });
  const leave = () =>
    act(async () => {
      select.focus();
      select.blur();
    });
  return { chosen, select, press, take, leave };
}

describe('a choice', () => {
  it('acts at once on an option of the open list', async () => {
    const { chosen, take } = await drawn();
    await take('b');
    expect(chosen).toEqual(['b']);
  });

  it('waits for Enter while the keys pass over options', async () => {
    const { chosen, select, press, take } = await drawn();
    await press('ArrowDown');
    await take('b');
    await press('ArrowDown');
    await take('c');
    expect(chosen).toEqual([]);
    expect(select.value).toBe('c');
    await press('Enter');
    expect(chosen).toEqual(['c']);
  });

  it('is confirmed by leaving, and taken back by Escape', async () => {
    const { chosen, select, press, take, leave } = await drawn();
    await press('ArrowDown');
    await take('b');
    await press('Escape');
    expect(select.value).toBe('a');
    await leave();
    expect(chosen).toEqual([]);
    await press('ArrowDown');
    await take('c');
    await leave();
    expect(chosen).toEqual(['c']);
  });

  it('acts on an option that the keys opened the list for', async () => {
    const { chosen, press, take } = await drawn();
    await press(' ');
    await press('Enter');
    await take('b');
    expect(chosen).toEqual(['b']);
  });
});
