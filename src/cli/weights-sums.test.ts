/** The page and the command line know weights by the same SHA-256. */
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { weightsSha256 } from '../checkpoint/weights-sha256';
import { openClip } from '../clip/open';
import { groupModelFiles } from '../engine/pool/group-files';
import { findModelFolder } from '../modelpool/sources/find-folder-node';
import { readConfig } from '../program/config/program/read-program';
import { gatherFiles } from '../program/gather-files-node';
import { inspectModel } from '../program/inspect';
import { createWorkbench } from '../program/run/workbench-node';

const FIXTURES = resolve(import.meta.dirname, '../../reference/fixtures');
const SHARDS = join(FIXTURES, 'formats/shards/safetensors');
/** Another model's, which stands for what is not to be taken. */
const PICKLE = join(FIXTURES, 'formats/pool/torch/outlines/pytorch_model.bin');

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'studio-sums-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const TORCH = 'formats/pool/torch/outlines';

/** A model's folder as the Hub has them: the fixture's, with what usually lies beside it. */
function hubFolder(fixture: string, others: readonly string[]): string {
  const folder = join(root, 'model');
  cpSync(join(FIXTURES, fixture), folder, { recursive: true });
  writeFileSync(join(folder, 'README.md'), '# A model');
  writeFileSync(join(folder, 'merges.txt'), '#version: 0.2\n');
  writeFileSync(join(folder, 'special_tokens_map.json'), '{}');
  writeFileSync(join(folder, 'vocab.json'), '{}');
  writeFileSync(join(folder, '.gitattributes'), '*.safetensors filter=lfs\n');
  for (const other of others) cpSync(PICKLE, join(folder, other));
  // Of a size that nobody published: without a configuration nothing would tell its heads.
  if (fixture === TORCH)
    cpSync(join(FIXTURES, 'merge/p8-32/experts/outlines/config.json'), join(folder, 'config.json'));
  return folder;
}

/** In the order of the index, which need not be that of their numbers. */
function shardsNamedBy(index: string): string[] {
  const text = readFileSync(join(FIXTURES, 'formats', index), 'utf8');
  return [...new Set<string>(Object.values(JSON.parse(text).weight_map))].sort();
}

const sumOf = (folder: string, names: readonly string[]) =>
  createHash('sha256')
    .update(Buffer.concat(names.map((name) => readFileSync(join(folder, name)))))
    .digest('hex');

/** Of every model that the page makes of the folder. */
async function pageSums(folder: string): Promise<Record<string, string>> {
  const dropped = readdirSync(folder).map((name) => ({
    path: `model/${name}`,
    file: new File([readFileSync(join(folder, name))], name),
  }));
  const sums = groupModelFiles(dropped).models.map(async ({ name, files }) => [
    name,
    await weightsSha256(files.map((entry) => ({ name: entry.name, blob: entry.file }))),
  ]);
  return Object.fromEntries(await Promise.all(sums));
}

async function inspectSum(path: string): Promise<string | undefined> {
  return (await inspectModel(path, await gatherFiles(path), () => '')).sha256;
}

/** The sums in the recipe of a merge at the command line. */
async function fuseSums(pretrained: string, expert: unknown) {
  const config = readConfig(
    JSON.stringify({
      method: { _target_: 'fusion_bench.method.TaskArithmeticAlgorithm', scaling_factor: 0.5 },
      modelpool: {
        _target_: 'fusion_bench.modelpool.CLIPVisionModelPool',
        models: { _pretrained_: pretrained, expert },
      },
    }),
  );
  const surroundings = { cwd: root, env: {} };
  const listener = { progress: () => undefined, note: () => undefined };
  const workbench = createWorkbench(surroundings, listener, new AbortController().signal);
  const model = join(root, 'merged');
  const nothing = { report: null, comparison: null, relations: null, predictions: null };
  await workbench.run(config, { logDir: root, ...nothing, model });
  await workbench.dispose();
  const { checkpoint } = await openClip(
    'merged',
    (await findModelFolder(model, surroundings)).files,
  );
  const recipe = JSON.parse(checkpoint.metadata.get('task_arithmetic_recipe') ?? '{}');
  return { pretrained: recipe.pretrained.sha256, expert: recipe.experts[0].sha256 };
}

describe('the SHA-256 of a model is the same on the page, of inspect and in the recipe of fuse', () => {
  it.each([
    [
      'a folder of the Hub',
      'merge/p8-32/base',
      ['pytorch_model.bin', 'training_args.bin'],
      ['model.safetensors'],
    ],
    [
      'shards',
      'formats/shards/safetensors',
      ['pytorch_model-00001-of-00001.bin', 'training_args.bin'],
      shardsNamedBy('shards/safetensors/model.safetensors.index.json'),
    ],
    [
      'shards of torch.save',
      'formats/shards/torch',
      ['training_args.bin', 'optimizer.pt'],
      shardsNamedBy('shards/torch/pytorch_model.bin.index.json'),
    ],
    [
      'OpenCLIP',
      'formats/layouts/open-clip',
      ['open_clip_pytorch_model.bin'],
      ['open_clip_model.safetensors'],
    ],
    ['torch.save', TORCH, ['optimizer.pt'], ['pytorch_model.bin']],
  ])('%s', async (_, fixture, others, weights) => {
    const folder = hubFolder(fixture, others);
    const expected = sumOf(folder, weights);
    expect(await pageSums(folder)).toEqual({ model: expected });
    expect(await inspectSum(folder)).toBe(expected);
    // An empty vocabulary is none that a model can be opened with.
    rmSync(join(folder, 'vocab.json'));
    expect(await fuseSums(folder, folder)).toEqual({ pretrained: expected, expert: expected });
  });

  it('an adapter, also beside the model that was merged with it', async () => {
    const folder = hubFolder('formats/lora/plain', ['training_args.bin']);
    const expected = sumOf(folder, ['adapter_model.safetensors']);
    const expert = {
      _target_: 'fusion_bench.models.linearized.vision_model.load_lora_vision_model_hf',
      base_model_name: SHARDS,
      peft_name: folder,
      merge_and_unload: true,
    };
    expect(await pageSums(folder)).toEqual({ model: expected });
    expect(await inspectSum(folder)).toBe(expected);
    expect((await fuseSums(SHARDS, expert)).expert).toBe(expected);

    cpSync(PICKLE, join(folder, 'pytorch_model.bin'));
    const model = sumOf(folder, ['pytorch_model.bin']);
    expect(await pageSums(folder)).toEqual({ model, adapter_model: expected });
    expect(await inspectSum(join(folder, 'adapter_model.safetensors'))).toBe(expected);
    expect((await fuseSums(SHARDS, expert)).expert).toBe(expected);
  });

  it('a lone file, which sha256sum gives', async () => {
    const folder = join(root, 'model');
    cpSync(join(FIXTURES, 'merge/p8-32/base/model.safetensors'), join(folder, 'base.safetensors'));
    const expected = '7997438b931510b4d8b924d06d92831c8f3da5cc3c7834c6b8b664b37265f875';
    expect(sumOf(folder, ['base.safetensors'])).toBe(expected);
    expect(await pageSums(folder)).toEqual({ base: expected });
    expect(await inspectSum(join(folder, 'base.safetensors'))).toBe(expected);
    cpSync(join(FIXTURES, 'merge/p8-32/base/config.json'), join(folder, 'config.json'));
    expect(await fuseSums(folder, folder)).toEqual({ pretrained: expected, expert: expected });
  });
});
