/** From a path on the command line to the files of one model. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigError } from '../errors';
import { gatherFiles } from './gather-files-node';
import { inspectModel } from './inspect';

const FIXTURES = fileURLToPath(new URL('../../reference/fixtures/', import.meta.url));
const LORA = join(FIXTURES, 'formats/lora-open-clip');

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'studio-gather-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const inspected = async (path: string) => inspectModel(path, await gatherFiles(path));

describe('a folder without weights at its top', () => {
  it('is the only folder inside that has, as PEFT keeps an adapter with a name', async () => {
    writeFileSync(join(folder, 'README.md'), '# An adapter');
    cpSync(join(LORA, 'named/cars'), join(folder, 'cars'), { recursive: true });
    mkdirSync(join(folder, 'pictures'));
    const { weights } = await gatherFiles(folder);
    expect(weights.map(({ name }) => name)).toEqual([
      'cars/adapter_config.json',
      'cars/adapter_model.safetensors',
    ]);
    expect((await inspected(folder)).model).toMatchObject({ kind: 'LoRA adapter', ranks: [2] });
  });

  it('names the folders inside where there are several', async () => {
    const gathering = gatherFiles(join(LORA, 'named'));
    await expect(gathering).rejects.toThrow(ConfigError);
    await expect(gathering).rejects.toThrow(
      'it has no weights itself, but folders that have: cars, dogs. Name one of them.',
    );
  });

  it('blames none of its files where there are no weights at all', async () => {
    for (const name of ['README.md', 'notes.txt', 'a.json'])
      writeFileSync(join(folder, name), '# x');
    expect((await inspected(folder)).error).toBe(
      'README.md, a.json, notes.txt: none of these files holds weights. Add the checkpoint itself (model.safetensors, pytorch_model.bin), or the folder that it lies in.',
    );
  });
});

describe('weights in two formats, one of them a Git LFS pointer', () => {
  it('are the real ones', async () => {
    cpSync(join(FIXTURES, 'formats/pool/torch/outlines'), folder, { recursive: true });
    writeFileSync(
      join(folder, 'model.safetensors'),
      'version https://git-lfs.github.com/spec/v1\n',
    );
    expect(await inspected(folder)).toMatchObject({ accepted: true, format: 'pytorch' });
  });
});

describe('a part of a file', () => {
  it('stands behind it', async () => {
    const file = join(FIXTURES, 'formats/training/model-and-ema.pt');
    const { tensors } = await inspected(`${file}#model_ema`);
    expect(tensors?.map(({ name }) => name)).toEqual(['weight', 'bias', 'scale']);
    expect((await inspected(`${file}#nothing`)).error).toContain(
      'it has no tensors under "nothing"',
    );
  });
});
