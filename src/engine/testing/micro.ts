/** Test support: a pool and tasks so small that a thousand of them are merged and scored in seconds. */

import { createHash } from 'node:crypto';
import { zlibSync } from 'fflate';
import { joinBytes } from '../../checkpoint/join-bytes';
import { encodeSafetensors } from '../../checkpoint/safetensors/encode-safetensors';
import { fixtureFile } from '../../clip/testing';
import type { DroppedFile } from '../api';
import { configOf, type Geometry, type RandomKind, randomClip } from './random-clip';

const TOWER = {
  activation: 'quick_gelu',
  layerNormEps: 1e-5,
  hiddenSize: 4,
  layers: 1,
  heads: 1,
  intermediateSize: 4,
} as const;

/** The vocabulary is that of the fixtures' tokenizer. */
export const MICRO: Geometry = {
  projectionDim: 4,
  vision: { ...TOWER, imageSize: 4, patchSize: 2 },
  text: { ...TOWER, vocabSize: 794, maxPositions: 16, eosTokenId: 2 },
};

/** What can be dropped, by name. */
export interface MicroFiles {
  readonly models: Readonly<Record<string, readonly DroppedFile[]>>;
  readonly tasks: Readonly<Record<string, readonly DroppedFile[]>>;
  /** SHA-256 of each model's weights. */
  readonly sums: Readonly<Record<string, string>>;
}

const SIDE = 4;

export async function microFiles(): Promise<MicroFiles> {
  const tokenizer = (await fixtureFile('merge/p8-32/base/tokenizer.json')).blob;
  const full = async (seed: number) => [
    file('model.safetensors', await weights({ full: true, seed })),
    file('config.json', json(configOf(MICRO))),
    file('preprocessor_config.json', json(PROCESSOR)),
    file('tokenizer.json', new Uint8Array(await tokenizer.arrayBuffer())),
  ];
  const expert = async (seed: number) => [
    file('model.safetensors', await weights({ baseSeed: 1, seed })),
  ];
  const models = {
    base: await full(1),
    second: await full(2),
    alpha: await expert(3),
    beta: await expert(4),
    gamma: await expert(5),
    twins: [file('twins.pt', await twoStateDicts())],
    lora: [
      file('adapter_model.safetensors', await adapter()),
      file(
        'adapter_config.json',
        json({ peft_type: 'LORA', r: 1, lora_alpha: 2, target_modules: ['q_proj'] }),
      ),
    ],
  };
  const sums = await Promise.all(
    Object.entries(models).map(async ([name, [first]]) => {
      const bytes = new Uint8Array((await first?.arrayBuffer()) ?? new ArrayBuffer(0));
      return [name, createHash('sha256').update(bytes).digest('hex')];
    }),
  );
  return {
    models: inFolders(models),
    tasks: { alpha: pictures('alpha', 1, 6), pairs: pictures('pairs', 2, 3) },
    sums: Object.fromEntries(sums),
  };
}

const PROCESSOR = {
  do_resize: false,
  do_center_crop: true,
  crop_size: { height: SIDE, width: SIDE },
  do_rescale: true,
  rescale_factor: 1 / 255,
  do_normalize: true,
  image_mean: [0.5, 0.5, 0.5],
  image_std: [0.5, 0.5, 0.5],
};

async function weights(kind: RandomKind): Promise<Uint8Array<ArrayBuffer>> {
  return joined(randomClip(MICRO, kind).chunks());
}

/** Two towers of this geometry, under `model` and `model_ema`. */
async function twoStateDicts(): Promise<Uint8Array<ArrayBuffer>> {
  const { blob } = await fixtureFile('formats/pool/parts/micro.pt');
  return new Uint8Array(await blob.arrayBuffer());
}

/** A LoRA adapter of one layer: what it makes of a base depends on the base. */
async function adapter(): Promise<Uint8Array<ArrayBuffer>> {
  const prefix = 'base_model.model.vision_model.encoder.layers.0.self_attn.q_proj';
  const matrix = (name: string, shape: readonly number[], value: number) => ({
    name: `${prefix}.${name}.weight`,
    dtype: 'F32' as const,
    shape,
    byteLength: 16,
    read: async () => new Uint8Array(new Float32Array(4).fill(value).buffer),
  });
  const tensors = [matrix('lora_A', [1, 4], 0.5), matrix('lora_B', [4, 1], 0.25)];
  return joined(encodeSafetensors(tensors).chunks());
}

async function joined(
  chunks: AsyncIterable<Uint8Array<ArrayBuffer>>,
): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

function json(value: unknown): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(value));
}

function file(name: string, bytes: Uint8Array<ArrayBuffer>): File {
  return new File([bytes], name);
}

function inFolders(
  files: Readonly<Record<string, readonly File[]>>,
): Record<string, readonly DroppedFile[]> {
  return Object.fromEntries(
    Object.entries(files).map(([folder, list]) => [
      folder,
      list.map((part) => ({ path: `${folder}/${part.name}`, file: part })),
    ]),
  );
}

/** `perClass` pictures of each of two classes, in folders of theirs. */
function pictures(task: string, seed: number, perClass: number): DroppedFile[] {
  return ['left', 'right'].flatMap((name, label) =>
    Array.from({ length: perClass }, (_, i) => ({
      path: `${task}/${name}/${i}.png`,
      file: file(`${i}.png`, png(seed * 1000 + label * 100 + i)),
    })),
  );
}

/** A PNG of seeded noise: signature, header, one block of unfiltered rows, end (PNG specification, section 11). */
function png(seed: number): Uint8Array<ArrayBuffer> {
  const rows = new Uint8Array(SIDE * (1 + 3 * SIDE));
  let state = seed;
  for (let i = 0; i < rows.length; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    rows[i] = i % (1 + 3 * SIDE) === 0 ? 0 : state >>> 24;
  }
  const header = new Uint8Array(13);
  new DataView(header.buffer).setUint32(0, SIDE);
  new DataView(header.buffer).setUint32(4, SIDE);
  header.set([8, 2, 0, 0, 0], 8);
  return joinBytes([
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    chunk('IHDR', header),
    chunk('IDAT', zlibSync(rows)),
    chunk('IEND', new Uint8Array(0)),
  ]);
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  bytes.set(new TextEncoder().encode(type), 4);
  bytes.set(data, 8);
  view.setUint32(8 + data.length, crc32(bytes.subarray(4, 8 + data.length)));
  return bytes;
}

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}
