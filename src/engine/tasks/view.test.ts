import { describe, expect, it } from 'vitest';
import { taskOf } from '../testing/values';
import { sampleImages, taskView } from './view';

describe('a task on the page', () => {
  it('shows what it is', () => {
    const task = taskOf('a', {
      name: 'pets',
      origin: 'demo',
      included: false,
      labels: [1, 1, 0, 1],
    });
    expect(taskView(task, 'pets', [])).toEqual({
      id: 'a',
      name: 'pets',
      origin: 'demo',
      included: false,
      classnames: ['left', 'right'],
      templates: ['a photo of a {}'],
      imageCount: 4,
      classCounts: [1, 3],
      expert: 'pets',
      unreadable: [],
      split: null,
      findings: [],
    });
  });

  it('counts classes without a picture as well', () => {
    const task = taskOf('a', { classnames: ['x', 'y', 'z'], labels: [2, 2] });
    expect(taskView(task, null, []).classCounts).toEqual([0, 0, 2]);
  });

  it('says why it has no pictures', () => {
    const task = taskOf('a', { failure: 'a has lost its labels.', images: [], labels: [] });
    expect(taskView(task, null, []).findings).toEqual([
      { severity: 'error', subject: 'a', message: 'a has lost its labels.', details: [] },
    ]);
  });

  it('names the pictures that cannot be read, each once', () => {
    const { findings, unreadable } = taskView(taskOf('a'), null, [
      { index: 1, reason: '1.png: it is cut off.' },
      { index: 2, reason: 'It is cut off.' },
      { index: 9, reason: 'It is gone.' },
    ]);
    expect(findings).toEqual([
      {
        severity: 'warning',
        subject: 'a',
        message: 'These pictures cannot be read; they are left out of the counts.',
        details: ['1.png: it is cut off.', '2.png: It is cut off.', 'image 9: It is gone.'],
      },
    ]);
    expect(unreadable).toEqual([
      { image: '1.png', reason: 'it is cut off.' },
      { image: '2.png', reason: 'It is cut off.' },
      { image: 'image 9', reason: 'It is gone.' },
    ]);
  });
});

describe('pictures for looking at', () => {
  const images = Array.from({ length: 10 }, (_, i) => ({ name: `${i}`, blob: new Blob() }));
  const task = taskOf('a', { images, labels: images.map((_, i) => (i < 5 ? 0 : 1)) });
  const names = (count: number) => sampleImages(task, count).map(({ name }) => name);

  it('are spread over the task', () => {
    expect(names(2)).toEqual(['0', '5']);
    expect(names(3)).toEqual(['0', '3', '6']);
    expect(names(4)).toEqual(['0', '2', '4', '6']);
  });

  it('are all where there are no more', () => {
    expect(names(10)).toHaveLength(10);
    expect(names(99)).toHaveLength(10);
  });

  it('come with their class', () => {
    expect(sampleImages(task, 2).map(({ classname }) => classname)).toEqual(['left', 'right']);
    expect(sampleImages({ ...task, labels: [] }, 1)[0]).toEqual({
      name: '0',
      classname: '',
      blob: images[0]?.blob,
    });
  });
});
