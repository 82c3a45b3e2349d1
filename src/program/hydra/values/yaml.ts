/**
 * YAML as OmegaConf 2.3 reads it: PyYAML's 1.1 rules for what a plain scalar is (`on` and `no` are booleans, `010` is 8),
 * with OmegaConf's wider floats (`1e-5` is a number), without dates, and with duplicate keys refused.
 */
import { parseDocument, type ScalarTag } from 'yaml';
import { ConfigError } from '../../../errors';
import { Float, type Node, type Section } from './node';
import { checkedInteger, parseFloatText } from './python-text';

/** A hundred times what anybody writes by hand; another kind of file, given by mistake, must not be parsed. */
const MAX_CHARACTERS = 4 * 1024 * 1024;

/** Enough for any anchor that a person writes; bounds what nested aliases can blow up to. */
const MAX_ALIASES = 1000;

/** Deeper nesting than any configuration has; bounds the recursion. */
const MAX_DEPTH = 100;

const tags: readonly ScalarTag[] = [
  {
    tag: 'tag:yaml.org,2002:null',
    default: true,
    test: /^(?:~|null|Null|NULL|)$/,
    resolve: () => null,
  },
  {
    tag: 'tag:yaml.org,2002:bool',
    default: true,
    test: /^(?:yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF)$/,
    resolve: (text) => /^(?:yes|true|on)$/i.test(text),
  },
  {
    tag: 'tag:yaml.org,2002:int',
    default: true,
    test: /^(?:[-+]?0b[0-1_]+|[-+]?0[0-7_]+|[-+]?(?:0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+|[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+)$/,
    resolve: (text) => parseYamlInteger(text),
  },
  {
    tag: 'tag:yaml.org,2002:float',
    default: true,
    test: new RegExp(
      '^(?:' +
        [
          String.raw`[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+]?[0-9]+)?`,
          '[-+]?[0-9]+(?:_[0-9]+)*[eE][-+]?[0-9]+',
          String.raw`\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?`,
          String.raw`[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*`,
          String.raw`[-+]?\.(?:inf|Inf|INF)`,
          String.raw`\.(?:nan|NaN|NAN)`,
        ].join('|') +
        ')$',
    ),
    resolve: (text) => new Float(text.includes(':') ? sexagesimal(text) : parseFloatText(text)),
  },
  {
    // `!!float 7`: written out, a whole number will do.
    tag: 'tag:yaml.org,2002:float',
    resolve: (text, onError) => {
      const value = parseFloatText(text);
      if (text.trim() === '' || Number.isNaN(value)) onError(`${text} is no number`);
      return new Float(value);
    },
  },
];

/** Whether a plain scalar is a text, and not a number, a boolean or null. */
export function readsAsText(plain: string): boolean {
  return !tags.some(({ test }) => test?.test(plain));
}

function parseYamlInteger(text: string): number {
  const plain = text.replaceAll('_', '').replace(/^\+/, '');
  const sign = plain.startsWith('-') ? -1 : 1;
  const digits = plain.replace(/^-/, '');
  if (digits.includes(':')) return checkedInteger(sexagesimal(text), text);
  const octal = /^0[0-7]+$/.test(digits);
  return checkedInteger(sign * Number(octal ? `0o${digits}` : digits), text);
}

/** `1:30` is 90 in YAML 1.1. */
function sexagesimal(text: string): number {
  const plain = text.replaceAll('_', '');
  const sign = plain.startsWith('-') ? -1 : 1;
  const places = plain.replace(/^[-+]/, '').split(':').map(Number);
  return sign * places.reduce((sum, place) => sum * 60 + place, 0);
}

/**
 * Parses one YAML document whose top level is a mapping; an empty one is an empty section.
 * @param file - name for messages
 * @throws ConfigError with line and column where it is not that
 */
export function parseYaml(text: string, file: string): Section {
  if (text.length > MAX_CHARACTERS) {
    throw new ConfigError(
      `${file} has ${text.length} characters, more than the ${MAX_CHARACTERS} that are read. Is it the right file?`,
    );
  }
  const root = toNode(parseText(text, file), [], file);
  if (root === null) return new Map();
  if (root instanceof Map) return root;
  throw new ConfigError(`${file}: "key: value" lines are expected at its top level.`);
}

function parseText(text: string, file: string): unknown {
  try {
    const document = parseDocument(text, {
      version: '1.1',
      schema: 'failsafe',
      customTags: [...tags],
      merge: true,
      prettyErrors: true,
      logLevel: 'error',
    });
    const problem = document.errors[0] ?? document.warnings[0];
    if (problem) {
      const place = problem.linePos?.[0];
      const where = place ? `:${place.line}:${place.col}` : '';
      const [summary = ''] = problem.message.split(/ at line \d+/);
      if (isTooDeep(summary)) throw tooDeep(file);
      throw new ConfigError(`${file}${where}: this is not valid YAML (${summary}).`);
    }
    return document.toJS({ mapAsMap: true, maxAliasCount: MAX_ALIASES });
  } catch (cause) {
    if (cause instanceof ConfigError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    if (isTooDeep(reason)) throw tooDeep(file);
    throw new ConfigError(`${file}: this YAML cannot be read (${reason}).`, { cause });
  }
}

/** The parser calls itself for each level. */
function isTooDeep(reason: string): boolean {
  return reason.includes('call stack');
}

function tooDeep(file: string): ConfigError {
  return new ConfigError(`${file}: this YAML is nested deeper than ${MAX_DEPTH} levels.`);
}

/** A copy in which nothing is shared: an alias is a value of its own. */
function toNode(value: unknown, path: readonly string[], file: string): Node {
  if (path.length > MAX_DEPTH) {
    throw tooDeep(file);
  }
  if (value instanceof Map) {
    return new Map(
      [...value].map(([key, item]) => {
        const name = keyText(key, path, file);
        return [name, toNode(item, [...path, name], file)];
      }),
    );
  }
  if (Array.isArray(value)) {
    return value.map((item, index) => toNode(item, [...path, String(index)], file));
  }
  if (value === null || value instanceof Float) return value;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
    return value;
  }
  throw new ConfigError(`${file}: ${path.join('.')} is a kind of YAML value that is not read.`);
}

function keyText(key: unknown, path: readonly string[], file: string): string {
  if (typeof key === 'string') return key;
  if (typeof key === 'number') return String(key);
  const shown = key instanceof Float ? key.value : key;
  throw new ConfigError(
    `${file}: the key ${shown}${path.length > 0 ? ` under ${path.join('.')}` : ''} reads as ${typeof shown === 'boolean' ? 'a boolean' : 'no name'} in YAML. Put it in quotes.`,
  );
}
