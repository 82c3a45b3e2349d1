/** Checkpoints as people have them, put into the real page: the same weights in any file give the same numbers. */
import { cpSync, rmSync, writeFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { writeShards, writeZeros } from './support/checkpoint-files';
import { download, tensorHashes } from './support/downloads';
import {
  accuracies,
  expectedScores,
  expectScores,
  fixtureJson,
  fixturePath,
  IMAGES,
  modelPool,
  POOL,
  percent,
  scored,
  setScalingFactor,
  temporaryFolder,
} from './support/fixture-pool';
import { openStudio } from './support/studio';
import { expect, test } from './support/test';

interface Merged {
  readonly scaling_factors: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

const files = (page: Page) => page.getByLabel('Add checkpoints');
const folder = (page: Page) => page.getByLabel('Add checkpoint folder');
const row = (page: Page, role: 'Base' | 'Expert', name: string) =>
  modelPool(page).getByRole('button', { name: `${role}: ${name}` });

/** A copy of a folder of the fixtures under its own name, away from its neighbours. */
function copied(path: string): string {
  const target = `${temporaryFolder()}/${path.split('/').at(-1)}`;
  cpSync(fixturePath(path), target, { recursive: true });
  return target;
}

test('experts of any library come before a base in shards, and score as ever', async ({ page }) => {
  await openStudio(page);
  const scratch = temporaryFolder();
  cpSync(fixturePath('formats/pool/torch/outlines/pytorch_model.bin'), `${scratch}/outlines.bin`);
  await files(page).setInputFiles(`${scratch}/outlines.bin`);
  await expect(row(page, 'Expert', 'outlines')).toBeVisible();
  await expect(page.getByText(/There is no pretrained model/).first()).toBeVisible();
  await folder(page).setInputFiles(copied('formats/pool/open-clip/surfaces'));
  await expect(row(page, 'Expert', 'surfaces')).toBeVisible();

  const shards = await writeShards(
    fixturePath(`${POOL}/base/model.safetensors`),
    `${scratch}/shards`,
    3,
  );
  const companions = ['tokenizer.json', 'preprocessor_config.json', 'config.json'];
  await files(page).setInputFiles([
    ...shards.toReversed(),
    ...companions.map((name) => fixturePath(`${POOL}/base/${name}`)),
  ]);
  await expect(row(page, 'Base', 'model')).toBeVisible();
  await page.getByLabel('Add task folder').setInputFiles(IMAGES);
  await scored(page);

  const { models } = expectedScores;
  for (const task of ['outlines', 'surfaces']) {
    expect(await accuracies(page, task)).toEqual({
      Pretrained: percent(models.base?.tasks[task]?.accuracy),
      Merged: percent(models['merged@0.7']?.tasks[task]?.accuracy),
      Expert: percent(models[task]?.tasks[task]?.accuracy),
    });
  }
});

test('a TorchScript archive, as OpenAI published CLIP, is a base like any other', async ({
  page,
}) => {
  await openStudio(page);
  const scratch = temporaryFolder();
  cpSync(fixturePath('formats/training/openai.pt'), `${scratch}/ViT-tiny.pt`);
  const vision_cfg = { image_size: 16, layers: 1, width: 32, head_width: 16, patch_size: 8 };
  const text_cfg = { context_length: 8, vocab_size: 40, width: 16, heads: 1, layers: 2 };
  const model_cfg = { embed_dim: 8, quick_gelu: true, vision_cfg, text_cfg };
  writeFileSync(`${scratch}/open_clip_config.json`, JSON.stringify({ model_cfg }));
  await files(page).setInputFiles(
    ['ViT-tiny.pt', 'open_clip_config.json'].map((name) => `${scratch}/${name}`),
  );
  const base = row(page, 'Base', 'ViT-tiny');
  await expect(base).toBeVisible();
  await base.click();
  await expect(modelPool(page).getByText('32 × 1 · 16 px').first()).toBeVisible();
  await expect(modelPool(page).getByText(/Names of OpenAI or OpenCLIP/)).toBeVisible();
});

test('weights of a size that nobody published ask for their configuration', async ({ page }) => {
  await openStudio(page);
  const scratch = temporaryFolder();
  cpSync(fixturePath('formats/training/traced.pt'), `${scratch}/alone.pt`);
  await files(page).setInputFiles(`${scratch}/alone.pt`);
  const alone = row(page, 'Expert', 'alone');
  await alone.click();
  await expect(
    modelPool(page).getByText(/Add the model's config\.json, or the base it was fine-tuned from/),
  ).toBeVisible();
});

test('a LoRA adapter waits for its base and scores as what PEFT merges', async ({ page }) => {
  await openStudio(page);
  await folder(page).setInputFiles(copied('formats/pool/lora/outlines'));
  const adapter = row(page, 'Expert', 'outlines');
  await adapter.click();
  await expect(
    modelPool(page).getByText(/this is a LoRA adapter: it changes a model that is not here/),
  ).toBeVisible();
  await folder(page).setInputFiles(copied(`${POOL}/base`));
  await expect(modelPool(page).getByText(/folded into the base as PEFT does/)).toBeVisible();
  await page.getByLabel('Add task folder').setInputFiles(IMAGES);
  await scored(page);
  await setScalingFactor(page, '1');
  const folded = {
    outlines: await accuracies(page, 'outlines'),
    all: await accuracies(page, 'Average'),
  };
  // At 1 the merged model is the one expert, which is not the base.
  expect(folded.outlines.Merged).toBe(folded.outlines.Expert);
  expect(folded.all.Merged).not.toBe(folded.all.Pretrained);

  await modelPool(page).getByRole('button', { name: 'Remove' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await expect(adapter).toHaveCount(0);
  await folder(page).setInputFiles(copied('formats/pool/lora-merged/outlines'));
  await expect(adapter).toBeVisible();
  await scored(page);
  await expect.poll(() => accuracies(page, 'outlines')).toEqual(folded.outlines);
  await expect.poll(() => accuracies(page, 'Average')).toEqual(folded.all);
});

test('of several state dicts in a file the one that is chosen is merged, scored and downloaded', async ({
  page,
}) => {
  await openStudio(page);
  const pool = temporaryFolder();
  for (const part of ['base', 'experts/surfaces']) {
    cpSync(fixturePath(`${POOL}/${part}`), `${pool}/${part}`, { recursive: true });
  }
  cpSync(fixturePath('formats/pool/parts/outlines.pt'), `${pool}/outlines/outlines.pt`);
  await folder(page).setInputFiles(pool);
  await expect(page.getByText(/"model" is taken; choose "model_ema"/)).toBeVisible();
  await page.getByLabel('Add task folder').setInputFiles(IMAGES);
  await scored(page);
  // What lies under "model" is the other expert once more.
  const taken = await accuracies(page, 'Average');

  const outlines = row(page, 'Expert', 'outlines');
  await outlines.click();
  const choice = modelPool(page).getByLabel('State dict of outlines');
  await expect(choice.getByRole('option')).toHaveText(['model', 'model_ema']);
  await choice.selectOption('model_ema');
  await expect(modelPool(page).getByText(/The weights under "model_ema" are taken/)).toBeVisible();
  await scored(page);
  await expectScores(page, '0.7');
  expect(await accuracies(page, 'Average')).not.toEqual(taken);
  const { bytes } = await download(page, 'Download merged model');
  const { scaling_factors: merged } = fixtureJson<Merged>(`${POOL}/expected.json`);
  expect(tensorHashes(bytes)).toEqual(merged['0.7']);

  await page.reload();
  await scored(page);
  await expectScores(page, '0.7');
  await outlines.click();
  await expect(choice.getByRole('option', { selected: true })).toHaveText('model_ema');
});

test('what cannot be merged is refused by its name, with what to do', async ({ page }) => {
  await openStudio(page);
  const scratch = temporaryFolder();
  const foreign = fixtureJson<Record<string, Record<string, number[]>>>(
    'formats/layouts/foreign.json',
  );
  await writeZeros(`${scratch}/siglip.safetensors`, foreign.SiglipModel ?? {});
  await writeZeros(`${scratch}/dino.safetensors`, foreign.Dinov2Model ?? {});
  writeFileSync(
    `${scratch}/pointer.safetensors`,
    'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 605157884\n',
  );
  cpSync(fixturePath('formats/torch/files/global-os-system.pt'), `${scratch}/harmful.pt`);
  await files(page).setInputFiles(
    ['siglip.safetensors', 'dino.safetensors', 'pointer.safetensors', 'harmful.pt'].map(
      (name) => `${scratch}/${name}`,
    ),
  );
  await expect(page.getByText(/siglip\.safetensors: this is SigLIP/).first()).toBeVisible();
  await expect(page.getByText(/dino\.safetensors: this is DINOv2/).first()).toBeVisible();
  await expect(page.getByText(/pointer\.safetensors: this is a Git LFS/).first()).toBeVisible();
  await expect(
    page.getByText(/harmful\.pt: its pickle asks for posix\.system/).first(),
  ).toBeVisible();

  await folder(page).setInputFiles(copied('formats/lora/ia3'));
  await expect(page.getByText(/this is an adapter of the kind \(IA\)³/).first()).toBeVisible();

  const whole = await writeShards(
    fixturePath(`${POOL}/base/model.safetensors`),
    `${scratch}/shards`,
    3,
  );
  await files(page).setInputFiles(whole.slice(0, -1));
  await expect(page.getByText(/and their index is missing/).first()).toBeVisible();
  rmSync(whole[1] ?? '');
  await files(page).setInputFiles(whole.filter((_, i) => i !== 1));
  await expect(
    page.getByText(/1 of its 3 shards is missing: model-00002-of-00003\.safetensors/).first(),
  ).toBeVisible();
  await expect(modelPool(page).getByRole('button', { name: /^(Base|Expert): / })).toHaveCount(0);
});
