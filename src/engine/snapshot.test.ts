import { beforeAll, describe, expect, it } from 'vitest';
import { ALL_METHODS } from '../method/registry';
import { createScoreBook } from './scoring/book';
import { demandOf, type Surroundings, snapshotOf } from './snapshot';
import { type Micro, openMicro } from './testing/micro-models';
import { engineValue, poolOf, taskOf } from './testing/values';

let models: Micro['models'];
beforeAll(async () => {
  ({ models } = await openMicro());
});

const around = (): Surroundings => ({
  book: createScoreBook(),
  kind: 'cpu',
  phase: { phase: 'idle' } as Surroundings['phase'],
  engine: { choice: 'auto', active: 'cpu' } as Surroundings['engine'],
  storage: { used: 5, available: null },
  jobs: [{ id: 'a', label: 'Work', progress: 0.5, secondsLeft: null }],
  search: null,
  comparison: null,
  tried: null,
  remarks: [{ id: 1, severity: 'info', message: 'x', details: [] }],
});
const pooled = (changes = {}) =>
  engineValue({
    pool: poolOf(models.base, { alpha: models.alpha }),
    tasks: [taskOf('alpha'), taskOf('cars')],
    chosenFactor: 0.25,
    ...changes,
  });

describe('a snapshot', () => {
  it('is of the value that stands, and of what stands around it', () => {
    const surroundings = around();
    const snapshot = snapshotOf(pooled({ demoHidden: true }), surroundings);
    const { engine, storage, jobs, remarks } = surroundings;
    expect(snapshot).toMatchObject({ engine, storage, jobs, remarks, demoHidden: true });
    expect(snapshot.scalingFactor).toBe(0.25);
    expect(snapshot.method.name).toBe('TaskArithmeticAlgorithm');
    expect(snapshot.pool).toMatchObject({ mergeable: true, models: [{ id: 'base' }, {}] });
  });

  it('knows each task’s own expert', () => {
    const { tasks } = snapshotOf(pooled(), around());
    expect(tasks.map(({ name, expert }) => [name, expert])).toEqual([
      ['alpha', 'alpha'],
      ['cars', null],
    ]);
  });

  it('lists all methods for the menu', () => {
    const { methods } = snapshotOf(pooled(), around());
    expect(methods).toEqual(
      ALL_METHODS.map(({ name, title, summary }) => ({ name, title, summary })),
    );
  });

  it('can be sent to the page', () => {
    const snapshot = snapshotOf(pooled(), around());
    expect(structuredClone(snapshot)).toEqual(snapshot);
  });
});

describe('what a value asks to be scored', () => {
  it('is the merge at its factor, and the sweep', () => {
    const { demand, missing } = demandOf(pooled({ sweep: [0.1, 0.2] }));
    expect(missing).toBeNull();
    expect(demand).toMatchObject({ scalingFactor: 0.25, sweep: [0.1, 0.2] });
    expect(demand?.inputs.tasks.map(({ name }) => name)).toEqual(['alpha', 'cars']);
  });

  it('is nothing while something is missing, which is said', () => {
    expect(demandOf(pooled({ tasks: [] }))).toEqual({
      demand: null,
      missing: 'Add task images to see accuracies.',
    });
  });
});
