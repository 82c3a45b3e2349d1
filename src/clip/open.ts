/** From files to a CLIP. */
import { openCheckpoint } from '../checkpoint/open';
import type { NamedBlob } from '../checkpoint/types';
import { describeClip } from './describe';
import { isAdapter, openAdapter } from './lora/open-adapter';
import type { ClipModel } from './types';

/**
 * Opens one model: of its weights the headers, of its configuration everything (see `describeClip`). A LoRA adapter opens
 * as the expert that it makes of `base` (see `openAdapter`).
 * @throws FormatError where the files are no CLIP, are incomplete, or contradict each other
 * @throws NeedsBaseError where they are an adapter of a model that is not there
 */
export async function openClip(
  name: string,
  files: readonly NamedBlob[],
  base?: ClipModel,
): Promise<ClipModel> {
  const checkpoint = await openCheckpoint(files);
  return isAdapter(checkpoint, files)
    ? openAdapter(name, checkpoint, files, base)
    : describeClip(name, checkpoint, files, base);
}
