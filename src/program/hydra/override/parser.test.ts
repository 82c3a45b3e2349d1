import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../../errors';
import { fixture, type Typed, typed, withFloats } from '../testing';
import { parseOverride } from './parser';
import { expandSweeps } from './sweep';
import { valueNode, valueText } from './text';
import { isSweep } from './types';

interface Case {
  readonly line: string;
  readonly override?: {
    readonly kind: string;
    readonly key: string;
    readonly package: string | null;
    readonly value?: Typed;
    readonly text?: string;
    readonly sweep?: readonly string[];
  };
  readonly error?: string;
}

const { cases } = fixture<{ cases: readonly Case[] }>('overrides.json');
const kinds: Readonly<Record<string, string>> = {
  CHANGE: 'change',
  ADD: 'add',
  FORCE_ADD: 'force-add',
  DEL: 'delete',
};

/** An empty name and a sweep over nothing: Hydra takes them, and then does nothing without a word. */
const stricter: ReadonlySet<string> = new Set(['=', '=1', '~', 'a=range(3,1)']);
const accepted = cases.filter(({ line, override }) => override && !stricter.has(line));
const refused = cases.filter(({ line, error }) => error || stricter.has(line));

describe('overrides, against Hydra', () => {
  it.each(accepted)('reads $line', async ({ line, override }) => {
    const read = parseOverride(line);
    expect({ kind: read.kind, key: read.key, package: read.package ?? null }).toEqual({
      kind: kinds[override?.kind ?? ''],
      key: override?.key,
      package: override?.package,
    });
    if (isSweep(read.value)) {
      const runs = await expandSweeps([line], async () => []);
      const values = runs.map(([run = '']) => run.slice(run.indexOf('=') + 1));
      expect(values.slice(0, 40)).toEqual(override?.sweep);
    } else if (read.value !== undefined) {
      expect(typed(valueNode(read.value))).toEqual(override?.value && withFloats(override.value));
      expect(valueText(read.value)).toBe(override?.text);
    } else {
      expect(override?.value).toBeUndefined();
    }
  });

  it.each(refused)('refuses $line', async ({ line }) => {
    const read = async () => expandSweeps([line], async () => []);
    await expect(read()).rejects.toThrow(ConfigError);
  });
});
