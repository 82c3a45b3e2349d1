/** Random CLIPs of a published geometry, written as Hugging Face folders. */
import { createWriteStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  configOf,
  type Geometry,
  type RandomKind,
  randomClip,
} from '../../src/engine/testing/random-clip';

export { type Geometry, vitB32, vitL14 } from '../../src/engine/testing/random-clip';

/** Writes `model.safetensors`, and for a full CLIP its `config.json`. */
export async function writeRandomClip(
  folder: string,
  geometry: Geometry,
  kind: RandomKind,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const { byteLength, chunks } = randomClip(geometry, kind);
  await pipeline(Readable.from(chunks()), createWriteStream(`${folder}/model.safetensors`));
  if ('full' in kind) await writeFile(`${folder}/config.json`, JSON.stringify(configOf(geometry)));
  console.log(`wrote ${folder} (${Math.round(byteLength / 1e6)} MB)`);
}
