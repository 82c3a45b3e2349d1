import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../../errors';
import { writeConfig } from '../formats/write-config';
import { readConfig } from './read-program';

function configuration(
  layers: string,
  method = 'TaskArithmeticAlgorithm, scaling_factor: 0.3',
): string {
  return `
method: {_target_: fusion_bench.method.${method}}
modelpool:
  _target_: fusion_bench.modelpool.CLIPVisionModelPool
  models: {_pretrained_: base, a: a}
layers: ${layers}
`;
}

function problems(layers: string, method?: string): string {
  try {
    readConfig(configuration(layers, method));
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return 'accepted';
}

describe('layer factors in a configuration', () => {
  it('are a preset or expressions in their order, and written so that they are read back', () => {
    const preset = readConfig(configuration('middle'));
    expect(preset.layers).toEqual({ kind: 'preset', preset: 'middle' });
    const rules = readConfig(configuration("{'.': 0.5, 'layers\\.(0|1)\\.mlp': 0, '10': -0.0}"));
    expect(rules.layers).toEqual({
      kind: 'rules',
      rules: [
        { tensors: '.', factor: 0.5 },
        { tensors: 'layers\\.(0|1)\\.mlp', factor: 0 },
        { tensors: '10', factor: 0 },
      ],
    });
    for (const program of [preset, rules]) {
      expect(readConfig(writeConfig(program))).toEqual(program);
    }
    expect(readConfig(configuration('null'))).not.toHaveProperty('layers');
  });

  it('say what is wrong, and what is meant', () => {
    expect(problems('atention')).toMatchInlineSnapshot(
      `"layers: one of flat, ramp, lines, attention, mlp, middle is expected, or a section of regular expressions with a factor each, but it is the text "atention". Did you mean attention?"`,
    );
    expect(problems('0.5')).toMatchInlineSnapshot(
      `"layers: one of flat, ramp, lines, attention, mlp, middle is expected, or a section of regular expressions with a factor each, but it is 0.5."`,
    );
    expect(problems('{}')).toMatchInlineSnapshot(
      `"layers: it is empty. Give a factor, or leave it out."`,
    );
    expect(problems("{mlp: half, '(': 1}")).toMatchInlineSnapshot(`
      "layers.mlp: a finite number is expected, but it is the text "half".
      layers: ( is no regular expression (Invalid regular expression: /(/: Unterminated group)."
    `);
    expect(problems('ramp', 'SimpleAverageAlgorithm')).toMatchInlineSnapshot(
      `"layers: a factor by layer needs a method with a scaling factor, and SimpleAverageAlgorithm has none. Those that do are TaskArithmeticAlgorithm, LiNeS, TiesMergingAlgorithm, MagMaxAlgorithm, PCBMerging, DareTaskArithmetic, DareTiesMerging, Breadcrumbs, BreadcrumbsTies, DellaLinear, Della, SCE, NuSlerp, TaskSingularVectorMerging, ISO_C_Merge, ISO_CTS_Merge, WUDIMerging."`,
    );
  });
});
