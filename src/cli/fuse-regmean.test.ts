import { openAsBlob } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openClip } from '../clip/open';
import { fixtureJson } from '../clip/testing';
import { distanceFrom, type MatrixRow } from '../method/testing/matrix-parity';
import { readVisionTensor } from '../method/vision-tensor';
import { fuse, REFERENCE, temporaryFolder } from './fuse/testing';

/** The reference's configuration with RegMean as its method. */
const REGMEAN = [
  ...REFERENCE,
  'method._target_=fusion_bench.method.RegMeanAlgorithmForCLIP',
  '~method.scaling_factor',
  '+method.num_regmean_examples=256',
  '+method.reduce_non_diagonal_ratio=0.95',
  '+method.exclude_param_names_regex=[]',
  '+method.weight_transpose=true',
  '+method.dataloader_kwargs={batch_size: 32, num_workers: 0}',
];

it('merges by RegMean on the pictures of the task pool, as FusionBench does', async () => {
  const folder = temporaryFolder();
  const { code, told } = await fuse([
    ...REGMEAN,
    `+report_save_path=${folder}/report.json`,
    `+merged_model_save_path=${folder}/merged`,
  ]);
  expect(code, told).toBe(0);
  const files = await Promise.all(
    ['config.json', 'model.safetensors'].map(async (name) => ({
      name,
      blob: await openAsBlob(join(folder, 'merged', name)),
    })),
  );
  const merged = await openClip('merged', files);
  const { rows } = fixtureJson<{ rows: MatrixRow[] }>('methods/regmean.json');
  const row = rows.find(({ shape }) => shape === 'p8-32');
  if (!row) throw new Error('the fixture has no row of p8-32');
  const { largest, differing } = await distanceFrom(row, (name) => readVisionTensor(merged, name));
  expect(differing).toEqual([]);
  expect(largest).toBeLessThan(1e-4);
});

it('says which experts have no task, and what to do', async () => {
  const { code, told } = await fuse([...REGMEAN, '~taskpool.test_datasets.surfaces']);
  expect(code).not.toBe(0);
  expect(told).toContain(
    'taskpool.test_datasets: pictures of the tasks of surfaces are needed, and no task has such a name. Add it, or rename the models after their tasks.',
  );
});
