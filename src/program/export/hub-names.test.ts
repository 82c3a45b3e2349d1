import { describe, expect, it } from 'vitest';
import { hubModelOf } from './hub-names';

const COMMIT = '3d74acf9a28c67741b2f4f2ea7635f0aaf6f0268';

describe('what a model is called on the Hub', () => {
  it.each([
    [
      `/home/me/hub/models--openai--clip-vit-base-patch32/snapshots/${COMMIT}`,
      { repository: 'openai/clip-vit-base-patch32', commit: COMMIT },
    ],
    [
      `C:\\hub\\models--tanganke--clip-vit-base-patch32_sun397\\snapshots\\${COMMIT}\\vision`,
      { repository: 'tanganke/clip-vit-base-patch32_sun397', commit: COMMIT },
    ],
    ['models--openai--clip-vit-base-patch32', { repository: 'openai/clip-vit-base-patch32' }],
    ['/hub/models--gpt2/snapshots/main', { repository: 'gpt2' }],
    ['/home/me/models/clip-vit-base-patch32', null],
    ['openai/clip-vit-base-patch32', null],
    ['/hub/datasets--tanganke--sun397', null],
  ])('is told by %s', (place, expected) => {
    expect(hubModelOf(place)).toEqual(expected);
  });
});
