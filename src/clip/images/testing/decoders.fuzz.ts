/** Test support: damaged pictures of every format. */
import { damaged, type FuzzTarget } from '../../../checkpoint/testing/fuzz';
import { decodeImage } from '../decode';
import { expected, fixtureBytes, fixtureJson } from '../fixtures';
import { formatFiles } from './format-files';

/** By what each file is, whatever fixture it is of. */
function originals(): Map<string, Uint8Array<ArrayBuffer>[]> {
  const files = new Map<string, Uint8Array<ArrayBuffer>[]>();
  const add = (format: string, bytes: Uint8Array<ArrayBuffer>) => {
    const name = NAMES[format.toLowerCase()] ?? format;
    files.set(name, [...(files.get(name) ?? []), bytes]);
  };
  for (const { file } of expected().files) {
    add(file.slice(file.lastIndexOf('.') + 1), fixtureBytes(`images/files/${file}`));
  }
  for (const { file } of fixtureJson<{ png: { file: string }[] }>('image-oddities.json').png) {
    add('png', new Uint8Array(Buffer.from(file, 'base64')));
  }
  for (const { format, bytes } of formatFiles()) add(format, bytes);
  return files;
}

const NAMES: Readonly<Record<string, string>> = {
  png: 'PNG',
  jpg: 'JPEG',
  jpeg: 'JPEG',
  webp: 'WebP',
  gif: 'GIF',
};

export const DECODERS: readonly FuzzTarget[] = [...originals()].map(([name, good]) => ({
  name,
  async read(seed) {
    const blob = new Blob([damaged(good, seed, 'start')]);
    const { width, height, data } = await decodeImage({ name: 'a', blob });
    if (width * height === 0 || data.length !== width * height * 3) {
      throw new Error(`${width} x ${height} pixels in ${data.length} bytes`);
    }
  },
}));
