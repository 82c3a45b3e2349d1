import 'fake-indexeddb/auto';
import { expect, it } from 'vitest';
import type { ComparedModel, StudioState } from '../api';
import { fillStudio, openStudio } from '../testing/drops';

const MODELS: readonly ComparedModel[] = ['pretrained', 'merged', 'expert'];

it('a picture of a task that is tried gets the very numbers that it has in its gallery', async () => {
  const studio = await openStudio('tried', undefined, 0);
  await fillStudio(studio);
  const done = ({ scores, tried }: StudioState) =>
    scores.phase === 'complete' && (tried?.doing ?? null) === null;
  const { tasks } = await studio.until(done);
  const task = tasks.find(({ name }) => name === 'surfaces');
  if (!task) throw new Error('the task is there');

  const index = 7;
  const [picture] = await studio.engine.taskPictures(task.id, [index]);
  if (!picture) throw new Error('the picture is there');
  const drawn = await studio.engine.tryPicture({
    ...picture,
    classes: { kind: 'task', taskId: task.id },
    expert: null,
  });
  expect(drawn?.size).toBe(picture.blob.size);

  const query = { group: 'all', label: null, offset: index, limit: 1 } as const;
  for (const factor of [0.7, 0.3]) {
    await studio.engine.setScalingFactor(factor);
    const { tried } = await studio.until(
      (state) => done(state) && state.scalingFactor === factor && state.tried !== null,
    );
    const [kept] = (await studio.engine.taskInsight(task.id, query))?.pictures ?? [];
    expect(kept?.index).toBe(index);
    for (const model of MODELS) {
      const { top = [] } = kept?.guesses[model] ?? {};
      const answer = tried?.models[model]?.top ?? [];
      expect(top).toHaveLength(5);
      expect(answer.map(({ label }) => label)).toEqual(top.map(({ label }) => label));
      for (const [place, { probability }] of top.entries()) {
        expect(answer[place]?.probability).toBeCloseTo(probability, 5);
      }
    }
  }
  await studio.engine.tryPicture(null);
  expect(studio.state().tried).toBeNull();
  await studio.close();
});
