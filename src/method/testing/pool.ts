/** A pool of the fixtures, however its files are had: from a folder in Node, over HTTP in a browser. */
import type { NamedBlob } from '../../checkpoint/types';
import { openClip } from '../../clip/open';
import { openModelPool } from '../../modelpool/judge';
import type { ModelPool } from '../../modelpool/types';

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
