import { expect, it } from 'vitest';
import { unreadablePictures } from './unreadable';

it('names what could not be read once, and says why', () => {
  const unreadable = [
    { index: 1, reason: 'b.png: The file is empty.' },
    { index: 0, reason: 'It is gone.' },
    { index: 7, reason: 'x: Nobody knows its name.' },
  ];
  expect(unreadablePictures(unreadable, ['a.png', 'b.png'])).toEqual([
    { image: 'b.png', reason: 'The file is empty.' },
    { image: 'a.png', reason: 'It is gone.' },
    { image: 'image 7', reason: 'x: Nobody knows its name.' },
  ]);
});
