import { describe, expect, it } from 'vitest';
import { readLoneFile } from '../../hydra/lone-file';
import { checkProgram } from './read-program';

const TASK = '{_target_: datasets.load_dataset, path: imagefolder, data_dir: x, split: test';
const withoutEffect = (text: string) => {
  const { config, referenced } = readLoneFile(text, 'a.yaml', {});
  return checkProgram(config, referenced).withoutEffect;
};
const POOL =
  'modelpool: {_target_: fusion_bench.modelpool.CLIPVisionModelPool, models: {a: x, b: y}}';
const AVERAGE = 'method: {_target_: fusion_bench.method.SimpleAverageAlgorithm';

describe('options that change nothing here', () => {
  it('are told by their paths', () => {
    expect(
      withoutEffect(`
fabric: {devices: 4, loggers: {_target_: x}}
path: {log_dir: logs}
${AVERAGE}, inplace: true}
${POOL}
taskpool:
  _target_: fusion_bench.taskpool.CLIPVisionModelTaskPool
  clip_model: x
  processor: x
  dataloader_kwargs: {batch_size: 2, num_workers: 8, pin_memory: null}
  test_datasets: {a: ${TASK}, num_proc: 3}}
`),
    ).toEqual([
      'fabric',
      'method.inplace',
      'taskpool.dataloader_kwargs.num_workers',
      'taskpool.test_datasets.a.num_proc',
    ]);
  });

  it('are none where every one counts', () => {
    expect(withoutEffect(`seed: 1\n${AVERAGE}}\n${POOL}`)).toEqual([]);
  });
});
