import { describe, expect, it } from 'vitest';
import { NO_RECORDS, type Records } from '../records';
import { modelRecord, taskRecord } from '../testing/values';
import { hasDemoPart, isDemoUnwanted, withoutDemo } from './demo';

const demo = { origin: 'demo' } as const;
const mixed: Records = {
  ...NO_RECORDS,
  baseId: 'base',
  models: [modelRecord('base', demo), modelRecord('mine')],
  tasks: [taskRecord('demo', demo), taskRecord('mine')],
};

describe('the demo', () => {
  it('goes as a whole, and is remembered to be gone', () => {
    expect(withoutDemo(mixed)).toEqual({
      ...mixed,
      baseId: null,
      models: [modelRecord('mine')],
      tasks: [taskRecord('mine')],
      demoHidden: true,
    });
  });

  it('goes without the user’s own base', () => {
    const models = [...mixed.models, modelRecord('other')];
    expect(withoutDemo({ ...mixed, models, baseId: 'mine' }).baseId).toBe('mine');
    const alone = [modelRecord('base', demo)];
    expect(withoutDemo({ ...mixed, models: alone }).baseId).toBeNull();
  });

  it('has no place where it was hidden, or the user has a model', () => {
    const own = { ...mixed, models: [modelRecord('base', demo)] };
    expect(isDemoUnwanted(own)).toBe(false);
    expect(isDemoUnwanted({ ...own, demoHidden: true })).toBe(true);
    expect(isDemoUnwanted(mixed)).toBe(true);
    expect(isDemoUnwanted(NO_RECORDS)).toBe(false);
  });

  it('is here already where a part of that name is its own', () => {
    const models = [modelRecord('a', demo), modelRecord('b')];
    expect(hasDemoPart(models, 'a')).toBe(true);
    expect(hasDemoPart(models, 'b')).toBe(false);
    expect(hasDemoPart(models, 'c')).toBe(false);
  });
});
