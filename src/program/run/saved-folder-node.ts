/** What the folder of a saved model holds, and whether this program wrote it: only then it is replaced. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PROCESSOR_FILES } from '../../checkpoint/file-roles';
import { fileSource } from '../../checkpoint/file-source-node';
import { openSafetensors } from '../../checkpoint/safetensors/open-safetensors';
import { isOwnModel } from '../../clip/onnx/own-model';
import { FormatError } from '../../errors';
import type { MergedModelAs } from '../config/program/types';
import { CARD_FILE, CONFIGURATION_FILES, CURVE_FILE, WEIGHTS_FILES } from '../export/formats';
import { CARD_BEGINNING } from '../export/front-matter';
import { RECIPE_KEY } from '../recipe';

/** All that may be written, weights first. */
export function savedFileNames(as: MergedModelAs | undefined): readonly string[] {
  const format = as?.format ?? 'transformers';
  const configuration = CONFIGURATION_FILES[format];
  const hasProcessor = format === 'onnx' || (format === 'transformers' && as?.content === 'clip');
  return [
    WEIGHTS_FILES[format],
    ...(configuration === null ? [] : [configuration]),
    CARD_FILE,
    CURVE_FILE,
    ...(hasProcessor ? PROCESSOR_FILES : []),
  ];
}

/**
 * Its weights carry a recipe, and a card is one of this program's; a folder without weights is not one that this program left.
 * @throws Error of the file system
 */
export async function isEarlierModel(
  folder: string,
  as: MergedModelAs | undefined,
): Promise<boolean> {
  const card = await readFile(join(folder, CARD_FILE), 'utf8').catch(missing);
  if (card !== null && !card.startsWith(CARD_BEGINNING)) return false;
  const name = WEIGHTS_FILES[as?.format ?? 'transformers'];
  const blob = await fileSource(join(folder, name)).catch(missing);
  if (blob === null) return false;
  if (as?.format === 'onnx') return isOwnModel(blob);
  try {
    return (await openSafetensors({ name, blob })).metadata.has(RECIPE_KEY);
  } catch (error) {
    if (error instanceof FormatError) return false;
    throw error;
  }
}

function missing(error: unknown): null {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT' || code === 'ENOTDIR') return null;
  throw error;
}
