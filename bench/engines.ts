/**
 * Times scoring alone: the vision tower of a random ViT-B/32 and of one of the demo's size on each engine of Node, and in PyTorch with
 * the same geometry, one after the other in every round. Prints images per second, and per second of the processor, which other
 * work on the machine disturbs least.
 *
 * `npm run bench -- engines [--rounds N]`: PyTorch is left out where its environment (`reference/setup.sh`) is not there.
 */
import { execFileSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { projectRoot } from '../scripts/lib/tools.mjs';
import { elementCount } from '../src/checkpoint/data-length';
import { canonicalVisionNames } from '../src/clip/tensor-names';
import type { VisionConfig } from '../src/clip/types';
import { createVisionTower } from '../src/clip/vision-tower';
import { createCpuBackend } from '../src/runtime/cpu/backend';
import { createNativeEngine, loadNativeInNode } from '../src/runtime/ort/native-node';
import { createWasmEngine } from '../src/runtime/ort/wasm';
import { loadWasmInNode } from '../src/runtime/ort/wasm-node';
import type { OrtEngine } from '../src/runtime/types';
import { batchSize } from '../src/taskpool/batch-size';
import { NO_REFERENCE, python } from './support/processes';
import { vitB32 } from './support/random-clip';

const PROJECTION = 512;
/** Measured for so long, after one batch that is not. */
const SECONDS = 4;
/** As FusionBench's task pools, and less where that suits PyTorch's caches better. */
const TORCH_BATCHES = [16, 128];

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '3' } } });
const { vision: base32 } = vitB32(0);
const towers: readonly (readonly [string, VisionConfig])[] = [
  ['ViT-B/32', base32],
  [
    'demo',
    {
      ...base32,
      hiddenSize: 256,
      layers: 3,
      heads: 4,
      intermediateSize: 1024,
      imageSize: 32,
      patchSize: 8,
    },
  ],
];

const engines: OrtEngine[] = [await createWasmEngine(loadWasmInNode)];
try {
  engines.unshift(createNativeEngine(await loadNativeInNode()));
} catch (error) {
  console.log(`native is left out: ${error}`);
}
if (!python) console.log(`PyTorch is left out. ${NO_REFERENCE}`);
console.log(`${availableParallelism()} cores`);
for (let round = 1; round <= Number(values.rounds); round++) {
  for (const [name, vision] of towers) {
    for (const engine of engines) {
      const batch = batchSize(vision, engine.provider === 'native' ? 'native' : 'wasm');
      tell(round, name, engine.provider, batch, await score(vision, engine, batch));
    }
    for (const batch of python ? TORCH_BATCHES : []) {
      tell(round, name, 'PyTorch', batch, scoreInTorch(vision, batch));
    }
  }
}

interface Speed {
  /** Images per second, and per second of the processor. */
  readonly wall: number;
  readonly cpu: number;
}

async function score(vision: VisionConfig, engine: OrtEngine, batch: number): Promise<Speed> {
  const tensors = createCpuBackend();
  const random = (length: number, scale: number) =>
    Float32Array.from({ length }, () => scale * (Math.random() - 0.5));
  const weights = new Map(
    canonicalVisionNames(vision).map(({ name, shape }) => {
      return [name, tensors.upload(random(elementCount(shape), 0.1))] as const;
    }),
  );
  const projection = tensors.upload(random(PROJECTION * vision.hiddenSize, 0.1));
  const pictures = random(batch * vision.imageSize ** 2 * 3, 2);
  const tower = await createVisionTower(vision, PROJECTION, engine, batch);
  await tower.encode(pictures, weights, projection);
  const cpu = process.cpuUsage();
  const begun = performance.now();
  let images = 0;
  while (performance.now() - begun < SECONDS * 1000) {
    await tower.encode(pictures, weights, projection);
    images += batch;
  }
  const wall = (performance.now() - begun) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  await tower.release();
  return { wall: images / wall, cpu: images / ((user + system) / 1e6) };
}

function scoreInTorch(vision: VisionConfig, batch: number): Speed {
  const asked = JSON.stringify({ vision, projection: PROJECTION, batch, seconds: SECONDS });
  const script = resolve(projectRoot, 'bench/support/torch_engines.py');
  const told = execFileSync(python ?? '', [script, asked], { encoding: 'utf8' })
    .trim()
    .split(' ');
  return { wall: Number(told[0]), cpu: Number(told[1]) };
}

function tell(
  round: number,
  tower: string,
  engine: string,
  batch: number,
  { wall, cpu }: Speed,
): void {
  console.log(
    `${round}  ${tower.padEnd(8)}  ${engine.padEnd(7)}  batch ${`${batch}`.padStart(3)}  ${wall.toFixed(1).padStart(7)} images/s  ${cpu.toFixed(1).padStart(7)} per second of the processor`,
  );
}
