/** The whole way of a pin, held to FusionBench's predictions. */
import 'fake-indexeddb/auto';
import { expect, it } from 'vitest';
import { fixtureJson } from '../../clip/testing';
import type { PinView } from '../api';
import { fillStudio, openStudio, type TestStudio } from '../testing/drops';

interface Expected {
  readonly tasks: Readonly<Record<string, { readonly labels: readonly number[] }>>;
  readonly models: Readonly<
    Record<
      string,
      {
        readonly average: { readonly accuracy: number };
        readonly tasks: Readonly<
          Record<string, { readonly accuracy: number; readonly predictions: readonly number[] }>
        >;
      }
    >
  >;
}
const expected = fixtureJson<Expected>('scoring/expected.json');
const complete = (studio: TestStudio) => studio.until(({ scores }) => scores.phase === 'complete');

/** By FusionBench: pictures that A alone, B alone is right about, and those that they take for different classes. */
function discordant(task: string, a: string, b: string): readonly number[] {
  const labels = expected.tasks[task]?.labels ?? [];
  const [one, other] = [a, b].map((name) => expected.models[name]?.tasks[task]?.predictions ?? []);
  const count = (is: (place: number, label: number) => boolean) =>
    labels.filter((label, place) => is(place, label)).length;
  return [
    count((place, label) => one?.[place] === label && other?.[place] !== label),
    count((place, label) => one?.[place] !== label && other?.[place] === label),
    count((place) => one?.[place] !== other?.[place]),
  ];
}

async function filled(name: string): Promise<TestStudio> {
  const studio = await openStudio(name);
  await fillStudio(studio);
  await complete(studio);
  return studio;
}

const only = (studio: TestStudio): PinView => {
  const [view] = studio.state().pins;
  if (!view || studio.state().pins.length > 1) throw new Error('there is one pin');
  return view;
};
const accuracies = (studio: TestStudio, { tasks }: PinView) =>
  Object.fromEntries(
    studio.state().tasks.map(({ id, name }) => [name, tasks[id]?.accuracy ?? null]),
  );
const expectedAt = (model: string) =>
  Object.fromEntries(
    Object.entries(expected.models[model]?.tasks ?? {}).map(([name, { accuracy }]) => [
      name,
      expect.closeTo(accuracy, 6),
    ]),
  );

it('a merge is pinned, held against another, used again, and survives a reload', async () => {
  const studio = await filled('pins');
  const { engine } = studio;
  const id = await engine.pin();
  expect(only(studio)).toMatchObject({
    pin: { id, name: 'Task arithmetic at 0.7', scalingFactor: 0.7 },
    missing: [],
    present: true,
  });
  await engine.setScalingFactor(0.3);
  await complete(studio);
  expect(only(studio).present).toBe(false);
  expect(accuracies(studio, only(studio))).toEqual(expectedAt('merged@0.7'));
  expect(only(studio).average?.accuracy).toBeCloseTo(
    expected.models['merged@0.7']?.average.accuracy ?? Number.NaN,
    6,
  );

  const compared = await engine.comparePins({ a: id, b: null });
  const byName = new Map(studio.state().tasks.map((task) => [task.name, task.id]));
  for (const task of ['outlines', 'surfaces']) {
    const found = compared.tasks[byName.get(task) ?? ''];
    expect([found?.onlyA, found?.onlyB, found?.differing], task).toEqual(
      discordant(task, 'merged@0.7', 'merged@0.3'),
    );
    expect(found?.complete).toBe(true);
    const insight = await engine.taskInsight(byName.get(task) ?? '', {
      group: 'only a',
      pair: { a: id, b: null },
      label: null,
      offset: 0,
      limit: 200,
    });
    expect(insight?.pictures).toHaveLength(found?.onlyA ?? -1);
  }
  const report = JSON.parse(await (await engine.exportReport()).file.text());
  const [pinned] = report.task_arithmetic_studio.pins;
  expect(pinned).toMatchObject({
    name: 'Task arithmetic at 0.7',
    recipe: { scalingFactor: 0.7, experts: [{ name: 'outlines' }, { name: 'surfaces' }] },
    tasks: { outlines: { n: 40 }, surfaces: { n: 150 } },
  });
  expect(pinned.difference.average.difference).toBe(compared.average?.difference);
  expect(report).not.toHaveProperty('pins');

  expect(await engine.applyPin(id)).toEqual({ missing: [] });
  expect(studio.state().scalingFactor).toBe(0.7);
  expect(only(studio).present).toBe(true);
  await expect(engine.applyPin('gone')).rejects.toThrow('This pin is not there any more.');
  await engine.setScalingFactor(0.3);
  const before = only(studio);
  await studio.close();

  const again = await openStudio('pins');
  expect(only(again)).toEqual(before);
  expect(await again.engine.takePins([before.named])).toEqual([]);
  expect(only(again).pin.id).toBe(id);
  const expert = again.state().pool.models.find(({ name }) => name === 'outlines');
  await again.engine.editPool({ type: 'remove', id: expert?.id ?? '' });
  expect(only(again)).toMatchObject({ missing: ['outlines'], tasks: {}, average: null });
  expect(await again.engine.applyPin(id)).toEqual({ missing: ['outlines'] });
  await again.close();
});

it('what is pinned is what was merged when it was asked for', async () => {
  const studio = await filled('pinned at once');
  const { engine } = studio;
  const [, id] = await Promise.all([
    engine.setScalingFactor(0.5),
    engine.pin(),
    engine.setScalingFactor(1),
    engine.setMethod('SimpleAverageAlgorithm', {}),
  ]);
  const { pin } = only(studio);
  expect([pin.id, pin.scalingFactor, pin.method.name]).toEqual([
    id,
    0.5,
    'TaskArithmeticAlgorithm',
  ]);
  await studio.close();
});

it('two tabs have the pins of both', async () => {
  const studio = await filled('pins in two tabs');
  const other = await openStudio('pins in two tabs');
  const names = ({ pins }: { readonly pins: readonly PinView[] }) =>
    pins.map(({ pin }) => pin.name).sort();
  await Promise.all([studio.engine.pin(), other.engine.pin()]);
  const both = ['Task arithmetic at 0.7', 'Task arithmetic at 0.7 (2)'];
  for (const tab of [studio, other]) {
    await tab.until((state) => state.pins.length === 2);
    expect(names(tab.state())).toEqual(both);
  }
  await other.close();
  await studio.close();
});
