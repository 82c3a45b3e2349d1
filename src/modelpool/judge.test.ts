import { describe, expect, it } from 'vitest';
import type { TensorSource } from '../checkpoint/types';
import { openClip } from '../clip/open';
import { fixtureFiles } from '../clip/testing';
import type { ClipModel } from '../clip/types';
import { CompatibilityError } from '../errors';
import { inspectWeights } from './inspect-weights';
import { judgeExpert, mergedNames, openModelPool } from './judge';
import { judgeFacts } from './task-vector-facts';
import { inspectTaskVector } from './testing/inspect-task-vector';

const open = async (path: string, name: string) =>
  openClip(name, await fixtureFiles(`merge/${path}`));

/** A model with some of its vision tensors replaced or taken away. */
function altered(
  model: ClipModel,
  name: string,
  changes: Readonly<Record<string, Partial<TensorSource> | undefined>>,
): ClipModel {
  const visionTensors = new Map(model.visionTensors);
  for (const [key, change] of Object.entries(changes)) {
    const tensor = visionTensors.get(key) ?? visionTensors.get('post_layernorm.bias');
    if (change === undefined) visionTensors.delete(key);
    else if (tensor) {
      // What is changed reads as a whole.
      const { readInto: _, ...whole } = tensor;
      visionTensors.set(key, { ...whole, name: key, ...change });
    }
  }
  return { ...model, name, visionTensors };
}

/** The same model, with how often each of its tensors was begun to be read. */
function counted(model: ClipModel) {
  const reads = new Map<string, number>();
  const visionTensors = new Map(
    [...model.visionTensors].map(([name, { readInto: _, ...tensor }]) => [
      name,
      {
        ...tensor,
        read: () => {
          reads.set(name, (reads.get(name) ?? 0) + 1);
          return tensor.read();
        },
      },
    ]),
  );
  return { base: { ...model, visionTensors }, reads };
}

describe('a pool judged by its headers', () => {
  it('finds nothing wrong with experts of this base', async () => {
    const base = await open('p8-32/base', '_pretrained_');
    expect(judgeExpert(base, await open('p8-32/experts/outlines', 'outlines'))).toEqual([]);
    expect(mergedNames(base)).toHaveLength(5 + 16 * 2 + 2);
  });

  it('lists every missing, extra and misshapen tensor by model and name', async () => {
    const base = await open('p8-32/base', '_pretrained_');
    const bad = altered(await open('p8-32/experts/outlines', 'outlines'), 'outlines', {
      'post_layernorm.weight': undefined,
      'embeddings.class_embedding': { shape: [32] },
      'adapter.down.weight': { shape: [4, 64] },
      'pre_layrnorm.bias': { dtype: 'I32' },
    });
    const [finding] = judgeExpert(base, bad);
    expect(finding).toMatchInlineSnapshot(`
      {
        "details": [
          "embeddings.class_embedding: shape [32], expected [64]",
          "post_layernorm.weight: missing, expected [64]",
          "pre_layrnorm.bias: is I32, expected a floating-point type like the base's F32",
          "adapter.down.weight: extra, shape [4, 64]; the base has no such tensor",
        ],
        "message": "outlines does not fit _pretrained_: 4 tensors differ. Exclude it, or choose the model it was fine-tuned from as the base.",
        "severity": "error",
        "subject": "outlines",
      }
    `);
    expect(() => openModelPool(base, [{ model: bad, weight: 1 }])).toThrow(CompatibilityError);
    expect(() => openModelPool(base, [{ model: bad, weight: 1 }])).toThrow(
      'embeddings.class_embedding: shape [32], expected [64]',
    );
  });

  it('warns of settings that change what the same weights compute', async () => {
    const base = await open('p8-32/base', '_pretrained_');
    const expert = await open('p8-32/experts/outlines', 'outlines');
    const gelu: ClipModel = { ...expert, vision: { ...expert.vision, activation: 'gelu' } };
    expect(judgeExpert(base, gelu)).toMatchObject([
      { severity: 'warning', details: ['activation: gelu, the base has quick_gelu'] },
    ]);
  });

  it('refuses a pool without experts', async () => {
    const base = await open('p8-32/base', '_pretrained_');
    expect(() => openModelPool(base, [])).toThrow('no expert');
  });
});

describe('a pool judged by its weights', () => {
  it('measures how far an expert is from its base', async () => {
    const base = await open('p8-32/base', '_pretrained_');
    const facts = await inspectTaskVector(base, await open('p8-32/experts/outlines', 'outlines'));
    expect(facts.identical).toBe(false);
    expect(facts.relativeNorm).toBeGreaterThan(0);
    expect(judgeFacts('_pretrained_', 'outlines', facts)).toEqual([]);
  });

  it('says that an expert is the base itself', async () => {
    const base = await open('p8-32/base', '_pretrained_');
    const facts = await inspectTaskVector(base, base);
    expect(facts).toMatchObject({ identical: true, relativeNorm: 0 });
    expect(judgeFacts('_pretrained_', 'copy', facts)[0]?.message).toContain(
      'copy is identical to _pretrained_',
    );
  });

  it('flags a base that is probably another one, with the largest tensors as evidence', async () => {
    const base = await open('p8-32/base', '_pretrained_');
    const noise = altered(base, 'stranger', {});
    const visionTensors = new Map(noise.visionTensors);
    for (const [name, tensor] of visionTensors) {
      if (tensor.shape.length < 2) continue;
      const { readInto: _, ...whole } = tensor;
      visionTensors.set(name, {
        ...whole,
        // Another sign is as far away as an independent tower.
        read: async () => {
          const bytes = await tensor.read();
          const values = new Float32Array(bytes.buffer);
          for (let i = 0; i < values.length; i += 2) values[i] = -(values[i] as number);
          return bytes;
        },
      });
    }
    const facts = await inspectTaskVector(base, { ...noise, visionTensors });
    const [finding] = judgeFacts('_pretrained_', 'stranger', facts);
    expect(finding?.severity).toBe('warning');
    expect(finding?.message).toContain('_pretrained_ is probably not the base of stranger');
    expect(finding?.details).toHaveLength(5);
  });

  it('counts NaN and infinite weights by tensor', async () => {
    const base = await open('p8-32/base', '_pretrained_');
    const broken = altered(base, 'broken', {
      'post_layernorm.bias': {
        read: async () => {
          const values = new Float32Array(64).fill(0.5);
          values[3] = Number.NaN;
          values[9] = Number.NEGATIVE_INFINITY;
          return new Uint8Array(values.buffer);
        },
      },
    });
    expect((await inspectWeights(broken, [])).nonFinite).toEqual({ 'post_layernorm.bias': 2 });
    const facts = await inspectTaskVector(base, broken);
    expect(judgeFacts('_pretrained_', 'broken', facts)).toMatchObject([
      { severity: 'error', details: ['post_layernorm.bias: 2 values'] },
    ]);
  });

  it('measures all experts as each alone, reads the base once, and tells which cannot be read', async () => {
    const { base, reads } = counted(await open('p8-32/base', '_pretrained_'));
    const outlines = await open('p8-32/experts/outlines', 'outlines');
    const surfaces = await open('p8-32/experts/surfaces', 'surfaces');
    const gone = altered(outlines, 'gone', {
      'post_layernorm.bias': { read: () => Promise.reject(new Error('gone')) },
    });
    const stopped = AbortSignal.abort(new Error('stopped'));
    const done: number[] = [];
    const { nonFinite, taskVectors } = await inspectWeights(
      base,
      [
        { model: outlines },
        { model: gone },
        { model: surfaces, signal: new AbortController().signal },
        { model: outlines, signal: stopped },
      ],
      { onProgress: (tensors) => done.push(tensors) },
    );
    const names = mergedNames(base);
    expect(reads).toEqual(new Map(names.map((name) => [name, 1])));
    expect(done).toEqual(names.map((_, i) => i + 1));
    expect(nonFinite).toEqual({});
    expect(taskVectors).toEqual([
      { status: 'fulfilled', value: await inspectTaskVector(base, outlines) },
      { status: 'rejected', reason: new Error('gone') },
      { status: 'fulfilled', value: await inspectTaskVector(base, surfaces) },
      { status: 'rejected', reason: new Error('stopped') },
    ]);
  });

  it('reads a tensor of several parts as one', async () => {
    const base = await open('p8-32/base', '_pretrained_');
    const values = (seed: number) =>
      Float32Array.from({ length: 700_001 }, (_, i) => Math.sin(i * seed));
    const large = (seed: number): ClipModel => {
      const bytes = new Uint8Array(values(seed).buffer);
      const source: TensorSource = {
        name: 'post_layernorm.bias',
        dtype: 'F32',
        shape: [1, 700_001],
        byteLength: bytes.length,
        read: async () => bytes.slice(),
        readInto: async (begin, into) => into.set(bytes.subarray(begin, begin + into.length)),
      };
      return { ...base, visionTensors: new Map([[source.name, source]]) };
    };
    const [theta, tuned] = [values(1), values(2)];
    let delta = 0;
    let size = 0;
    for (const [i, b] of theta.entries()) {
      delta += ((tuned[i] ?? 0) - b) ** 2;
      size += b * b;
    }
    const expected = Math.sqrt(delta / size);
    expect(await inspectTaskVector(large(1), large(2))).toEqual({
      relativeNorm: expected,
      perTensor: { 'post_layernorm.bias': expected },
      identical: false,
      nonFinite: {},
    });
    const last = values(2);
    last[700_000] = Number.NaN;
    const broken = new Uint8Array(last.buffer);
    const tensor = large(2).visionTensors.get('post_layernorm.bias');
    if (!tensor) throw new Error('it has no tensor');
    const { readInto: _, ...whole } = { ...tensor, read: async () => broken.slice() };
    const visionTensors = new Map([[tensor.name, whole]]);
    expect(await inspectTaskVector(large(1), { ...base, visionTensors })).toMatchObject({
      nonFinite: { 'post_layernorm.bias': 1 },
    });
  });

  it('reads nothing before it is its turn, and rejects where it is stopped or the base cannot be read', async () => {
    const { base, reads } = counted(await open('p8-32/base', '_pretrained_'));
    const stop = new AbortController();
    let go: () => void = () => undefined;
    const turn = () => new Promise<void>((resolve) => (go = resolve));
    const reading = inspectWeights(base, [], { turn, signal: stop.signal });
    await Promise.resolve();
    expect(reads.size).toBe(0);
    stop.abort(new Error('stopped'));
    go();
    await expect(reading).rejects.toThrow('stopped');
    expect(reads.size).toBe(0);
    const gone = altered(base, 'gone', {
      'post_layernorm.bias': { read: () => Promise.reject(new Error('gone')) },
    });
    await expect(inspectWeights(gone, [{ model: base }])).rejects.toThrow('gone');
  });
});
