/** What was looked at and left is scored to its end once nothing else is to do, and what is asked comes first. */
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { freshStoreName } from '../storage/test-support';
import { openStudio, type TestStudio } from './testing/drops';
import { fakeOrt } from './testing/fake-ort';
import { type MicroFiles, microFiles } from './testing/micro';
import { createTurns, until } from './testing/turns';

let files: MicroFiles;
beforeAll(async () => {
  files = await microFiles();
});

const studios: TestStudio[] = [];
afterEach(async () => {
  for (const studio of studios.splice(0)) await studio.close();
});

describe('a value that was left in its middle', () => {
  /** A studio at 0.7, complete; 0.4 was looked at for one batch of one of its tasks. */
  async function left() {
    const turns = createTurns();
    const studio = await openStudio(freshStoreName(), fakeOrt(turns.turn).load);
    studios.push(studio);
    const { engine } = studio;
    const models = ['base', 'alpha', 'beta'].flatMap((name) => files.models[name] ?? []);
    await engine.addCheckpoints('models', models, 'user');
    const tasks = ['alpha', 'pairs'].flatMap((name) => files.tasks[name] ?? []);
    await engine.addTaskImages('tasks', tasks, 'user');
    await studio.until(({ scores }) => scores.phase === 'complete');
    turns.hold('run');
    await engine.setScalingFactor(0.4);
    await turns.next();
    await until(() => expect(turns.held()).toBe(1));
    return { studio, engine, turns };
  }
  const factors = (studio: TestStudio) =>
    studio.state().scores.curve.map(({ scalingFactor }) => scalingFactor);

  it('is completed when what was asked is, and the board stays complete meanwhile', async () => {
    const { studio, engine, turns } = await left();
    await engine.setScalingFactor(0.9);
    turns.release();
    const first = await studio.until(({ scores }) => scores.phase === 'complete');
    expect(first.scalingFactor).toBe(0.9);
    await studio.until(({ scores }) => scores.curve.length === 3);
    expect(factors(studio)).toEqual([0.4, 0.7, 0.9]);
    expect(studio.state().scores).toMatchObject({ phase: 'complete', open: [] });
  });

  it('needs nobody who looked at it where it is worth a look', async () => {
    const { studio, engine, turns } = await left();
    turns.release();
    await engine.lookAhead([1.5, Number.NaN]);
    await studio.until(({ scores }) => scores.curve.length === 3);
    expect(factors(studio)).toEqual([0.4, 0.7, 1.5]);
    await engine.lookAhead([]);
    await engine.setScalingFactor(0.5);
    await studio.until(({ scores }) => scores.phase === 'complete' && scores.curve.length === 4);
    expect(factors(studio)).toEqual([0.4, 0.5, 0.7, 1.5]);
  });

  it('is left alone once everything was stopped', async () => {
    const { studio, engine, turns } = await left();
    await engine.stop();
    turns.release();
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(studio.state().scores.phase).toBe('stopped');
    expect(factors(studio)).toEqual([0.7]);
  });
});
