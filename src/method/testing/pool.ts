/** Pools for tests: of the fixtures, whose files are had from a folder in Node and over HTTP in a browser, or made by hand. */
import type { NamedBlob } from '../../checkpoint/types';
import { openClip } from '../../clip/open';
import { BASE_PATCH32, checkpoint, tensor } from '../../clip/testing-checkpoints';
import type { ClipModel } from '../../clip/types';
import { openModelPool } from '../../modelpool/judge';
import type { ModelPool } from '../../modelpool/types';
import { mergedFromCheckpoints } from '../merged-values';
import type { MethodChoice } from '../types';

export interface PoolFiles {
  readonly base: readonly NamedBlob[];
  /** In pool order. */
  readonly experts: readonly { readonly name: string; readonly files: readonly NamedBlob[] }[];
}

export async function openPoolFiles(
  { base, experts }: PoolFiles,
  weights: readonly number[] = [],
): Promise<ModelPool> {
  const pretrained = await openClip('_pretrained_', base);
  const models = await Promise.all(
    experts.map(({ name, files }) => openClip(name, files, pretrained)),
  );
  return openModelPool(
    pretrained,
    models.map((model, i) => ({ model, weight: weights[i] ?? 1 })),
  );
}

/** Reads the pool of a shape through `folder`, which gives the files below `reference/fixtures`. */
export async function readPool(
  shape: string,
  experts: readonly string[],
  folder: (path: string) => Promise<NamedBlob[]>,
): Promise<PoolFiles> {
  return {
    base: await folder(`merge/${shape}/base`),
    experts: await Promise.all(
      experts.map(async (name) => ({
        name,
        files: await folder(`merge/${shape}/experts/${name}`),
      })),
    ),
  };
}

/**
 * A pool of a few small vectors, by tensor name: what a method does to numbers, without a model around them. Of those with shapes
 * it has matrices.
 */
export function vectorPool(
  base: Readonly<Record<string, readonly number[]>>,
  experts: readonly Readonly<Record<string, readonly number[]>>[],
  weights: readonly number[] = [],
  shapes: Readonly<Record<string, readonly number[]>> = {},
): ModelPool {
  return {
    pretrained: vectors('_pretrained_', base, shapes),
    experts: experts.map((values, i) => ({
      model: vectors(`expert-${i}`, values, shapes),
      weight: weights[i] ?? 1,
    })),
    mergedNames: Object.keys(base),
  };
}

function vectors(
  name: string,
  values: Readonly<Record<string, readonly number[]>>,
  shapes: Readonly<Record<string, readonly number[]>>,
): ClipModel {
  const tensors = Object.entries(values).map(([key, data]) =>
    tensor(key, shapes[key] ?? [data.length], data),
  );
  const file = checkpoint(tensors);
  return {
    name,
    checkpoint: file,
    architecture: 'CLIPVisionModel',
    vision: BASE_PATCH32,
    visionTensors: file.tensors,
    visionPrefix: '',
    assumptions: [],
    remarks: [],
  };
}

/** All merged tensors by name, from the checkpoints. */
export async function mergeVectors(
  pool: ModelPool,
  choice: MethodChoice,
  scalingFactor = 1,
): Promise<Record<string, number[]>> {
  const merged = mergedFromCheckpoints(pool, choice, scalingFactor);
  const result: Record<string, number[]> = {};
  for (const name of pool.mergedNames) result[name] = [...(await merged(name))];
  return result;
}
