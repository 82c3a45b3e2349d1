import { describe, expect, it, vi } from 'vitest';
import {
  encodeSafetensors,
  type WritableTensor,
} from '../../checkpoint/safetensors/encode-safetensors';
import { openSafetensors } from '../../checkpoint/safetensors/open-safetensors';
import { combine } from '../../method/combine';
import { simpleAverage } from '../../method/simple-average';
import type { Combination } from '../../method/types';
import { openModelPool } from '../../modelpool/judge';
import { countedBackend } from '../testing/counted-backend';
import { microInputs, openMicro } from '../testing/micro-models';
import { combinedOf, encodeCombination, loadCombination } from './combination-file';
import type { ScoringInputs } from './readiness';

const micro = await openMicro();
const { base } = micro.models;
const inputs = microInputs(micro);
const average = microInputs(micro, { method: simpleAverage });
const { signal } = new AbortController();
const onProgress = () => undefined;

async function combined(of: ScoringInputs) {
  const { backend } = countedBackend();
  return combine(openModelPool(of.base.model, of.experts), of.method, { backend });
}

async function fileOf(combination: Combination): Promise<Uint8Array<ArrayBuffer>> {
  const buffers = combinedOf(combination);
  const lengths = new Map(Array.from(buffers, ([name, { length }]) => [name, length]));
  const { byteLength, chunks } = await encodeCombination(lengths, async (name) => {
    const buffer = buffers.get(name);
    if (!buffer) throw new Error(`no ${name}`);
    return combination.backend.read(buffer);
  });
  const bytes = new Uint8Array(byteLength);
  let at = 0;
  for await (const chunk of chunks()) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  expect(at).toBe(byteLength);
  return bytes;
}

const valuesOf = async (combination: Combination) => {
  const read = async (buffers: Combination['base']) =>
    Promise.all(
      Array.from(buffers, async ([name, buffer]) => [name, await combination.backend.read(buffer)]),
    );
  return {
    kind: combination.kind,
    base: Object.fromEntries(await read(combination.base)),
    combined: Object.fromEntries(await read(combinedOf(combination))),
  };
};

describe('a large combination as a file', () => {
  /** Files of more than 8 MiB, whose tensors are read together. */
  const names = [...base.visionTensors.keys()].sort().slice(-3);
  const length = 2 ** 20;
  const tensorOf = (seed: number) =>
    new Float32Array(length).map((_, i) => ((i * 7919 + seed) % 1009) / 1009);

  async function large() {
    const tensors = names.map(
      (name, seed): WritableTensor => ({
        name,
        dtype: 'F32',
        shape: [length],
        byteLength: length * 4,
        read: async () => new Uint8Array(tensorOf(seed).buffer),
      }),
    );
    const parts: BlobPart[] = [];
    for await (const chunk of encodeSafetensors(tensors).chunks()) parts.push(chunk);
    const { tensors: visionTensors } = await openSafetensors({ name: 'm', blob: new Blob(parts) });
    const { chunks } = await encodeCombination(
      new Map(names.map((name) => [name, length])),
      async (name) => tensorOf(10 + names.indexOf(name)),
    );
    const kept: BlobPart[] = [];
    for await (const chunk of chunks()) kept.push(chunk.slice());
    return { pretrained: { ...base, visionTensors }, blob: new Blob(kept) };
  }

  it.each(['cpu', 'webgpu'] as const)('comes back as it was, on %s', async (kind) => {
    const { pretrained, blob } = await large();
    const { backend, alive } = countedBackend();
    const told: number[] = [];
    const loaded = await loadCombination(
      blob,
      'task vector',
      pretrained,
      { ...backend, kind },
      {
        signal,
        onProgress: (done) => told.push(done),
      },
    );
    expect(told).toEqual([1, 2, 3]);
    for (const [seed, name] of names.entries()) {
      for (const [buffers, first] of [
        [loaded.base, 0],
        [combinedOf(loaded), 10],
      ] as const) {
        const buffer = buffers.get(name);
        const values = buffer && (await backend.read(buffer));
        expect(
          values && Buffer.from(values.buffer).equals(Buffer.from(tensorOf(first + seed).buffer)),
        ).toBe(true);
      }
    }
    loaded.free();
    expect(alive()).toBe(0);
  });

  it('is refused where a bit of its last tensor is another, and gives everything back', async () => {
    const { pretrained, blob } = await large();
    const bytes = new Uint8Array(await blob.arrayBuffer());
    const at = bytes.length - 4096;
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    const { backend, alive } = countedBackend();
    const loading = loadCombination(new Blob([bytes]), 'task vector', pretrained, backend, {
      signal,
      onProgress,
    });
    await expect(loading).rejects.toThrow(`${names.at(-1)} is not as it was written`);
    expect(alive()).toBe(0);
  });
});

describe('a combination as a file', () => {
  it.each([
    ['a task vector', inputs],
    ['weights', average],
  ])('comes back as it was: %s', async (_, of) => {
    const combination = await combined(of);
    const blob = new Blob([await fileOf(combination)]);
    const { backend, alive } = countedBackend();
    const told: number[] = [];
    const loaded = await loadCombination(blob, of.method.method.kind, base, backend, {
      signal,
      onProgress: (done, total) => told.push(done / total),
    });
    expect(await valuesOf(loaded)).toEqual(await valuesOf(combination));
    expect(told).toHaveLength(loaded.base.size);
    expect(told.at(-1)).toBe(1);
    expect(alive()).toBe(2 * loaded.base.size);
    loaded.free();
    expect(alive()).toBe(0);
  });

  const rejected = async (bytes: BlobPart, given = signal) => {
    const { backend, alive } = countedBackend();
    const blob = new Blob([bytes]);
    const loading = loadCombination(blob, 'task vector', base, backend, {
      signal: given,
      onProgress,
    });
    const error = await loading.then(
      () => expect.unreachable('it was loaded'),
      (reason: Error) => reason,
    );
    expect(alive()).toBe(0);
    return error.message;
  };

  it('is refused where a bit of any tensor, or of the checksums, is another', async () => {
    const bytes = await fileOf(await combined(inputs));
    const begin = 8 + Number(new DataView(bytes.buffer).getBigUint64(0, true));
    for (const at of [begin, Math.floor((begin + bytes.length) / 2), bytes.length - 1]) {
      const damaged = bytes.slice();
      damaged[at] = (damaged[at] ?? 0) ^ 1;
      expect(await rejected(damaged)).toContain('is not as it was written');
    }
  });

  it('is refused where it is cut off, or of another model', async () => {
    const bytes = await fileOf(await combined(inputs));
    expect(await rejected(bytes.subarray(0, bytes.length - 8))).toContain('combination');
    expect(await rejected('no file at all, not even by its beginning')).toContain('combination');
    const [, [name = ''] = []] = [...base.visionTensors];
    const read = vi.fn(async () => new Float32Array(3));
    const { chunks } = await encodeCombination(new Map([[name, 3]]), read);
    const parts: BlobPart[] = [];
    for await (const chunk of chunks()) parts.push(chunk);
    expect(await rejected(await new Blob(parts).arrayBuffer())).toContain('not as it was written');
  });

  it('is let go of where it is no longer wanted', async () => {
    const bytes = await fileOf(await combined(inputs));
    expect(await rejected(bytes, AbortSignal.abort(new Error('given up')))).toBe('given up');
  });
});
