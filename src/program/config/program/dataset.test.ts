import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { openTask } from '../../run/open-task-node';
import { writeConfig } from '../formats/write-config';
import { readConfig } from './read-program';
import type { ProgramConfig } from './types';

const SETS = fileURLToPath(new URL('../../../../reference/fixtures/webdataset/', import.meta.url));
const ALL = { sampleSize: null, sampleSeed: 0, first: null };

const configOf = (dataset: string) =>
  readConfig(`
    method: {_target_: fusion_bench.method.DummyAlgorithm}
    modelpool: {_target_: fusion_bench.modelpool.CLIPVisionModelPool, models: {_pretrained_: a}}
    taskpool:
      _target_: fusion_bench.taskpool.CLIPVisionModelTaskPool
      clip_model: a
      processor: a
      test_datasets: {fer2013: ${dataset}}
  `);

function taskOf({ taskpool }: ProgramConfig) {
  const task = taskpool?.target === 'CLIPVisionModelTaskPool' ? taskpool.tasks[0] : undefined;
  if (!task) throw new Error('there is no task');
  return task;
}

describe("FusionBench's load_fer2013", () => {
  const TARGET = '_target_: fusion_bench.dataset.fer2013.load_fer2013';

  it("is the WebDataset of CLIP benchmark's repository, of its train split where none is given", () => {
    expect(taskOf(configOf(`{${TARGET}}`)).dataset).toMatchObject({
      path: 'clip-benchmark/wds_fer2013',
      split: [{ split: 'train' }],
      loader: 'fer2013',
    });
  });

  it('is written as it was read', () => {
    const config = configOf(`{${TARGET}, path: me/faces, split: test}`);
    expect(writeConfig(config)).toContain(TARGET);
    expect(readConfig(writeConfig(config)).taskpool).toEqual(config.taskpool);
  });

  it("has FusionBench's class names for the labels in its archives", async () => {
    const task = taskOf(configOf(`{${TARGET}, path: '${SETS}numbers', split: test}`));
    const { rows, classnames, templates } = await openTask(task, ALL, { cwd: SETS, env: {} });
    expect(rows.map(({ label }) => label)).toEqual([2, 1, 0, 1, 0]);
    expect(classnames).toHaveLength(7);
    expect(classnames[0]).toBe('angry');
    expect(templates.length).toBeGreaterThan(1);
  });

  it('knows no other arguments', () => {
    expect(() => configOf(`{${TARGET}, spilt: test}`)).toThrow('spilt');
  });
});

it('says how data of save_to_disk are written as Parquet', () => {
  expect(() => configOf('{_target_: datasets.load_from_disk, dataset_path: birds}')).toThrow(
    'taskpool.test_datasets.fer2013._target_: what save_to_disk wrote is not read. Write it as Parquet',
  );
});

it('says how a task pool of FusionBench 0.1 is written today', () => {
  expect(() =>
    readConfig(`
      method: {_target_: fusion_bench.method.DummyAlgorithm}
      modelpool: {_target_: fusion_bench.modelpool.CLIPVisionModelPool, models: {_pretrained_: a}}
      taskpool: {type: clip_vit_classification, tasks: []}
    `),
  ).toThrow(
    'taskpool.type: this is a task pool of FusionBench 0.1, which is not read. Write it as CLIPVisionModelTaskPool',
  );
});
