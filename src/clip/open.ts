/** From files to a CLIP. */
import { openCheckpoint } from '../checkpoint/open';
import type { NamedBlob } from '../checkpoint/types';
import { describeClip } from './describe';
import type { ClipModel } from './types';

/**
 * Opens one model: of its weights the headers, of its configuration everything (see `describeClip`).
 * @throws FormatError where the files are no CLIP, are incomplete, or contradict each other
 */
export async function openClip(
  name: string,
  files: readonly NamedBlob[],
  base?: ClipModel,
): Promise<ClipModel> {
  return describeClip(name, await openCheckpoint([...files]), files, base);
}
