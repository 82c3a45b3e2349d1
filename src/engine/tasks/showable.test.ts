import { expect, it } from 'vitest';
import { decodeImage } from '../../clip/images/decode';
import { showable } from './showable';

const sample = (content: BlobPart[]) => ({ name: 'a', classname: 'b', blob: new Blob(content) });
const PPM = ['P6 3 2 255\n', Uint8Array.from({ length: 18 }, (_, i) => i * 13)];

it('makes of a picture that browsers do not draw one that they do, with the same pixels', async () => {
  const shown = await showable(sample(PPM));
  expect(shown).toMatchObject({ name: 'a', classname: 'b', blob: { type: 'image/bmp' } });
  const decoded = await decodeImage(shown);
  expect(decoded).toEqual(await decodeImage(sample(PPM)));
  expect([decoded.width, decoded.height]).toEqual([3, 2]);
});

it('leaves alone what they draw, and what nobody can read', async () => {
  for (const content of ['GIF89a....', 'P6 3 2 255\n', 'text']) {
    const given = sample([content]);
    expect(await showable(given)).toBe(given);
  }
});
