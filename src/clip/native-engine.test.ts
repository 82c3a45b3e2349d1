/** Both towers on ONNX Runtime's native build, held to transformers and to the wasm build. */
import { describe, expect, it } from 'vitest';
import { cpuBufferData } from '../runtime/cpu/backend';
import type { OrtEngine } from '../runtime/types';
import {
  cutPatches,
  fixtureFloats,
  fixtureJson,
  nativeEngine,
  openFixture,
  relativeError,
  upload,
  visionWeights,
  wasmEngine,
} from './testing';
import { encodePrompts } from './text-encoder';
import { createHoldingVisionTower, createVisionTower } from './vision-tower';

interface Expected {
  readonly configuredEosTokenId: number;
  readonly vision: { readonly imageEmbeds: number[][] };
  readonly prompts: readonly {
    readonly text: string;
    readonly eosTokenId: Readonly<Record<string, { readonly textEmbeds: number[] }>>;
  }[];
}

/** Of the largest value: against transformers the project's promise, against wasm what two float32 builds differ by in small towers. */
const TOLERANCE = { transformers: 1e-5, wasm: 1e-6 };
const PROJECTION = 32;

const native = await nativeEngine();

describe.skipIf(!native).each(['p8-32', 'p16-48', 'p8-24'])('%s on native code', (shape) => {
  it('has the image embeddings of transformers and of wasm, in every batch size', async () => {
    const model = await openFixture(`merge/${shape}/base`);
    if (!native || !model.visualProjection) throw new Error('a fixture base has a projection');
    const patches = cutPatches(fixtureFloats(`clip/${shape}/pixel-values.bin`), model.vision);
    const weights = await visionWeights(model);
    const projection = await upload(model.visualProjection);
    const embed = async (engine: OrtEngine, batch: number) => {
      const tower = await createVisionTower(model.vision, PROJECTION, engine, batch);
      const room = new Float32Array((patches.length / 3) * batch);
      room.set(patches);
      const embeddings = await tower.encode(room, weights, projection);
      await tower.release();
      return embeddings.slice(0, 3 * PROJECTION);
    };
    const expected = fixtureJson<Expected>(`clip/${shape}/expected.json`).vision.imageEmbeds.flat();
    const wasm = await embed(await wasmEngine(), 3);
    for (const batch of [3, 4, 128]) {
      const own = await embed(native, batch);
      expect(relativeError(own, expected)).toBeLessThan(TOLERANCE.transformers);
      expect(relativeError(own, wasm)).toBeLessThan(TOLERANCE.wasm);
    }
  });

  it('has them as well with weights that its session holds, whatever becomes of the buffers', async () => {
    const model = await openFixture(`merge/${shape}/base`);
    if (!native || !model.visualProjection) throw new Error('a fixture base has a projection');
    const patches = cutPatches(fixtureFloats(`clip/${shape}/pixel-values.bin`), model.vision);
    const weights = await visionWeights(model);
    const buffer = await upload(model.visualProjection);
    const held = { buffer, dimension: PROJECTION };
    const make = (of: typeof weights) =>
      createHoldingVisionTower(model.vision, held, native, 2, of);
    const tower = await make(weights);
    for (const each of [...weights.values(), buffer]) cpuBufferData(each).fill(0);
    const room = new Float32Array((patches.length / 3) * 4);
    room.set(patches);
    const own = await tower.encode(room, new Map(), buffer);
    await tower.release();
    const expected = fixtureJson<Expected>(`clip/${shape}/expected.json`).vision.imageEmbeds.flat();
    expect(relativeError(own.slice(0, 3 * PROJECTION), expected)).toBeLessThan(
      TOLERANCE.transformers,
    );
    await expect(tower.encode(room.subarray(1), weights, buffer)).rejects.toThrow(RangeError);
    await expect(make(new Map())).rejects.toThrow('The vision tower got no ');
  });

  it('has the text embeddings of transformers and of wasm', async () => {
    const model = await openFixture(`merge/${shape}/base`);
    if (!native) throw new Error('it loads');
    const { prompts, configuredEosTokenId } = fixtureJson<Expected>(`clip/${shape}/expected.json`);
    const texts = prompts.map(({ text }) => text);
    const own = await encodePrompts(model, native, texts);
    const wasm = await encodePrompts(model, await wasmEngine(), texts);
    for (const [index, row] of prompts.entries()) {
      const wanted = row.eosTokenId[configuredEosTokenId]?.textEmbeds ?? [];
      expect(relativeError(own[index] ?? [], wanted)).toBeLessThan(TOLERANCE.transformers);
      expect(relativeError(own[index] ?? [], wasm[index] ?? [])).toBeLessThan(TOLERANCE.wasm);
    }
  });
});
