import { describe, expect, it } from 'vitest';
import {
  decodeFloat32,
  encodeFloat32,
  type OutputDtype,
  readFloat32,
} from '../../checkpoint/dtype';
import { VISUAL_PROJECTION } from '../tensor-names';
import {
  cutPatches,
  fixtureFloats,
  fixtureJson,
  nodeEngines,
  openFixture,
  relativeError,
  upload,
  visionWeights,
  wasmEngine,
} from '../testing';
import type { ClipModel, VisionConfig } from '../types';
import { createVisionTower } from '../vision-tower';
import { isOwnModel } from './own-model';
import { type VisionWeight, visionFile } from './vision-file';

/** As for the tower that runs here. */
const TOLERANCE = 1e-5;
const PROJECTION = 32;

async function weightsOf(model: ClipModel, dtype: OutputDtype): Promise<VisionWeight[]> {
  const sources = [...model.visionTensors];
  if (model.visualProjection) sources.push([VISUAL_PROJECTION, model.visualProjection]);
  return Promise.all(
    sources.map(async ([name, source]) => {
      const bytes = encodeFloat32(await readFloat32(source), dtype);
      return { name, dtype, byteLength: bytes.length, read: async () => bytes };
    }),
  );
}

async function bytesOf(
  config: VisionConfig,
  weights: readonly VisionWeight[],
  projection: number | null = PROJECTION,
): Promise<Uint8Array<ArrayBuffer>> {
  const file = visionFile(config, projection, weights, { of: 'a test' });
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for await (const chunk of file.chunks()) parts.push(chunk);
  const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
  expect(bytes).toHaveLength(file.byteLength);
  return bytes;
}

async function run(bytes: Uint8Array<ArrayBuffer>, data: Float32Array, config: VisionConfig) {
  const session = await (await wasmEngine()).createSession(bytes);
  const dims = [data.length / (3 * config.imageSize ** 2), 3, config.imageSize, config.imageSize];
  const found = await session.run({ pixel_values: { dims, data } });
  await session.release();
  return found;
}

describe.each(['p8-32', 'p16-48', 'p8-24'])('the tower of %s in a file', (shape) => {
  const prepare = async () => {
    const model = await openFixture(`merge/${shape}/base`);
    return { model, pixels: fixtureFloats(`clip/${shape}/pixel-values.bin`) };
  };

  it('gives transformers’ embeddings, of any number of pictures, on every engine of Node', async () => {
    const { model, pixels } = await prepare();
    const { vision } = fixtureJson<{ vision: { imageEmbeds: number[][] } }>(
      `clip/${shape}/expected.json`,
    );
    const bytes = await bytesOf(model.vision, await weightsOf(model, 'F32'));
    const [first = []] = vision.imageEmbeds;
    const alone = pixels.slice(0, pixels.length / vision.imageEmbeds.length);
    const side = model.vision.imageSize;
    for (const [provider, engine] of await nodeEngines()) {
      const session = await engine.createSession(bytes);
      for (const [data, expected] of [
        [pixels, vision.imageEmbeds.flat()],
        [alone, first],
      ] as const) {
        const dims = [expected.length / PROJECTION, 3, side, side];
        const { image_embeds: found = [] } = await session.run({ pixel_values: { dims, data } });
        expect(found, provider).toHaveLength(expected.length);
        expect(relativeError(found, expected), provider).toBeLessThan(TOLERANCE);
      }
      await session.release();
    }
  });

  it('gives what the tower that runs here gives', async () => {
    const { model, pixels } = await prepare();
    if (!model.visualProjection) throw new Error('a fixture base has a projection');
    const tower = await createVisionTower(model.vision, PROJECTION, await wasmEngine(), 3);
    const patches = cutPatches(pixels, model.vision);
    const projection = await upload(model.visualProjection);
    const expected = await tower.encode(patches, await visionWeights(model), projection);
    await tower.release();
    const bytes = await bytesOf(model.vision, await weightsOf(model, 'F32'));
    const { image_embeds: found = [] } = await run(bytes, pixels, model.vision);
    expect(relativeError(found, expected)).toBeLessThan(1e-6);
  });

  it.each([
    ['F16', 2e-3],
    ['BF16', 2e-2],
  ] as const)('of %s weights computes in float32 with what they are', async (dtype, tolerance) => {
    const { model, pixels } = await prepare();
    const whole = await bytesOf(model.vision, await weightsOf(model, 'F32'));
    const half = await bytesOf(model.vision, await weightsOf(model, dtype));
    expect(half.length).toBeLessThan(0.6 * whole.length);
    const { image_embeds: expected = new Float32Array(0) } = await run(whole, pixels, model.vision);
    const { image_embeds: found = [] } = await run(half, pixels, model.vision);
    expect(relativeError(found, expected)).toBeLessThan(tolerance);
    const rounded = (await weightsOf(model, dtype)).map(async ({ name, read }) => {
      const bytes = encodeFloat32(decodeFloat32(await read(), dtype), 'F32');
      return { name, dtype: 'F32' as const, byteLength: bytes.length, read: async () => bytes };
    });
    const same = await bytesOf(model.vision, await Promise.all(rounded));
    const { image_embeds: exact = new Float32Array(0) } = await run(same, pixels, model.vision);
    expect(relativeError(found, exact)).toBeLessThan(1e-6);
  });

  it('ends before the projection where there is none', async () => {
    const { model, pixels } = await prepare();
    const weights = await weightsOf(model, 'F32');
    const tower = weights.filter(({ name }) => name !== VISUAL_PROJECTION);
    const bytes = await bytesOf(model.vision, tower, null);
    const { pooler_output: pooled = new Float32Array(0) } = await run(bytes, pixels, model.vision);
    expect(pooled).toHaveLength(3 * model.vision.hiddenSize);
    const { image_embeds: expected = new Float32Array(0) } = await run(
      await bytesOf(model.vision, weights),
      pixels,
      model.vision,
    );
    const matrix = model.visualProjection && (await readFloat32(model.visualProjection));
    const { hiddenSize: width } = model.vision;
    const product = Float32Array.from({ length: 3 * PROJECTION }, (_, at) => {
      const [picture, row] = [Math.floor(at / PROJECTION), at % PROJECTION];
      let sum = 0;
      for (let k = 0; k < width; k++) {
        sum += (pooled[picture * width + k] ?? 0) * (matrix?.[row * width + k] ?? 0);
      }
      return sum;
    });
    expect(relativeError(product, expected)).toBeLessThan(TOLERANCE);
  });
});

it.each(['mean of normed', 'norm of mean'] as const)(
  'pools as the tower that runs here does: %s',
  async (pooling) => {
    const model = await openFixture('merge/p8-32/base');
    if (!model.visualProjection) throw new Error('a fixture base has a projection');
    const config = { ...model.vision, pooling };
    const pixels = fixtureFloats('clip/p8-32/pixel-values.bin');
    const tower = await createVisionTower(config, PROJECTION, await wasmEngine(), 3);
    const patches = cutPatches(pixels, config);
    const projection = await upload(model.visualProjection);
    const expected = await tower.encode(patches, await visionWeights(model), projection);
    await tower.release();
    const bytes = await bytesOf(config, await weightsOf(model, 'F32'));
    const { image_embeds: found = [] } = await run(bytes, pixels, config);
    expect(relativeError(found, expected)).toBeLessThan(1e-6);
  },
);

it('does not look at what is beyond the last whole patch', async () => {
  const model = await openFixture('merge/p8-32/base');
  const config = { ...model.vision, imageSize: 35 };
  const weights = await weightsOf(model, 'F32');
  const [wide, narrow] = [await bytesOf(config, weights), await bytesOf(model.vision, weights)];
  const pixels = fixtureFloats('clip/p8-32/pixel-values.bin').slice(0, 3 * 32 ** 2);
  const padded = new Float32Array(3 * 35 ** 2).fill(9);
  for (let row = 0; row < 3 * 32; row++) {
    const at = (Math.floor(row / 32) * 35 + (row % 32)) * 35;
    padded.set(pixels.subarray(row * 32, (row + 1) * 32), at);
  }
  const { image_embeds: expected = new Float32Array(0) } = await run(narrow, pixels, model.vision);
  const { image_embeds: found = [] } = await run(wide, padded, config);
  expect(relativeError(found, expected)).toBeLessThan(1e-6);
});

it('is told from files of others', async () => {
  const model = await openFixture('merge/p8-32/base');
  const bytes = await bytesOf(model.vision, await weightsOf(model, 'F32'));
  expect(await isOwnModel(new Blob([bytes]))).toBe(true);
  expect(await isOwnModel(new Blob([bytes.slice(1)]))).toBe(false);
  expect(await isOwnModel(new Blob(['']))).toBe(false);
});

describe('a file is not begun, or not finished', () => {
  it('without a weight', async () => {
    const model = await openFixture('merge/p8-32/base');
    const weights = (await weightsOf(model, 'F32')).slice(1);
    expect(() => visionFile(model.vision, PROJECTION, weights, {})).toThrow(
      /The vision tower has no embeddings\./,
    );
  });

  it('with a weight of another size', async () => {
    const model = await openFixture('merge/p8-32/base');
    const [first, ...others] = await weightsOf(model, 'F32');
    if (!first) throw new Error('there are weights');
    const short = { ...first, read: async () => new Uint8Array(1) };
    await expect(bytesOf(model.vision, [short, ...others])).rejects.toThrow('bytes and has 1');
  });
});
