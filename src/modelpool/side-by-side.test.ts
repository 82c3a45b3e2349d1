import { describe, expect, it } from 'vitest';
import { openClip } from '../clip/open';
import { fixtureFiles } from '../clip/testing';
import type { ClipModel } from '../clip/types';
import { mergedNames } from './judge';
import { type PartValues, readSideBySide } from './side-by-side';

const open = async (path: string, name: string) =>
  openClip(name, await fixtureFiles(`merge/${path}`));

const base = await open('p8-32/base', '_pretrained_');
const expert = await open('p8-32/experts/outlines', 'outlines');
const names = mergedNames(base);

const unexpected = (_: number, reason: unknown): void => {
  throw reason;
};

/** Every piece of memory that was handed out. */
function memoryOf(seen: Set<ArrayBufferLike>, { base: theta, experts }: PartValues): void {
  for (const values of [theta, ...experts]) if (values) seen.add(values.buffer);
}

const sizes = (seen: ReadonlySet<ArrayBufferLike>) => [...seen].map(({ byteLength }) => byteLength);

describe('the memory of models that are read side by side', () => {
  it('is given back when everything was read', async () => {
    const seen = new Set<ArrayBufferLike>();
    for await (const part of readSideBySide(base, [{ model: expert }], names, unexpected)) {
      expect(part.base.length).toBeGreaterThan(0);
      memoryOf(seen, part);
    }
    expect(seen.size).toBeGreaterThanOrEqual(4);
    expect(sizes(seen).every((bytes) => bytes === 0)).toBe(true);
  });

  it('is given back when nobody asks for more, after what is being read meanwhile', async () => {
    const seen = new Set<ArrayBufferLike>();
    let reading = 0;
    let written = 0;
    const slow: ClipModel = {
      ...expert,
      visionTensors: new Map(
        [...expert.visionTensors].map(([name, tensor]) => [
          name,
          {
            ...tensor,
            readInto: async (begin: number, into: Uint8Array<ArrayBuffer>) => {
              reading += 1;
              await new Promise((resolve) => setTimeout(resolve, 20));
              await tensor.readInto?.(begin, into);
              written += into.length > 0 ? 1 : 0;
            },
          },
        ]),
      ),
    };
    for await (const part of readSideBySide(base, [{ model: slow }], names, unexpected)) {
      memoryOf(seen, part);
      break;
    }
    expect(reading).toBe(2);
    expect(written).toBe(2);
    expect(sizes(seen)).toEqual([0, 0]);
  });
});
