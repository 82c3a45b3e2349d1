import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { FormatError } from '../../errors';
import { decodeImage } from './decode';
import { expected, fixtureBytes, picture, sha256 } from './fixtures';
import { PICTURE_FORMATS } from './picture-format';

const { files, bad } = expected();

async function refusal(
  name: string,
  bytes: Uint8Array<ArrayBuffer> | string,
): Promise<FormatError> {
  const error = await decodeImage({ name, blob: new Blob([bytes]) }).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof FormatError)) throw new Error(`${name} was not refused: ${String(error)}`);
  return error;
}

describe('pixels are those that FusionBench scores', () => {
  it.each(files)('$file', async (row) => {
    const image = await decodeImage(await picture(`files/${row.file}`));
    const { width, height } = row.datasets ?? row;
    expect([image.width, image.height]).toEqual([width, height]);
    // Only a picture that is turned has an entry of its own, and none of those has a transparent colour.
    expect(sha256(image.data)).toBe(row.datasets?.rgb ?? row.fusionBenchRgb);
  });

  it('covers rotation, transparency and a wrong file name', () => {
    expect(files.filter((row) => row.datasets).length).toBeGreaterThan(7);
    expect(files.filter((row) => row.fusionBenchRgb !== row.rgb).length).toBeGreaterThan(2);
    expect(files.some((row) => row.file === 'a-png-called.jpg')).toBe(true);
  });
});

describe('what is refused, by name and with the remedy', () => {
  it.each(bad)('$file, as Pillow refuses it: $error', async ({ file }) => {
    const error = await refusal(file, fixtureBytes(`images/bad/${file}`));
    expect(error.file).toBe(file);
    expect(error.message.startsWith(`${file}: `)).toBe(true);
  });

  it.each([
    ['AVIF', '\0\0\0\x20ftypavif....'],
    ['HEIC', '\0\0\0\x20ftypheic....'],
    ['JPEG XL', '\0\0\0\x0cJXL \r\n\x87\n'],
    ['JPEG 2000', '\0\0\0\x0cjP  \r\n\x87\n'],
  ])('%s', async (format, content) => {
    expect((await refusal('photo.png', content)).message).toBe(
      `photo.png: ${format} pictures cannot be read here, only ${PICTURE_FORMATS.join(', ')}. Convert it to PNG.`,
    );
  });

  it('more pixels than Pillow accepts, from the header alone', async () => {
    const png = fixtureBytes('images/files/rgb.png');
    const header = new DataView(png.buffer, 16);
    header.setUint32(0, 178_956_971);
    header.setUint32(4, 1);
    // Without a new checksum of type and content the file would be refused for being damaged.
    header.setUint32(13, crc32(png.subarray(12, 29)));
    const jpeg = fixtureBytes('images/files/444.jpg');
    const frame = jpeg.findIndex((byte, i) => byte === 0xff && jpeg[i + 1] === 0xc0);
    new DataView(jpeg.buffer).setUint32(frame + 5, 0xffff_ffff);
    expect((await refusal('huge.png', png)).reason).toContain('178956970');
    expect((await refusal('huge.jpg', jpeg)).reason).toMatch(/65535 x 65535 pixels, more than/);
  });

  it('every cut through a file', async () => {
    for (const file of [
      '420.jpg',
      'progressive.jpg',
      'lossy.webp',
      'lossless.webp',
      'palette.png',
    ]) {
      const whole = fixtureBytes(`images/files/${file}`);
      for (const part of [0.1, 0.4, 0.7, 0.95]) {
        const error = await refusal(file, whole.slice(0, Math.floor(whole.length * part)));
        expect(error.file).toBe(file);
      }
    }
  });
});

it('decodes the next picture after one that made the decoder give up', async () => {
  const jpeg = fixtureBytes('images/files/420.jpg');
  const broken = jpeg.slice();
  // A frame header that asks for sampling factors that do not exist.
  const frame = broken.findIndex((byte, i) => byte === 0xff && broken[i + 1] === 0xc0);
  broken[frame + 11] = 0xff;
  expect((await refusal('broken.jpg', broken)).reason).toMatch(/sampling/i);
  const again = await decodeImage({ name: '420.jpg', blob: new Blob([jpeg]) });
  expect(sha256(again.data)).toBe(files.find(({ file }) => file === '420.jpg')?.rgb);
});

it('does not blame the file for a blob that cannot be read', async () => {
  const blob = new Blob(['x']);
  blob.arrayBuffer = () => Promise.reject(new DOMException('gone', 'NotReadableError'));
  await expect(decodeImage({ name: 'a.png', blob })).rejects.toThrow(
    /moved or changed. Add it again/,
  );
});
