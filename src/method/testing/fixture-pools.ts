/** The reference's pools in Node, and what torch drew by chance for them. */
import { readFileSync } from 'node:fs';
import { fixtureFiles, fixtureJson } from '../../clip/testing';
import type { ModelPool } from '../../modelpool/types';
import { openPoolFiles, readPool } from './pool';

/** Base and experts of a shape, the experts as the fixtures list them. */
export async function openFixturePool(
  shape: string,
  weights: readonly number[] = [],
): Promise<ModelPool> {
  const { experts } = fixtureJson<{ experts: string[] }>(`merge/${shape}/expected.json`);
  return openPoolFiles(await readPool(shape, experts, fixtureFiles), weights);
}

/** Those of several shapes, to be asked for by shape. */
export async function openFixturePools(
  shapes: Iterable<string>,
): Promise<(shape: string) => ModelPool> {
  const pools = new Map<string, ModelPool>();
  for (const shape of new Set(shapes)) pools.set(shape, await openFixturePool(shape));
  return (shape) => {
    const pool = pools.get(shape);
    if (!pool) throw new Error(`no pool of shape ${shape}`);
    return pool;
  };
}

/** Which elements torch dropped, a byte each; null without a file. */
export function fixtureMask(file: string | undefined): Uint8Array | null {
  if (!file) return null;
  return readFileSync(new URL(`../../../reference/fixtures/methods/${file}`, import.meta.url));
}
