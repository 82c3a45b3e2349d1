import { describe, expect, it } from 'vitest';
import { calibrated } from '../../../method/calibration/base-method';
import type { ChosenMethod } from '../../../method/options';
import { withDefaults } from '../../../method/options';
import { otherOptions } from '../../../method/testing/other-options';
import { runnableMethod } from '../../run/method-choice';
import { PROGRAM_DEFAULTS, writeConfig } from '../formats/write-config';
import { readConfig } from '../program/read-program';
import { methodConfig } from './index';

const [{ methods }] = calibrated.options;

function written(base_method: ChosenMethod): string {
  const models = ['_pretrained_', 'a', 'b'].map((name) => ({ name, reference: `./${name}` }));
  return writeConfig({
    method: methodConfig(calibrated, { base_method, alpha: 0.5 }),
    modelpool: { target: 'CLIPVisionModelPool', models, processor: null, platform: 'hf' },
    taskpool: null,
    program: PROGRAM_DEFAULTS,
  });
}

/** What is run of a configuration, or what is wrong with it. */
function read(method: object, seed: number | null = null) {
  const models = { _pretrained_: 'folder/base', a: 'folder/a' };
  const config = {
    method: {
      _target_:
        'fusion_bench.method.singular_value_calibration.SingularValueCalibrationWithBaseMethod',
      alpha: 0.1,
      ...method,
    },
    modelpool: { _target_: 'fusion_bench.modelpool.CLIPVisionModelPool', models },
  };
  try {
    return runnableMethod(readConfig(JSON.stringify(config)).method, seed)?.options;
  } catch (error) {
    return (error as Error).message;
  }
}

describe('another method in a configuration', () => {
  it.each(methods.map((method) => [method.name, method] as const))(
    'comes back with all that it was told: %s',
    (name, method) => {
      for (const options of [otherOptions(method, 2), withDefaults(method).options]) {
        const chosen = { method: name, options };
        const yaml = written(chosen);
        const found = runnableMethod(readConfig(yaml).method, null)?.options.base_method;
        // An empty list of keys is FusionBench's null.
        const { exclude_keys: keys, ...rest } = options;
        const said = Array.isArray(keys) && keys.length > 0 ? options : rest;
        expect(found).toEqual({ method: name, options: said });
      }
    },
  );

  it('is written as FusionBench has it', () => {
    expect(written(withDefaults(methods[0] ?? { name: '', title: '', options: [] }))).toContain(
      [
        'method:',
        '  _target_: fusion_bench.method.singular_value_calibration.generic.SingularValueCalibrationWithBaseMethod',
        '  base_method:',
        '    _target_: fusion_bench.method.TiesMergingAlgorithm',
        '    scaling_factor: 0.3',
        '    threshold: 20',
        '    remove_keys: []',
        '    merge_func: sum',
        '  alpha: 0.5',
      ].join('\n'),
    );
  });

  it('draws by the program’s seed, unless it has one', () => {
    const dare = {
      _target_: 'fusion_bench.method.dare.DareTaskArithmetic',
      scaling_factor: 0.3,
      sparsity_ratio: 0.5,
      only_on_linear_weights: false,
    };
    expect(read({ base_method: dare }, 7)).toMatchObject({ base_method: { options: { seed: 7 } } });
    expect(read({ base_method: { ...dare, seed: 3 } }, 7)).toMatchObject({
      base_method: { options: { seed: 3 } },
    });
  });

  it.each([
    [
      undefined,
      'method.base_method: it is missing; SingularValueCalibrationWithBaseMethod needs it.',
    ],
    [
      'ties_merging',
      'method.base_method: a section with _target_ and its options is expected, but it is the text "ties_merging".',
    ],
    [
      {},
      'method.base_method: the _target_ of one of TiesMergingAlgorithm, SimpleAverageAlgorithm, DareTaskArithmetic, TaskSingularVectorMerging, ISO_C_Merge, ISO_CTS_Merge, WUDIMerging is expected, but it has none.',
    ],
    [
      { _target_: 'fusion_bench.method.WudiMerging' },
      'method.base_method: the _target_ of one of TiesMergingAlgorithm, SimpleAverageAlgorithm, DareTaskArithmetic, TaskSingularVectorMerging, ISO_C_Merge, ISO_CTS_Merge, WUDIMerging is expected, but it is fusion_bench.method.WudiMerging. Did you mean WUDIMerging?',
    ],
    [
      { _target_: 'fusion_bench.method.WUDIMerging', iter_num: 0.5, exclude_key: null },
      'method.base_method: exclude_key: WUDIMerging has no option exclude_key. The name is exclude_keys.\nmethod.base_method: iter_num: a whole number of at least 0 is expected, but it is 0.5.',
    ],
    [
      { _target_: 'fusion_bench.method.ISO_C_Merge' },
      'method.base_method: scaling_factor: it is missing; ISO_C_Merge needs it.',
    ],
    [
      { _target_: 'fusion_bench.method.TaskSingularVectorMerging', alpha: [1] },
      'method.base_method: alpha: a finite number is expected, but it is a list.',
    ],
  ])('is refused with its place: %o', (base_method, message) => {
    expect(read({ base_method })).toBe(message);
  });
});
