/** Pictures decoded where the program decodes them: in a dedicated worker. */

import { expose } from 'comlink';
import type { ByteSource } from '../../src/checkpoint/byte-source';
import { decodeImage } from '../../src/clip/images/decode';
import { readImageSet } from '../../src/taskpool/images/read-image-set';

async function sha256(data: Uint8Array): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', data.slice()));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

async function decoded(name: string, blob: ByteSource): Promise<string> {
  try {
    return await sha256((await decodeImage({ name, blob })).data);
  } catch (error) {
    return String(error);
  }
}

const picturesWorker = {
  /** SHA-256 of each file's pixels, or what was thrown. */
  decode: async (files: readonly File[]) => {
    const results: [name: string, result: string][] = [];
    for (const file of files) results.push([file.name, await decoded(file.name, file)]);
    return results;
  },
  /** The pictures of dropped zips: task, name, and SHA-256 of the pixels. */
  readZips: async (files: readonly File[]) => {
    const { tasks } = await readImageSet(files.map((blob) => ({ name: blob.name, blob })));
    const results: [task: string, name: string, result: string][] = [];
    for (const { name: task, images } of tasks) {
      for (const { name, blob } of images) results.push([task, name, await decoded(name, blob)]);
    }
    return results;
  },
};

export type PicturesWorker = typeof picturesWorker;
expose(picturesWorker);
