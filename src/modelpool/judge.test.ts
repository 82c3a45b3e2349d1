import { describe, expect, it } from 'vitest';
import type { TensorSource } from '../checkpoint/types';
import { openClip } from '../clip/open';
import { fixtureFiles } from '../clip/testing';
import type { ClipModel } from '../clip/types';
import { CompatibilityError } from '../errors';
import { judgeExpert, mergedNames, openModelPool } from './judge';
import { findNonFinite, inspectTaskVector, judgeFacts } from './task-vector-facts';

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
    else if (tensor) visionTensors.set(key, { ...tensor, name: key, ...change });
  }
  return { ...model, name, visionTensors };
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
      visionTensors.set(name, {
        ...tensor,
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
    expect(await findNonFinite(broken)).toEqual({ 'post_layernorm.bias': 2 });
    const facts = await inspectTaskVector(base, broken);
    expect(judgeFacts('_pretrained_', 'broken', facts)).toMatchObject([
      { severity: 'error', details: ['post_layernorm.bias: 2 values'] },
    ]);
  });
});
