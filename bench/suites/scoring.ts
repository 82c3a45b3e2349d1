/**
 * Pictures per second of a ViT-B/32 on the command line. Two runs of different length: the difference of their times is the
 * scoring alone, decoding and preprocessing included; starting, reading and the prompts cancel out.
 */
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { projectRoot } from '../../scripts/lib/tools.mjs';
import { NO_REFERENCE, python, runFuse, runFusionBench } from '../support/processes';
import { writeScoringProgram } from '../support/programs';
import { vitB32, writeRandomClip } from '../support/random-clip';
import type { Suite } from '../support/row';
import { type Contender, sideBySide } from '../support/side-by-side';

const FEW = 32;
const MANY = 416;
const BATCH = 32;

/** The published vocabulary, whose tokenizer is used. */
const VOCABULARY = 49_408;

const WANTED = 1.05;

/** A task whose classes both programs know. */
const TASK = 'mnist';
const CLASSES = 10;

export const scoring: Suite = async ({ folder, rounds, tell }) => {
  const place = join(folder, 'scoring');
  await mkdir(place, { recursive: true });
  await writeModel(join(place, 'clip'));
  for (const count of [FEW, MANY]) await writePictures(join(place, `pictures-${count}`), count);
  const clip = join(place, 'clip');
  const program = async (count: number) => {
    const folders = { [TASK]: join(place, `pictures-${count}`) };
    const tasks = { folders, batchSize: BATCH };
    return (await writeScoringProgram(place, `score-${count}`, clip, tasks)).args;
  };
  const [shortRun, longRun] = [await program(FEW), await program(MANY)];
  const perSecond = async (run: (args: readonly string[]) => Promise<{ seconds: number }>) => {
    const [few, many] = [await run(shortRun), await run(longRun)];
    return (MANY - FEW) / (many.seconds - few.seconds);
  };
  const others: Contender[] = [];
  if (python !== undefined) {
    others.push({
      name: 'FusionBench',
      wanted: WANTED,
      measure: () => perSecond((given) => runFusionBench(given, availableParallelism())),
    });
  }
  const work = 'ViT-B/32, 224 pixels';
  return {
    title: 'Scoring on the CPU',
    text: `Images per second, from ${FEW} and ${MANY} pictures: decoding, preprocessing, vision tower and classification in batches of ${BATCH}; FusionBench runs PyTorch in eager mode.`,
    rows: [await sideBySide(work, 'images/s', rounds, () => perSecond(runFuse), others, tell)],
    omitted: python === undefined ? [`FusionBench: ${NO_REFERENCE}`] : [],
  };
};

async function writeModel(folder: string): Promise<void> {
  await writeRandomClip(folder, vitB32(VOCABULARY), { full: true, seed: 1 });
  const tokenizer = resolve(projectRoot, 'reference/fixtures/tokenizer-openai');
  const packed = await readFile(join(tokenizer, 'tokenizer.json.gz'));
  await writeFile(join(folder, 'tokenizer.json'), gunzipSync(packed));
  await cp(join(tokenizer, 'tokenizer_config.json'), join(folder, 'tokenizer_config.json'));
  await writeFile(join(folder, 'preprocessor_config.json'), JSON.stringify(PROCESSOR));
}

/** OpenAI's. */
const PROCESSOR = {
  image_processor_type: 'CLIPImageProcessor',
  do_resize: true,
  size: { shortest_edge: 224 },
  resample: 3,
  do_center_crop: true,
  crop_size: { height: 224, width: 224 },
  do_rescale: true,
  do_normalize: true,
  do_convert_rgb: true,
  image_mean: [0.48145466, 0.4578275, 0.40821073],
  image_std: [0.26862954, 0.26130258, 0.27577711],
};

/** One picture of usual size over and over, for both alike. */
async function writePictures(folder: string, count: number): Promise<void> {
  const picture = resolve(projectRoot, 'reference/fixtures/images/files/500x375.jpg');
  for (let i = 0; i < count; i++) {
    const target = join(folder, `${i % CLASSES}`);
    await mkdir(target, { recursive: true });
    await cp(picture, join(target, `${i}.jpg`));
  }
}
