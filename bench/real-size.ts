/**
 * Drives the page with the tutorial's case at its real size: a random ViT-B/32 base, four experts, 32 images, then opens
 * it again. Prints the time of each step, what the page said when, and the peak memory of the browser's largest process;
 * numbers of one machine at one moment, never a test.
 *
 * `npm run bench -- real-size [--folder DIR] [--experts N]`: DIR keeps the 2 GB of checkpoints for the next run.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { parseArgs } from 'node:util';
import {
  firstRealSizeVisit,
  type RealSizeVisit,
  secondRealSizeVisit,
  writeRealSizeFiles,
} from './support/first-visits';
import { megabytes } from './support/memory';
import { printMoments } from './support/timeline';

const { values } = parseArgs({
  options: { folder: { type: 'string' }, experts: { type: 'string', default: '4' } },
});
const scratch = await mkdtemp(`${tmpdir()}/studio-real-size-`);
const profile = `${scratch}/profile`;

try {
  const files = await writeRealSizeFiles(values.folder ?? scratch, Number(values.experts));
  tell('first visit', await firstRealSizeVisit(profile, files, `${scratch}/model.safetensors`));
  tell('second visit', await secondRealSizeVisit(profile));
  console.log(`${availableParallelism()} cores`);
} finally {
  await rm(scratch, { recursive: true, force: true });
}

function tell(name: string, { steps, moments, peakBytes, downloadedBytes }: RealSizeVisit): void {
  console.log(name);
  for (const [step, seconds] of steps) console.log(`${step}: ${seconds.toFixed(1)} s`);
  if (downloadedBytes !== undefined) console.log(`downloaded ${megabytes(downloadedBytes)}`);
  printMoments(moments);
  console.log(`peak memory of the largest process: ${megabytes(peakBytes)}`);
}
