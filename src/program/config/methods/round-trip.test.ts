import { describe, expect, it } from 'vitest';
import { findScalingFactor } from '../../../method/options';
import { ALL_METHODS } from '../../../method/registry';
import { otherOptions } from '../../../method/testing/other-options';
import { isFusionBench, type Method } from '../../../method/types';
import { runnableMethod } from '../../run/method-choice';
import { PROGRAM_DEFAULTS, writeConfig } from '../formats/write-config';
import { readConfig } from '../program/read-program';
import type { ProgramConfig } from '../program/types';
import { methodConfig } from './index';

/** As many as the method takes, two at most. */
const experts = ({ experts: { max } }: Method) => ['a', 'b'].slice(0, max);

function program(
  method: Method,
  options = otherOptions(method, experts(method).length),
): ProgramConfig {
  const base = method.takes === 'two models' ? [] : ['_pretrained_'];
  const models = [...base, ...experts(method)].map((name) => ({ name, reference: `./${name}` }));
  return {
    method: methodConfig(method, options),
    modelpool: { target: 'CLIPVisionModelPool', models, processor: null, platform: 'hf' },
    taskpool: null,
    program: PROGRAM_DEFAULTS,
  };
}

describe.each(ALL_METHODS.map((method) => [method.name, method] as const))('%s', (name, method) => {
  it('comes back from its configuration with what it was told', () => {
    const told = otherOptions(method, experts(method).length);
    for (const option of method.options) expect(told[option.name]).not.toEqual(option.default);

    const written = program(method);
    const read = readConfig(writeConfig(written));
    expect(read).toEqual(written);

    const { [findScalingFactor(method.options)?.name ?? '']: factor = 1, ...options } = told;
    expect(runnableMethod(read.method, null)).toEqual({ method, options, scalingFactor: factor });
  });

  it('is written by its class name, or by the name that FusionBench has for it', () => {
    const yaml = writeConfig(program(method));
    const [package_] = method.module.split('.');
    const place = method.exportedBy === undefined ? `${package_}.method` : method.module;
    const expected = method.configName
      ? `\nmethod:\n  name: ${method.configName}\n`
      : `\nmethod:\n  _target_: ${place}.${name}\n`;
    expect(yaml).toContain(expected);
    expect(yaml.includes('FusionBench has no such method')).toBe(!isFusionBench(method));
  });
});
