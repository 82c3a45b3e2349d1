// @vitest-environment jsdom
import { beforeAll, describe, expect, it } from 'vitest';
import { aModel, aSnapshot, aTask, emptyBoard } from '../../state/testing';
import type { PictureStory, StudioState } from '../../state/types';
import { weighed } from '../../state/weights';
import { type Drawn, draw } from '../testing';
import Story from './story';

beforeAll(() => {
  URL.createObjectURL = () => 'blob:picture';
  URL.revokeObjectURL = () => undefined;
});

const guess = (label: number, right: boolean) => ({
  right,
  top: [{ label, probability: 0.5 }],
});
const story: PictureStory = {
  taskId: 'fashion',
  index: 7,
  label: 0,
  kind: 'turns',
  pretrained: guess(1, false),
  merged: [
    { scalingFactor: 0.3, guess: guess(0, true) },
    { scalingFactor: 0.8, guess: guess(0, true) },
    { scalingFactor: 1.5, guess: guess(2, false) },
  ],
};
const models = ['_pretrained_', 'chess', 'flags'].map((name, i) =>
  aModel({ id: name, name, origin: 'demo', role: i === 0 ? 'base' : 'expert' }),
);
const snapshot = aSnapshot({
  pool: { models, findings: [], mergeable: true },
  tasks: [aTask({ id: 'fashion', origin: 'demo', classnames: ['dress', 'coat', 'bag'] })],
  scalingFactor: 0.3,
});
const scored = (phase: StudioState['scores']['phase']): StudioState => ({
  ...snapshot,
  scores: { ...emptyBoard, phase },
});

async function told(answer: PictureStory | null): Promise<Drawn> {
  const drawn = await draw(<Story />, snapshot);
  drawn.engine.answer('pictureStory', async () => answer);
  drawn.engine.answer('taskPictures', async () => [
    { name: '7.png', classname: 'dress', blob: new Blob() },
  ]);
  await drawn.push(scored('scoring'));
  await drawn.run(() => undefined);
  return drawn;
}

describe('the story of the demo', () => {
  it('waits for the first numbers, and says where there is nothing to tell', async () => {
    const drawn = await draw(<Story />, snapshot);
    expect(drawn.find('.told.waiting').textContent).toContain('The demo is being scored.');
    await drawn.push(scored('complete'));
    expect(drawn.find('.told.waiting').textContent).toBe(
      'Here merging turns no picture from wrong to right.',
    );
  });

  it('tells of a picture that turns right and wrong again, and goes to where it does', async () => {
    const drawn = await told(story);
    expect(drawn.find('.told > p').textContent).toBe(
      'The pretrained model takes this dress for coat. At λ = 0.30 the merged one is right; at λ = 1.50, too far, it is wrong again: bag.',
    );
    expect(drawn.find('img').getAttribute('alt')).toBe('dress, of fashion');
    const frames = [...drawn.container.querySelectorAll<HTMLElement>('.frame')];
    expect(frames.map((frame) => frame.getAttribute('aria-pressed'))).toEqual([
      'false',
      'true',
      'false',
    ]);
    expect(frames.map(({ textContent }) => textContent)).toEqual([
      'λ 0.00coat\u00a0✗, wrong50.0 %',
      'λ 0.30dress\u00a0✓, right50.0 %',
      'λ 1.50bag\u00a0✗, wrong50.0 %',
    ]);
    const [, , last] = frames;
    if (!last) throw new Error('there are three frames');
    await drawn.click(last);
    expect(drawn.engine.calls.at(-1)).toEqual(['setScalingFactor', 1.5]);
  });

  it('asks for the same picture again, one question at a time', async () => {
    const drawn = await told(story);
    await drawn.push(scored('complete'));
    const asked = drawn.engine.calls.filter(([name]) => name === 'pictureStory');
    expect(asked.at(-1)).toEqual(['pictureStory', { taskId: 'fashion', index: 7 }]);
  });

  it.each([
    [
      { ...story, kind: 'gained' as const, merged: story.merged.slice(0, 2) },
      'At λ = 0.30 the merged one is right. Raise λ and see how far that holds.',
    ],
    [
      { ...story, kind: 'lost' as const, pretrained: guess(0, true) },
      'The pretrained model knows this dress. At λ = 1.50 the merged one takes it for bag.',
    ],
  ])('has words for what is %o', async (other, words) => {
    const drawn = await told(other);
    expect(drawn.find('.told > p').textContent).toContain(words);
  });

  it('has one score beyond, while all weights are 1', async () => {
    const drawn = await draw(<Story />, snapshot);
    const asked = () => drawn.engine.calls.filter(([name]) => name === 'lookAhead').at(-1);
    expect(asked()).toEqual(['lookAhead', [1.5]]);
    const weighed = models.map((model) => ({ ...model, weight: model.name === 'flags' ? -1 : 0 }));
    await drawn.push({ ...snapshot, pool: { ...snapshot.pool, models: weighed } });
    expect(asked()).toEqual(['lookAhead', []]);
  });

  it('has cards that set everything as one step', async () => {
    const drawn = await draw(<Story />, snapshot);
    const cards = [...drawn.container.querySelectorAll<HTMLElement>('.card strong')];
    expect(cards.map(({ textContent }) => textContent)).toEqual([
      'Add two skills',
      'Forget flags',
      'One expert alone',
      'TIES instead',
    ]);
    const [, forget] = drawn.container.querySelectorAll<HTMLElement>('.card');
    if (!forget) throw new Error('there is a card');
    await drawn.click(forget);
    const sent = new Map(drawn.engine.calls.map(([name, given]) => [name, given]));
    expect(sent.get('setWeights')).toEqual({ chess: 0, flags: -1 });
    expect(sent.get('setScalingFactor')).toBe(1);
    expect(drawn.studio.store.getState().history.undo).toBe('Forget flags');
    expect(forget.getAttribute('aria-current')).toBe('false');
    const { merge } = snapshot;
    const weights = { chess: 0, flags: -1 };
    const set = { ...merge, scalingFactor: 1, models: weighed(merge.models, weights) };
    await drawn.push({ ...snapshot, merge: set });
    expect(forget.getAttribute('aria-current')).toBe('true');
  });
});
