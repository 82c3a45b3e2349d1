/** Which head it is: everything that decides its numbers, so that equal keys mean equal bits. */
import { hashBlob } from '../../checkpoint/hash-blob';
import type { TextConfig } from '../../clip/types';
import { dependencies } from '../../version';

export interface HeadKey {
  /** Stands for the weights of the text tower and the tokenizer: a digest, or an id that is never given to others. */
  readonly tower: string;
  /** SHA-256 of all there is to a head, `tower` included: 64 hexadecimal digits. */
  readonly digest: string;
  /** The digest of the same head where `tower` is called otherwise. */
  under(tower: string): Promise<string>;
}

/** To be raised with the text graph, its batches (neighbours decide how a prompt is padded) or the way to the mean. */
const FORMAT = 1;

/** Prompts go through these on their way to numbers; another version may round otherwise. */
const PACKAGES = [dependencies['@huggingface/tokenizers'], dependencies['onnxruntime-web']];

/**
 * The key of the head of these classes, prompted with these templates.
 * @param part - of what `tower` stands for, where that is not the one taken unasked
 */
export async function headKey(
  tower: string,
  config: TextConfig | undefined,
  classnames: readonly string[],
  templates: readonly string[],
  part?: string,
): Promise<HeadKey> {
  const settings = Object.entries(config ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  const under = (name: string): Promise<string> => {
    const weights = part === undefined ? name : [name, part];
    const all = JSON.stringify([FORMAT, PACKAGES, weights, settings, classnames, templates]);
    return hashBlob(new Blob([all]));
  };
  return { tower, digest: await under(tower), under };
}
