import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FormatError } from '../errors';
import type { NamedBlob } from './types';
import { weightFiles, weightsSha256 } from './weights-sha256';

const FORMATS = new URL('../../reference/fixtures/formats/', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, FORMATS));
const file = (name: string, content: Buffer | string): NamedBlob => ({
  name,
  blob: new Blob([new Uint8Array(Buffer.from(content))]),
});
const sum = (...contents: readonly Buffer[]) =>
  createHash('sha256').update(Buffer.concat(contents)).digest('hex');

const safetensors = read('layouts/open-clip/open_clip_model.safetensors');
const torch = read('torch/files/ordered-dict.pt');
const beside = [
  file('README.md', '# CLIP'),
  file('config.json', '{"model_type": "clip"}'),
  file('merges.txt', '#version: 0.2\n'),
  file('special_tokens_map.json', '{}'),
  file('tokenizer.json', '{}'),
  file('training_args.bin', torch),
  file('vocab.json', '{}'),
];

describe('the SHA-256 of weights', () => {
  it.each([
    ['a folder of the Hub', 'model.safetensors', safetensors, ['pytorch_model.bin']],
    ['OpenCLIP’s', 'open_clip_model.safetensors', safetensors, ['open_clip_pytorch_model.bin']],
    ['torch.save’s', 'pytorch_model.bin', torch, []],
    ['an adapter', 'adapter_model.safetensors', safetensors, ['adapter_model.bin']],
    ['a lone file', 'mnist.pt', torch, []],
  ])('is that of the one file that is opened: %s', async (_, name, content, others) => {
    const files = [...beside, ...others.map((other) => file(other, torch)), file(name, content)];
    expect(await weightsSha256(files)).toBe(sum(content));
    expect(await weightsSha256(files.toReversed())).toBe(sum(content));
    expect(await weightsSha256([file(name, content)])).toBe(sum(content));
  });

  it('is that of the shards in the order of their names, whatever that of their index', async () => {
    const names = [3, 1, 4, 2].map((n) => `model-0000${n}-of-00004.safetensors`);
    const index = file(
      'model.safetensors.index.json',
      JSON.stringify({ weight_map: Object.fromEntries(names.map((name, i) => [`x${i}`, name])) }),
    );
    const shards = names.map((name) => read(`shards/safetensors/${name}`));
    const files = names.map((name, i) => file(name, shards[i] ?? ''));
    const inOrder = files.toSorted((a, b) => (a.name < b.name ? -1 : 1));
    const contents = names.toSorted().map((name) => read(`shards/safetensors/${name}`));
    const torchShard = file('pytorch_model-00001-of-00001.bin', torch);
    const all = [...beside, ...files, torchShard, index];
    expect(await weightsSha256(all)).toBe(sum(...contents));
    expect(await weightFiles([index, ...files])).toEqual(inOrder);
  });

  it('can be stopped and gone on with', async () => {
    const large = Buffer.concat([safetensors, Buffer.alloc(9 * 1024 * 1024)]);
    const files = [...beside, file('model.safetensors', large)];
    const stop = new AbortController();
    let resume: { bytesDone: number; state: Uint8Array } | undefined;
    const stopped = weightsSha256(files, {
      signal: stop.signal,
      onProgress(bytesDone, total, state) {
        expect(total).toBe(large.length);
        resume = { bytesDone, state: state() };
        stop.abort(new Error('enough'));
      },
    });
    await expect(stopped).rejects.toThrow('enough');
    expect(await weightsSha256(files, { resume })).toBe(sum(large));
  });

  it.each([
    ['nothing that is weights', [file('config.json', '{}')], /^config\.json: it is a JSON file/],
    [
      'an index without its shards',
      [file('model.safetensors.index.json', '{"weight_map": {"x": "a.safetensors"}}')],
      /1 of its 1 shards is missing: a\.safetensors/,
    ],
  ])('is refused for %s', async (_, files, message) => {
    const attempt = weightsSha256(files);
    await expect(attempt).rejects.toThrow(FormatError);
    await expect(attempt).rejects.toThrow(message);
  });
});
