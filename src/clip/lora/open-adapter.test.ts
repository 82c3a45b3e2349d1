import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { readFloat32 } from '../../checkpoint/dtype';
import { openSafetensors } from '../../checkpoint/safetensors/open-safetensors';
import type { NamedBlob, TensorSource } from '../../checkpoint/types';
import { FormatError } from '../../errors';
import { NeedsBaseError } from '../needs-base-error';
import { openClip } from '../open';
import { fixtureFile, fixtureJson, jsonFile, openFixture } from '../testing';
import { safetensorsFile, tensor } from '../testing-checkpoints';
import type { ClipModel } from '../types';

const LORA = 'formats/lora';
/** The project's promise; the weights are of the order of 0.1. */
const TOLERANCE = 1e-6;

interface Expected {
  readonly adapters: Readonly<
    Record<
      string,
      { readonly peftType: string; readonly changed: Readonly<Record<string, string>> }
    >
  >;
}
const { adapters } = fixtureJson<Expected>(`${LORA}/expected.json`);
const isLora = ([, { peftType }]: [string, { peftType: string }]) => peftType === 'LORA';
const folders = Object.entries(adapters).filter(isLora);
const others = Object.entries(adapters).filter((entry) => !isLora(entry));

/** Where two adapters make the same model, only one is written out. */
const SAME_RESULT: Readonly<Record<string, string>> = {
  'plain-prefixed': 'plain',
  'plain-bin': 'plain',
};

let base: ClipModel;
beforeAll(async () => {
  base = await openFixture('formats/shards/safetensors');
});

const sha256 = async (source: TensorSource) =>
  createHash('sha256')
    .update(await source.read())
    .digest('hex');

describe('a LoRA adapter with its base', () => {
  it.each(folders)('becomes what PEFT makes of it: %s', async (folder, { changed }) => {
    const expert = await openFixture(`${LORA}/${folder}`, base);
    const merged = await openSafetensors(
      await fixtureFile(`${LORA}/${SAME_RESULT[folder] ?? folder}.merged.safetensors`),
    );
    expect([...merged.tensors.keys()].sort()).toEqual(Object.keys(changed).sort());
    expect([...expert.visionTensors.keys()]).toEqual([...base.visionTensors.keys()]);
    for (const [name, source] of expert.visionTensors) {
      const theirs = merged.tensors.get(name);
      if (theirs === undefined) {
        expect(source, name).toBe(base.visionTensors.get(name));
        continue;
      }
      expect(source).toMatchObject({ dtype: 'F32', shape: theirs.shape });
      const expected = await readFloat32(theirs);
      const values = await readFloat32(source);
      expect(values.byteLength).toBe(source.byteLength);
      const errors = values.map((value, i) => Math.abs(value - (expected[i] ?? Number.NaN)));
      expect(Math.max(...errors), name).toBeLessThan(TOLERANCE);
    }
  });

  it.each(['bias-all', 'bias-lora-only', 'modules-to-save'])(
    'takes whole tensors from it byte for byte: %s',
    async (folder) => {
      const expert = await openFixture(`${LORA}/${folder}`, base);
      const whole = Object.entries(adapters[folder]?.changed ?? {}).filter(
        ([name]) => !name.endsWith('q_proj.weight'),
      );
      expect(whole.length).toBeGreaterThan(0);
      for (const [name, hash] of whole) {
        const source = expert.visionTensors.get(name);
        expect(source && (await sha256(source)), name).toBe(hash);
      }
    },
  );

  it('is an expert of the base: its configuration, and remarks that say what it is', async () => {
    const expert = await openFixture(`${LORA}/rank-patterns`, base);
    expect(expert).toMatchObject({ name: 'rank-patterns', architecture: 'CLIPVisionModel' });
    expect(expert.vision).toEqual(base.vision);
    expect(expert.processor).toEqual(base.processor);
    expect(expert.text).toBeUndefined();
    const remarks = [
      ...expert.remarks,
      ...(await openFixture(`${LORA}/modules-to-save`, base)).remarks,
      ...(await openFixture(`${LORA}/dora`, base)).remarks,
    ];
    expect(remarks).toMatchInlineSnapshot(`
      [
        "A LoRA adapter, folded into the base as PEFT does: it changes 6 modules (rank 2, 3, 4).",
        "A LoRA adapter, folded into the base as PEFT does: it changes 1 module (rank 2) and 2 whole tensors.",
        "A LoRA adapter (DoRA), folded into the base as PEFT does: it changes 1 module (rank 2).",
      ]
    `);
  });

  it('does not touch the base, however often it is read', async () => {
    const name = 'encoder.layers.0.self_attn.q_proj.weight';
    const before = base.visionTensors.get(name);
    const hash = before && (await sha256(before));
    const expert = await openFixture(`${LORA}/plain`, base);
    const source = expert.visionTensors.get(name);
    const first = source && (await sha256(source));
    expect(source && (await sha256(source))).toBe(first);
    expect(first).not.toBe(hash);
    expect(before && (await sha256(before))).toBe(hash);
  });
});

describe('an adapter without the base it was trained on', () => {
  it('asks for it by name', async () => {
    const opening = openFixture(`${LORA}/plain`);
    await expect(opening).rejects.toThrow(NeedsBaseError);
    await expect(opening).rejects.toThrow(FormatError);
    await expect(opening).rejects.toThrowErrorMatchingInlineSnapshot(
      `[FormatError: adapter_model.safetensors: this is a LoRA adapter: it changes a model that is not here. Add that model (formats/shards/safetensors) as the base first; the adapter then becomes an expert.]`,
    );
  });

  it('lists what does not fit another base', async () => {
    const opening = openFixture(`${LORA}/convolution`, await openFixture('merge/p8-32/base'));
    await expect(opening).rejects.toThrow(NeedsBaseError);
    await expect(opening).rejects.toThrowErrorMatchingInlineSnapshot(`
      [FormatError: adapter_model.safetensors: this LoRA adapter was not trained on the base:
        - embeddings.patch_embedding.weight is [64, 3, 8, 8], and the adapter has [32, 2, 1, 1] by [2, 3, 8, 8]
      Choose the model it was trained on (formats/shards/safetensors) as the base.]
    `);
    await expect(
      openFixture(`${LORA}/bias-lora-only`, await openFixture('merge/p8-32/base')),
    ).rejects.toThrow('encoder.layers.0.self_attn.q_proj.bias is [64], and the adapter has [32]');
  });
});

describe('other adapters', () => {
  it.each(others)('are refused by their kind: %s', async (folder) => {
    const opening = openFixture(`${LORA}/${folder}`, base);
    await expect(opening).rejects.toThrow(
      /^adapter_config\.json: this is an adapter of the kind \S+, and only LoRA is folded here\. Fold it into its model in Python/,
    );
    await expect(opening).rejects.not.toThrow(NeedsBaseError);
  });
});

const Q = 'base_model.model.vision_model.encoder.layers.0.self_attn.q_proj';
const zeros = (name: string, shape: readonly number[]) =>
  tensor(name, shape, new Float32Array(shape.reduce((count, side) => count * side, 1)));
const pair = (module = Q, rank = 2) => [
  zeros(`${module}.lora_A.weight`, [rank, 32]),
  zeros(`${module}.lora_B.weight`, [32, rank]),
];
const config = (changes: object = {}): NamedBlob =>
  jsonFile('adapter_config.json', { peft_type: 'LORA', r: 2, lora_alpha: 4, ...changes });
const outcome = async (tensors: readonly TensorSource[], ...files: NamedBlob[]) => {
  const weights = await safetensorsFile('adapter_model.safetensors', tensors);
  return openClip('lora', [weights, ...files], base).then(
    ({ remarks }) => remarks.join(' '),
    String,
  );
};

describe('an adapter file', () => {
  it('is read under every prefix that training code gives it', async () => {
    for (const prefix of [
      'base_model.model.vision_model.',
      'base_model.model.',
      'base_model.model.model.vision_model.',
      'base_model.model.clip_model.vision_model.',
      'vision_model.',
    ]) {
      const tensors = pair(`${prefix}encoder.layers.0.self_attn.q_proj`);
      expect(await outcome(tensors, config()), prefix).toContain('1 module ');
    }
  });

  it('of a whole CLIP is folded into the vision tower alone', async () => {
    const text = Q.replace('vision_model', 'text_model');
    const projection = 'base_model.model.visual_projection';
    expect(
      await outcome([...pair(), ...pair(text), ...pair(projection)], config()),
    ).toMatchInlineSnapshot(
      `"A LoRA adapter, folded into the base as PEFT does: it changes 1 module (rank 2). Left out, as it is not for the vision tower: base_model.model.text_model.encoder.layers.0.self_attn.q_proj.lora_A.weight, base_model.model.text_model.encoder.layers.0.self_attn.q_proj.lora_B.weight, base_model.model.visual_projection.lora_A.weight and 1 more."`,
    );
  });

  it('may give the rank and alpha of modules by patterns', async () => {
    const patterns = [
      { rank_pattern: { q_proj: 3 } },
      { rank_pattern: { '.*\\.self_attn\\.q_proj': 3 } },
      { rank_pattern: { 'layers\\.[0-9]+\\.self_attn.(k_proj|q_proj)': 3 } },
      { rank_pattern: { '^vision_model.encoder.layers.0.self_attn.q_proj': 3 } },
      { r: 3, rank_pattern: { '^encoder.layers.0.self_attn.q_proj': 5, _proj: 5 } },
    ];
    for (const pattern of patterns) {
      expect(await outcome(pair(Q, 3), config(pattern)), JSON.stringify(pattern)).toContain(
        '(rank 3)',
      );
    }
  });

  it('is refused where it is not whole, or not of its configuration', async () => {
    const [a, b] = pair();
    const text = Q.replace('vision_model', 'text_model');
    const cases = {
      'no configuration': [pair(), []],
      'another rank': [pair(Q, 3), [config()]],
      'half a pair': [a ? [a] : [], [config()]],
      'the other half': [b ? [b] : [], [config()]],
      'no magnitudes': [pair(), [config({ use_dora: true })]],
      'magnitudes of no DoRA': [[...pair(), zeros(`${Q}.lora_magnitude_vector`, [32])], [config()]],
      'a part of later versions': [[...pair(), zeros(`${Q}.lora_C.weight`, [2, 2])], [config()]],
      'the text tower': [pair(text), [config()]],
      'a text tower alone': [
        pair('base_model.model.encoder.layers.0.self_attn.q_proj'),
        [config({ auto_mapping: { base_model_class: 'CLIPTextModel' } })],
      ],
      'no rank': [pair(), [config({ r: 0 })]],
      'an odd pattern': [pair(), [config({ rank_pattern: { '(a+)+b': 2 } })]],
      'a broken pattern': [pair(), [config({ rank_pattern: { '(a': 2 } })]],
      'a pattern without number': [pair(), [config({ alpha_pattern: { q_proj: 'x' } })]],
      'no kind': [pair(), [jsonFile('adapter_config.json', { r: 2 })]],
      'prompt tuning': [
        [zeros('prompt_embeddings', [4, 32])],
        [config({ peft_type: 'PROMPT_TUNING' })],
      ],
      'a kind to come': [pair(), [config({ peft_type: 'NEWLORA' })]],
      PiSSA: [pair(), [config({ init_lora_weights: 'pissa_niter_4' })]],
      'a variant': [pair(), [config({ layer_replication: [[0, 2]] })]],
    } satisfies Record<string, readonly [readonly TensorSource[], readonly NamedBlob[]]>;
    const messages: Record<string, string> = {};
    for (const [name, [tensors, files]] of Object.entries(cases)) {
      messages[name] = await outcome(tensors, ...files);
    }
    expect(messages).toMatchInlineSnapshot(`
      {
        "PiSSA": "FormatError: adapter_config.json: init_lora_weights is "pissa_niter_4": this adapter also takes a part out of its model's own weights, which is computed anew at every loading. Convert it to plain LoRA in Python (save_pretrained with path_initial_model_for_weight_conversion), or fold it (merge_and_unload, then save_pretrained) and add the result.",
        "a broken pattern": "FormatError: adapter_config.json: it gives modules by the pattern "(a", which is not read here. Name them plainly, as "layers.0.self_attn.q_proj".",
        "a kind to come": "FormatError: adapter_config.json: this is an adapter of the kind NEWLORA, and only LoRA is folded here. Fold it into its model in Python (PEFT: merge_and_unload, then save_pretrained) and add the result.",
        "a part of later versions": "FormatError: adapter_model.safetensors: it is no LoRA adapter that can be folded:
        - base_model.model.vision_model.encoder.layers.0.self_attn.q_proj.lora_C.weight is unknown
      Save it again with PEFT (save_pretrained), or fold it in Python (merge_and_unload) and add the result.",
        "a pattern without number": "FormatError: adapter_config.json: alpha_pattern.q_proj is "x", but a number is needed. Correct the file.",
        "a text tower alone": "FormatError: adapter_model.safetensors: this adapter changes nothing in a CLIP's vision tower: it holds base_model.model.encoder.layers.0.self_attn.q_proj.lora_A.weight and 1 more. Only vision towers are merged: add an adapter that was trained on one.",
        "a variant": "FormatError: adapter_config.json: this is LoRA with replicated layers (layer_replication), not plain LoRA. Fold it into its model in Python (PEFT: merge_and_unload, then save_pretrained) and add the result.",
        "an odd pattern": "FormatError: adapter_config.json: it gives modules by the pattern "(a+)+b", which is not read here. Name them plainly, as "layers.0.self_attn.q_proj".",
        "another rank": "FormatError: adapter_model.safetensors: it is no LoRA adapter that can be folded:
        - encoder.layers.0.self_attn.q_proj has rank 3, but adapter_config.json says 2
      Save it again with PEFT (save_pretrained), or fold it in Python (merge_and_unload) and add the result.",
        "half a pair": "FormatError: adapter_model.safetensors: it is no LoRA adapter that can be folded:
        - encoder.layers.0.self_attn.q_proj has a lora_A without its lora_B
      Save it again with PEFT (save_pretrained), or fold it in Python (merge_and_unload) and add the result.",
        "magnitudes of no DoRA": "FormatError: adapter_model.safetensors: it is no LoRA adapter that can be folded:
        - encoder.layers.0.self_attn.q_proj has a lora_magnitude_vector, but adapter_config.json does not say that this is DoRA
      Save it again with PEFT (save_pretrained), or fold it in Python (merge_and_unload) and add the result.",
        "no configuration": "FormatError: adapter_model.safetensors: this is an adapter, and the adapter_config.json that says its kind and its scale is missing. Add both files, or their folder.",
        "no kind": "FormatError: adapter_config.json: peft_type is undefined, but the name of an adapter's kind ("LORA") is needed. Correct the file.",
        "no magnitudes": "FormatError: adapter_model.safetensors: it is no LoRA adapter that can be folded:
        - encoder.layers.0.self_attn.q_proj has no lora_magnitude_vector, but adapter_config.json says that this is DoRA
      Save it again with PEFT (save_pretrained), or fold it in Python (merge_and_unload) and add the result.",
        "no rank": "FormatError: adapter_config.json: r is 0, but a positive whole number is needed. Correct the file.",
        "prompt tuning": "FormatError: adapter_config.json: this is an adapter of the kind prompt tuning, and only LoRA is folded here. It adds inputs or modules to a model instead of changing its weights, so there is nothing to merge.",
        "the other half": "FormatError: adapter_model.safetensors: it is no LoRA adapter that can be folded:
        - encoder.layers.0.self_attn.q_proj has no lora_A
      Save it again with PEFT (save_pretrained), or fold it in Python (merge_and_unload) and add the result.",
        "the text tower": "FormatError: adapter_model.safetensors: this adapter changes nothing in a CLIP's vision tower: it holds base_model.model.text_model.encoder.layers.0.self_attn.q_proj.lora_A.weight and 1 more. Only vision towers are merged: add an adapter that was trained on one.",
      }
    `);
  });
});
