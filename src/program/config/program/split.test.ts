import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../../errors';
import { fixture } from '../../hydra/testing';
import { parseSplit, splitRows, splitText } from './split';

interface Case {
  readonly text: string;
  readonly ranges?: readonly (readonly [string, number, number])[];
  readonly error?: string;
}

const { cases } = fixture<{ cases: readonly Case[] }>('splits.json');
const sizes: Readonly<Record<string, number>> = { train: 250, test: 60 };

function rangesOf(text: string) {
  return parseSplit(text).map((part) => {
    const rows = sizes[part.split];
    if (rows === undefined) throw new ConfigError(`there is no split ${part.split}`);
    const { from, to } = splitRows(part, rows);
    return [part.split, from, to];
  });
}

/** Here `datasets` fails only when it reads the rows. */
const backwards: ReadonlySet<string> = new Set(['train[20:10]']);

describe('splits, against datasets', () => {
  it.each(cases.filter(({ text, ranges }) => ranges && !backwards.has(text)))(
    '$text',
    ({ text, ranges }) => {
      expect(rangesOf(text)).toEqual(ranges);
      expect(rangesOf(splitText(parseSplit(text)))).toEqual(ranges);
    },
  );

  it.each(cases.filter(({ text, error }) => error || backwards.has(text)))(
    'refuses "$text"',
    ({ text }) => {
      expect(() => rangesOf(text)).toThrow(ConfigError);
    },
  );
});
