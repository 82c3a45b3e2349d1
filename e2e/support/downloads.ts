/** What the page hands out, and what is in it. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';

/** Presses the button and takes the file that comes. */
export async function download(
  page: Page,
  button: string,
): Promise<{ name: string; bytes: Buffer }> {
  const started = page.waitForEvent('download');
  await page.getByRole('button', { name: button }).click();
  const file = await started;
  return { name: file.suggestedFilename(), bytes: readFileSync(await file.path()) };
}

/** The bytes of every tensor of a safetensors file, by canonical name. */
export function tensorBytes(file: Buffer): Record<string, Buffer> {
  const headerLength = Number(file.readBigUInt64LE(0));
  const header = JSON.parse(file.subarray(8, 8 + headerLength).toString());
  const tensors: Record<string, Buffer> = {};
  for (const [name, tensor] of Object.entries<{ data_offsets: [number, number] }>(header)) {
    if (name === '__metadata__') continue;
    const [begin, end] = tensor.data_offsets.map((offset) => offset + 8 + headerLength);
    tensors[name.replace('vision_model.', '')] = file.subarray(begin, end);
  }
  return tensors;
}

/** SHA-256 of every tensor of a safetensors file, by canonical name. */
export function tensorHashes(file: Buffer): Record<string, string> {
  return Object.fromEntries(
    Object.entries(tensorBytes(file)).map(([name, bytes]) => [
      name,
      createHash('sha256').update(bytes).digest('hex'),
    ]),
  );
}
