/** The formats in which a merged model goes out, from the page: a card with what was measured, and files of other libraries. */
import { unzipSync } from 'fflate';
import { download } from './support/downloads';
import { fillStudio, scored } from './support/fixture-pool';
import { openStudio } from './support/studio';
import { expect, test } from './support/test';

test('a zip has a card with what was measured, for the library that is chosen', async ({
  page,
}) => {
  test.slow();
  await openStudio(page);
  await fillStudio(page);
  await scored(page);
  const format = page.getByRole('combobox', { name: 'Format of the download' });
  const zip = page.getByRole('checkbox', { name: 'in a zip, with its card' });
  const taken = async () => {
    const { name, bytes } = await download(page, 'Download merged model');
    expect(name).toBe('merged-model.zip');
    const files = unzipSync(bytes);
    const card = new TextDecoder().decode(files['README.md']);
    return { names: Object.keys(files), card, files };
  };

  await zip.click();
  const plain = await taken();
  expect(plain.names.slice(0, 3)).toEqual(['config.json', 'model.safetensors', 'README.md']);
  expect(plain.card).toContain('library_name: transformers');
  expect(plain.card).toMatch(/^\| outlines \| 40 \| 0\.\d{4} \| /m);

  await page.getByRole('combobox', { name: 'Part of the model to download' }).selectOption('clip');
  await format.selectOption('openclip');
  const openClip = await taken();
  expect(openClip.names.slice(0, 2)).toEqual([
    'open_clip_config.json',
    'open_clip_model.safetensors',
  ]);

  await format.selectOption('lora');
  await expect(zip).toBeChecked();
  await expect(zip).toBeDisabled();
  await page.getByRole('spinbutton', { name: 'Rank of the LoRA' }).fill('4');
  await page.getByRole('spinbutton', { name: 'Rank of the LoRA' }).press('Enter');
  const lora = await taken();
  expect(lora.names.slice(0, 2)).toEqual(['adapter_config.json', 'adapter_model.safetensors']);
  expect(lora.card).toContain('`B A` of rank 4 for 12 matrices');

  await format.selectOption('onnx');
  await zip.click();
  const onnx = await download(page, 'Download merged model');
  expect(onnx.name).toBe('model.onnx');
  expect(onnx.bytes.subarray(0, 32).toString('latin1')).toContain('task-arithmetic-studio');
});
