/** Pools of random ViT-B/32 vision towers, as folders that this program and transformers load. */
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { configOf, type Geometry } from '../../src/engine/testing/random-clip';
import { vitB32, writeRandomClip } from './random-clip';

/** The text tower takes no part in a vision tower's files. */
const GEOMETRY = vitB32(1);

export interface RandomPool {
  readonly base: string;
  readonly experts: readonly string[];
}

/** Folders of a base and `count` experts, 350 MB each; those that are there already are kept. */
export async function randomPool(folder: string, count: number): Promise<RandomPool> {
  const base = join(folder, 'base');
  await writeTower(base, { baseSeed: 1, seed: 1 });
  const experts = Array.from({ length: count }, (_, i) => join(folder, `expert-${i + 1}`));
  for (const [i, expert] of experts.entries())
    await writeTower(expert, { baseSeed: 1, seed: 2 + i });
  return { base, experts };
}

async function writeTower(
  folder: string,
  kind: { readonly baseSeed: number; readonly seed: number },
): Promise<void> {
  // Written last: a folder without it was left half done.
  const config = join(folder, 'config.json');
  if (existsSync(config)) return;
  await writeRandomClip(folder, GEOMETRY, kind);
  await writeFile(config, JSON.stringify(visionConfig(GEOMETRY)));
}

/** As transformers writes it for a `CLIPVisionModel`. */
function visionConfig(geometry: Geometry): object {
  const { vision_config } = configOf(geometry) as { vision_config: object };
  return {
    ...vision_config,
    architectures: ['CLIPVisionModel'],
    model_type: 'clip_vision_model',
    projection_dim: geometry.projectionDim,
    dtype: 'float32',
  };
}
