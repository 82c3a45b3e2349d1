import { describe, expect, it } from 'vitest';
import { findScalingFactor } from '../../../method/options';
import { METHODS } from '../../../method/registry';
import { otherOptions } from '../../../method/testing/other-options';
import type { Method } from '../../../method/types';
import { runnableMethod } from '../../run/method-choice';
import { PROGRAM_DEFAULTS, writeConfig } from '../formats/write-config';
import { readConfig } from '../program/read-program';
import type { ProgramConfig } from '../program/types';
import { methodConfig } from './index';

const EXPERTS = ['a', 'b'];

function program(method: Method, options = otherOptions(method, EXPERTS.length)): ProgramConfig {
  const base = method.takes === 'two models' ? [] : ['_pretrained_'];
  const models = [...base, ...EXPERTS].map((name) => ({ name, reference: `./${name}` }));
  return {
    method: methodConfig(method, options),
    modelpool: { target: 'CLIPVisionModelPool', models, processor: null, platform: 'hf' },
    taskpool: null,
    program: PROGRAM_DEFAULTS,
  };
}

describe.each(METHODS.map((method) => [method.name, method] as const))('%s', (name, method) => {
  it('comes back from its configuration with what it was told', () => {
    const told = otherOptions(method, EXPERTS.length);
    for (const option of method.options) expect(told[option.name]).not.toEqual(option.default);

    const written = program(method);
    const read = readConfig(writeConfig(written));
    expect(read).toEqual(written);

    const { [findScalingFactor(method.options)?.name ?? '']: factor = 1, ...options } = told;
    expect(runnableMethod(read.method, null)).toEqual({ method, options, scalingFactor: factor });
  });

  it('is written by its class name, or by the name that FusionBench has for it', () => {
    const yaml = writeConfig(program(method));
    const expected = method.configName
      ? `\nmethod:\n  name: ${method.configName}\n`
      : `\nmethod:\n  _target_: fusion_bench.method.${name}\n`;
    expect(yaml).toContain(expected);
  });
});
