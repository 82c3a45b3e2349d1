import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { readFloat32 } from '../checkpoint/dtype';
import { openFixture } from './testing';
import type { ClipModel } from './types';

const POOL = 'formats/pool';

async function hashes(model: ClipModel): Promise<Record<string, string>> {
  const entries: [string, string][] = [];
  for (const [name, source] of model.visionTensors) {
    const digest = createHash('sha256').update(await source.read());
    entries.push([name, digest.digest('hex')]);
  }
  return Object.fromEntries(entries.sort());
}

it.each([
  ['torch', 'outlines'],
  ['open-clip', 'surfaces'],
])('an expert kept by %s is the expert, bit for bit', async (library, expert) => {
  const base = await openFixture('merge/p8-32/base');
  const other = await openFixture(`${POOL}/${library}/${expert}`, base);
  const original = await openFixture(`merge/p8-32/experts/${expert}`, base);
  expect(await hashes(other)).toEqual(await hashes(original));
  expect(other.vision).toEqual(original.vision);
});

it('an expert kept as an adapter of the base is the one that PEFT merges', async () => {
  const base = await openFixture('merge/p8-32/base');
  const adapter = await openFixture(`${POOL}/lora/outlines`, base);
  const merged = await openFixture(`${POOL}/lora-merged/outlines`, base);
  for (const [name, source] of merged.visionTensors) {
    const own = adapter.visionTensors.get(name);
    const expected = await readFloat32(source);
    const values = own && (await readFloat32(own));
    const differences = expected.map((value, i) => Math.abs(value - (values?.[i] ?? Number.NaN)));
    expect(Math.max(...differences), name).toBeLessThan(1e-6);
  }
});
