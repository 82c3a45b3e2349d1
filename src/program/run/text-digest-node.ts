/** The contents of a text tower as one number: its tensors and its tokenizer, wherever they lie and whatever they are called. */
import { createHash } from 'node:crypto';
import type { ClipModel } from '../../clip/types';
import { byCodePoint } from '../../code-points';

/**
 * SHA-256 of what a prompt's embedding is computed from, besides the text tower's configuration. Of a ViT-B/32 it reads 250 of
 * 600 MB, so it takes less than the digest of the file, and full CLIPs that differ in their vision towers have the same.
 * @throws Error of the file system, and the signal's reason
 */
export async function textDigest(
  { text, tokenizer }: ClipModel,
  signal: AbortSignal,
): Promise<string> {
  const hash = createHash('sha256');
  hash.update(JSON.stringify([tokenizer?.json, tokenizer?.config]));
  const tensors = [...(text?.tensors ?? [])].sort(([a], [b]) => byCodePoint(a, b));
  for (const [name, tensor] of tensors) {
    signal.throwIfAborted();
    hash.update(JSON.stringify([name, tensor.dtype, tensor.shape]));
    hash.update(await tensor.read());
  }
  return hash.digest('hex');
}
