import { describe, expect, it } from 'vitest';
import type { ConfigurationFormat } from '../api';
import { openMicro } from '../testing/micro-models';
import { engineValue, poolModel, taskOf } from '../testing/values';
import type { EngineValue, PoolModel } from '../value';
import { readConfiguration, readConfigurationFile, writeConfigurationFile } from './configuration';

const TASK_ARITHMETIC = 'TaskArithmeticAlgorithm';
const model = (name: string, changes: Partial<PoolModel> = {}) =>
  poolModel(`id ${name}`, undefined, { name, ...changes });

const pooled = (
  experts: readonly PoolModel[],
  changes: Partial<EngineValue> = {},
): EngineValue => ({
  ...engineValue({ chosenFactor: 0.45 }),
  pool: { baseId: 'id clip', models: [model('clip'), ...experts] },
  ...changes,
});
const text = (value: EngineValue, format: ConfigurationFormat = 'fusion_bench') =>
  writeConfigurationFile(value, format).file.text();
const readBack = async (value: EngineValue, format?: ConfigurationFormat) =>
  readConfiguration(await text(value, format), 'x.yaml');

describe('the configuration of what is on the page', () => {
  it.each([
    ['fusion_bench', 'task_arithmetic.yaml'],
    ['mergekit', 'mergekit_config.yml'],
  ] as const)('for %s is called %s', (format, expected) => {
    const { name, file } = writeConfigurationFile(pooled([model('a')]), format);
    expect([name, file.type]).toEqual([expected, 'application/yaml']);
  });

  it.each(['fusion_bench', 'mergekit'] as const)('comes back from %s', async (format) => {
    const value = pooled([model('b'), model('a'), model('out', { included: false })]);
    expect(await readBack(value, format)).toEqual({
      method: TASK_ARITHMETIC,
      options: expect.any(Object),
      scalingFactor: 0.45,
      pretrained: { name: '_pretrained_', weight: 1, aliases: ['clip'] },
      experts: ['b', 'a'].map((name) => ({ name, weight: 1, aliases: [name] })),
    });
  });

  it('names a part of a file as the command line does', async () => {
    const { models } = await openMicro();
    const part = { ...models.alpha, checkpoint: { ...models.alpha.checkpoint, part: 'ema/1' } };
    const opened = { against: null, files: [], model: part };
    const value = pooled([model('a', { opened }), model('b#2')], { tasks: [taskOf('pets')] });
    const base = { ...value.pool.models[0], ...model('clip', { opened }) };
    const all = {
      ...value,
      pool: { ...value.pool, models: [base, ...value.pool.models.slice(1)] },
    };
    const yaml = await text(all);
    expect(yaml).toContain('./clip#ema/1');
    expect(yaml).toContain('read by Task Arithmetic Studio');
    expect(await text(value)).not.toContain('./clip#');
    const { pretrained, experts } = readConfiguration(yaml, 'x.yaml');
    expect(pretrained).toMatchObject({ name: '_pretrained_', aliases: ['clip'], part: 'ema/1' });
    expect(experts).toEqual([
      { name: 'a', weight: 1, aliases: ['a'], part: 'ema/1' },
      { name: 'b#2', weight: 1, aliases: ['b#2', 'b'], part: '2' },
    ]);
    await expect(async () => text(all, 'mergekit')).rejects.toThrowErrorMatchingInlineSnapshot(
      `[CompatibilityError: mergekit takes no part of a file: save these weights alone, and merge those files: clip ("ema/1"), a ("ema/1"). FusionBench's configuration names the parts for this program's own command line.]`,
    );
  });

  it('carries weights of task vectors to mergekit, which FusionBench has none for', async () => {
    const value = pooled([model('a', { weight: 0.5 }), model('b'), model('c', { weight: -1 })]);
    const { experts } = await readBack(value, 'mergekit');
    expect(experts.map(({ weight }) => weight)).toEqual([0.5, 1, -1]);
    await expect(async () => text(value)).rejects.toThrow('set those of a, c to 1');
  });

  it('has no use for weights where the method averages', async () => {
    const method = { name: 'SimpleAverageAlgorithm', options: {} };
    const value = pooled([model('a', { weight: 0.5 })], { method });
    expect(await readBack(value)).toMatchObject({
      method: 'SimpleAverageAlgorithm',
      scalingFactor: null,
      experts: [{ name: 'a', weight: 1 }],
    });
    expect(await text(value)).not.toContain('scaling_factor');
  });

  it('leaves the base out of an interpolation between two experts only', async () => {
    const method = { name: 'SlerpMergeAlgorithm', options: { t: 0.25 } };
    const two = await text(pooled([model('a'), model('b')], { method }));
    expect(two).not.toContain('_pretrained_');
    expect(readConfiguration(two, 'x.yaml')).toMatchObject({
      options: { t: 0.25 },
      scalingFactor: null,
      pretrained: null,
      experts: [{ name: 'a' }, { name: 'b' }],
    });
    expect(await text(pooled([model('a')], { method }))).toContain('_pretrained_');
    expect(await text(pooled([model('a'), model('b')]))).toContain('_pretrained_');
  });

  it('has the included tasks, with folders, classes and templates', async () => {
    const tasks = [
      taskOf('pets', { classnames: ['cat', 'dog'], templates: ['a {}', 'the {}'] }),
      taskOf('cars', { included: false }),
    ];
    const yaml = await text(pooled([model('a')], { tasks }));
    for (const part of [
      'CLIPVisionModelTaskPool',
      './tasks/pets',
      'imagefolder',
      'batch_size: 128',
      'dog',
      'the {}',
      './clip',
      '{log_dir}/program_report.json',
    ]) {
      expect(yaml).toContain(part);
    }
    expect(yaml).not.toContain('cars');
  });

  it('has no tasks where none is included', async () => {
    const tasks = [taskOf('cars', { included: false })];
    expect(await text(pooled([model('a')], { tasks }))).toContain('DummyTaskPool');
  });

  it('asks for all models in float32, as they are merged here', async () => {
    const yaml = await text(pooled([model('a')]));
    expect(yaml.match(/torch_dtype: float32/g)).toHaveLength(2);
  });

  it('needs a base and an expert', () => {
    const message = 'There is nothing to write: the pool needs a base and an expert.';
    expect(() => writeConfigurationFile(pooled([]), 'mergekit')).toThrow(message);
    const value = pooled([model('a')]);
    const baseless = { ...value, pool: { ...value.pool, baseId: null } };
    expect(() => writeConfigurationFile(baseless, 'mergekit')).toThrow(message);
  });
});

describe('a configuration that is dropped', () => {
  const pool = (models: string) => `
modelpool:
  _target_: fusion_bench.modelpool.CLIPVisionModelPool
  models: ${models}
`;
  const method = (keys: string) => `method: { _target_: fusion_bench.method.${keys} }`;

  it('finds models by the last step of their paths, too', () => {
    const yaml = `${method(`${TASK_ARITHMETIC}, scaling_factor: 0.3`)}${pool(
      '{ _pretrained_: openai/clip-vit-base-patch32/, cars: ./experts/stanford_cars }',
    )}`;
    expect(readConfiguration(yaml, 'x.yaml')).toMatchObject({
      scalingFactor: 0.3,
      pretrained: { name: '_pretrained_', aliases: ['clip-vit-base-patch32'] },
      experts: [{ name: 'cars', aliases: ['stanford_cars'], weight: 1 }],
    });
  });

  it('is refused where an interpolation ends with the base, not where it begins with it', () => {
    const slerp = method('SlerpMergeAlgorithm, t: 0.25');
    expect(() =>
      readConfiguration(`${slerp}${pool('{ mnist: mnist, _pretrained_: base }')}`, 'x.yaml'),
    ).toThrow('x.yaml: modelpool.models ends with _pretrained_');
    const first = `${slerp}${pool('{ _pretrained_: base, mnist: mnist }')}`;
    expect(readConfiguration(first, 'x.yaml').experts.map(({ name }) => name)).toEqual(['mnist']);
    const sum = method(`${TASK_ARITHMETIC}, scaling_factor: 0.3`);
    const last = `${sum}${pool('{ mnist: mnist, _pretrained_: base }')}`;
    expect(readConfiguration(last, 'x.yaml').experts.map(({ name }) => name)).toEqual(['mnist']);
  });

  it('draws by the program’s seed', () => {
    const dare = method(
      'DareTaskArithmetic, scaling_factor: 1, sparsity_ratio: 0.5, only_on_linear_weights: true',
    );
    const yaml = `seed: 7\n${dare}${pool('{ _pretrained_: base, mnist: mnist }')}`;
    expect(readConfiguration(yaml, 'x.yaml').options).toMatchObject({ seed: 7 });
  });

  it('is not read where it is far too large to be one', async () => {
    const file = (size: number) => ({
      path: 'x.yaml',
      file: new File([' '.repeat(size)], 'x.yaml'),
    });
    await expect(readConfigurationFile(file(1_000_001))).rejects.toThrow(
      'x.yaml is too large for a configuration (1000001 bytes).',
    );
    await expect(readConfigurationFile(file(1_000_000))).rejects.not.toThrow('too large');
    const yaml = await text(pooled([model('a')]));
    const dropped = { path: 'x.yaml', file: new File([yaml], 'x.yaml') };
    expect(await readConfigurationFile(dropped)).toMatchObject({ method: TASK_ARITHMETIC });
  });
});
