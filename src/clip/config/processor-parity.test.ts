import { describe, expect, it } from 'vitest';
import { FormatError } from '../../errors';
import { decodeImage } from '../images/decode';
import { fixtureJson, picture, sha256 } from '../images/fixtures';
import { pixelTable, writePixels } from '../images/patches';
import { preprocess } from '../images/preprocess';
import type { ProcessorConfig } from '../types';
import { openClipProcessor } from './open-clip-processor';
import { readProcessor } from './processor';

interface Case<Result> {
  name: string;
  config: Record<string, unknown>;
  /** By picture; null where the reference refuses. */
  files: Record<string, Result | null> | null;
}

const { transformers, openClip } = fixtureJson<{
  transformers: Case<{ size: [number, number]; values: string }>[];
  openClip: Case<string>[];
}>('processors.json');

/** What transformers computes and is refused here, by its key. */
const REFUSED: Readonly<Record<string, RegExp>> = {
  'another class': /image_processor_type is "ViTImageProcessor"/,
  'another feature extractor': /feature_extractor_type is "ViTFeatureExtractor"/,
  'resample 6': /resample is 6/,
  'largest sides': /size is \{"max_height"/,
  'do_pad to more': /pad_size is/,
  'use_square_size, no crop': /prepares pictures of 224 x 224/,
  'std 0': /image_std is \[0.5,0,0.5\]/,
};

function attempt(read: () => ProcessorConfig | undefined): ProcessorConfig | string {
  try {
    return read() ?? 'nothing';
  } catch (error) {
    if (error instanceof FormatError) return error.message;
    throw error;
  }
}

/** Hash of the pixel values, and their size. */
async function prepared(file: string, config: ProcessorConfig) {
  const crop = preprocess(await decodeImage(await picture(`files/${file}`), config), config);
  const values = new Float32Array(crop.data.length);
  writePixels(crop, pixelTable(config), values, 0);
  return { size: [crop.height, crop.width], values: sha256(new Uint8Array(values.buffer)) };
}

describe('preprocessor_config.json', () => {
  it.each(transformers)('prepares pictures as transformers does: $name', async (row) => {
    const section = { file: 'preprocessor_config.json', path: '', values: row.config };
    const config = attempt(() => readProcessor(section, 32));
    const refusal = REFUSED[row.name];
    if (refusal || row.files === null) {
      expect(config).toMatch(refusal ?? /^preprocessor_config\.json: .* is needed\. Correct/);
      return;
    }
    if (typeof config === 'string') throw new Error(config);
    for (const [file, result] of Object.entries(row.files)) {
      expect([file, await prepared(file, config)]).toEqual([file, result]);
    }
  });
});

describe('open_clip_config.json', () => {
  it.each(openClip)('prepares pictures as OpenCLIP does: $name', async (row) => {
    // Without any setting the file says nothing, and the pool's own defaults are taken.
    const preprocess_cfg = { fill_color: 0, ...row.config };
    const config = attempt(() =>
      openClipProcessor('open_clip_config.json', { preprocess_cfg }, 32),
    );
    if (row.files === null) {
      expect(config).toMatch(/^open_clip_config\.json: preprocess_cfg\.\w+ is .* is needed/);
      return;
    }
    if (typeof config === 'string') throw new Error(config);
    for (const [file, result] of Object.entries(row.files)) {
      expect([file, (await prepared(file, config)).values]).toEqual([file, result]);
    }
  });
});
