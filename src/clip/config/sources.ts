/** Which of a model folder's small files say what: configuration, preprocessing, tokenizer. */
import type { NamedBlob } from '../../checkpoint/types';
import { findFile, isJsonObject, type JsonObject, readJson } from '../files';
import type { ClipModel, ProcessorConfig } from '../types';
import { type ConfigSections, configSections } from './config-json';
import { legacyTokenizer } from './legacy-tokenizer';
import { openClipSections } from './open-clip-config';
import { openClipProcessor } from './open-clip-processor';
import { readProcessor } from './processor';

export interface ModelConfiguration {
  readonly sections?: ConfigSections;
  /** `config.json` as it stands; not OpenCLIP's. */
  readonly configJson?: JsonObject;
}

/** @throws FormatError where a file cannot be read as what its name says */
export async function readConfiguration(files: readonly NamedBlob[]): Promise<ModelConfiguration> {
  const config = findFile(files, 'config.json');
  if (config !== undefined) {
    const configJson = await readJson(config);
    return { configJson, sections: configSections(config.name, configJson) };
  }
  const openClip = findFile(files, 'open_clip_config.json');
  if (openClip === undefined) return {};
  return { sections: openClipSections(openClip.name, await readJson(openClip)) };
}

/**
 * Preprocessing in transformers' order: nested in `processor_config.json`, else `preprocessor_config.json`; then OpenCLIP's.
 * @throws FormatError where the settings cannot be used with this tower
 */
export async function readPreprocessing(
  files: readonly NamedBlob[],
  imageSize: number,
): Promise<ProcessorConfig | undefined> {
  const nested = findFile(files, 'processor_config.json');
  const values = nested === undefined ? undefined : (await readJson(nested)).image_processor;
  if (nested !== undefined && isJsonObject(values)) {
    return readProcessor({ file: nested.name, path: 'image_processor.', values }, imageSize);
  }
  const flat = findFile(files, 'preprocessor_config.json');
  if (flat !== undefined) {
    return readProcessor({ file: flat.name, path: '', values: await readJson(flat) }, imageSize);
  }
  const openClip = findFile(files, 'open_clip_config.json');
  if (openClip === undefined) return undefined;
  return openClipProcessor(openClip.name, await readJson(openClip), imageSize);
}

/**
 * `tokenizer.json`, or what `vocab.json` and `merges.txt` make together, with `tokenizer_config.json` where it is there.
 * @throws FormatError where a file cannot be read as what its name says
 */
export async function readTokenizerFiles(
  files: readonly NamedBlob[],
): Promise<ClipModel['tokenizer']> {
  const configFile = findFile(files, 'tokenizer_config.json');
  const config = configFile === undefined ? {} : await readJson(configFile);
  const json = findFile(files, 'tokenizer.json');
  if (json !== undefined) return { json: await readJson(json), config };
  const vocab = findFile(files, 'vocab.json');
  const merges = findFile(files, 'merges.txt');
  if (vocab === undefined || merges === undefined) return undefined;
  const text = await merges.blob.text();
  return { json: legacyTokenizer(vocab.name, await readJson(vocab), text), config };
}
