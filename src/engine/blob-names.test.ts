import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { blobNames } from './blob-names';

const FIXTURES = new URL('../../reference/fixtures/', import.meta.url);

/** Folders that transformers, PEFT and OpenCLIP wrote. */
const FOLDERS = [
  'merge/p8-32/base',
  'merge/p8-24/base',
  'merge/p8-32/experts/outlines',
  'formats/lora/plain',
  'formats/lora/plain-bin',
];

/** The files of a folder of the fixtures without their names. */
function nameless(folder: string): [name: string, file: File][] {
  const place = new URL(`${folder}/`, FIXTURES);
  const entries = readdirSync(place, { withFileTypes: true }).filter((entry) => entry.isFile());
  return entries.map(({ name }, number) => [
    name,
    new File([readFileSync(new URL(name, place))], String(number)),
  ]);
}

describe('files of a model without names', () => {
  it.each(FOLDERS)('are told from what they hold: %s', async (folder) => {
    const files = nameless(folder);
    const named = await blobNames(files.map(([, file]) => file));
    expect([...(named ?? [])].sort()).toEqual(files.sort());
  });
  it('are told apart among the older files of a tokenizer and what is none of them', async () => {
    const weights = nameless('merge/p8-32/experts/outlines');
    const others = {
      'vocab.json': '{"!": 0, "<|startoftext|>": 1, "<|endoftext|>": 2}',
      'merges.txt': '#version: 0.2\ni n</w>\n',
      'special_tokens_map.json': '{"bos_token": "<|startoftext|>", "eos_token": "<|endoftext|>"}',
    };
    const foreign = ['# A model', '{"a": 1}', '{"broken', '['.repeat(1000), ''];
    const texts = [...Object.values(others), ...foreign].map((text) => new File([text], 'x'));
    const named = await blobNames([...weights.map(([, file]) => file), ...texts]);
    expect([...(named?.keys() ?? [])].sort()).toEqual(
      [...weights.map(([name]) => name), ...Object.keys(others)].sort(),
    );
  });

  it('are left alone where two of a kind are there, or no weights, or shards', async () => {
    const files = nameless('merge/p8-32/experts/outlines');
    const all = files.map(([, file]) => file);
    const config = files.filter(([name]) => name === 'config.json').map(([, file]) => file);
    expect(await blobNames([...all, ...config])).toBeNull();
    expect(await blobNames(config)).toBeNull();
    expect(await blobNames([...all, new File(['{"weight_map": {}}'], 'x')])).toBeNull();
  });
});
