/**
 * Hydra's override grammar: `key=value`, `+key=value`, `++key=value`, `~key`, `group/sub=option`, `group@package=option`;
 * values are scalars, quoted texts, `[lists]`, `{dicts: ...}`, functions and, for multirun, `a,b,c`.
 *
 * Source: hydra-core 1.3.8, `hydra/grammar/OverrideParser.g4` and `hydra/core/override_parser/overrides_visitor.py`.
 */
import { ConfigError } from '../../../errors';
import { shorten } from '../../../shorten';
import { formatScalar } from '../values/python-text';
import { callFunction, type FunctionArguments } from './functions';
import { KEY_KINDS, PRIMITIVE_KINDS, primitiveValue, trimSpaces, unquote } from './primitive';
import { type Token, type TokenKind, tokenAt } from './tokens';
import {
  isSweep,
  type Override,
  type OverrideKind,
  type ParsedValue,
  Quoted,
  type Sweep,
} from './types';

/** Deeper nesting than any value has; bounds the recursion. */
const MAX_DEPTH = 50;

/** The names of a thousand classes fit; what is longer belongs into a file. */
const MAX_CHARACTERS = 2 ** 15;

/** Steps of a key. */
const MAX_STEPS = 100;

/** Characters around a mistake that are shown. */
const SHOWN = 60;

/** Shows the override itself. */
class Mistake extends ConfigError {}

const KINDS: Readonly<Record<string, OverrideKind>> = {
  '': 'change',
  '+': 'add',
  '++': 'force-add',
  '~': 'delete',
};

const id = '[a-zA-Z_][a-zA-Z0-9_-]*';
const step = '(?:[a-zA-Z_$][a-zA-Z0-9_$-]*|0|[1-9](?:_?[0-9])*)';
const dottedPath = `${step}(?:\\.${step})+`;
const packagePattern = `(?:${dottedPath}|[a-zA-Z_$][a-zA-Z0-9_$-]*|)`;
const keyPattern = new RegExp(`^(${id}(?:/${id})+|${packagePattern})(?:@(${packagePattern}))?$`);

/**
 * Reads one override.
 * @throws ConfigError that shows the place of the first mistake
 */
export function parseOverride(line: string): Override {
  if (line.length > MAX_CHARACTERS) {
    throw mistake(
      line,
      0,
      `it has ${line.length} characters, and at most ${MAX_CHARACTERS} are read. Write the value into a configuration file`,
    );
  }
  const [, sign = '', key = '', equals, text = ''] =
    /^(~|\+\+?)?([^=]*)(?:(=[ \t]*)([\s\S]*))?$/.exec(line) ?? [];
  const kind = KINDS[sign] ?? 'change';
  const names = keyPattern.exec(key);
  if (!names || key === '') {
    throw mistake(line, sign.length, 'a name is expected here, such as section.key');
  }
  if (key.split(/[./]/).length > MAX_STEPS) {
    throw mistake(line, sign.length, `the key has more than ${MAX_STEPS} steps`);
  }
  const common = { kind, key: names[1] ?? '', package: names[2], line };
  if (equals === undefined) {
    if (kind === 'delete') return { ...common, value: undefined };
    throw mistake(line, line.length, `a value is expected: ${line}=VALUE`);
  }
  try {
    return { ...common, value: parseValue(text, line) };
  } catch (cause) {
    if (!(cause instanceof ConfigError) || showsLine(cause, line)) throw cause;
    throw new ConfigError(`${shorten(line)}\n${cause.message}`, { cause });
  }
}

function showsLine(error: ConfigError, line: string): boolean {
  return error instanceof Mistake || error.message.startsWith(shorten(line));
}

/** @throws ConfigError at the first override that cannot be read */
export function parseOverrides(lines: readonly string[]): Override[] {
  return lines.map(parseOverride);
}

function parseValue(text: string, line: string): ParsedValue | Sweep {
  if (text === '') return '';
  const reader = tokenReader(text, line);
  const values = [element(reader, 0)];
  while (reader.take(',')) values.push(element(reader, 0));
  const extra = reader.peek();
  if (extra) throw reader.mistake(extra, `${JSON.stringify(extra.text)} is not expected here`);
  const [first = ''] = values;
  if (values.length === 1) return first;
  return { kind: 'choice', simple: true, values: values.map((value) => withoutSweep(value, line)) };
}

interface TokenReader {
  peek(): Token | undefined;
  peekSecond(): Token | undefined;
  next(): Token | undefined;
  /** Takes the token if it is of this kind. */
  take(kind: TokenKind): Token | undefined;
  mistake(token: Token | undefined, reason: string): ConfigError;
  readonly line: string;
}

function tokenReader(text: string, line: string): TokenReader {
  const offset = line.length - text.length;
  const tokens: Token[] = [];
  for (let at = 0; at < text.length; ) {
    const token = tokenAt(text, at);
    if (!token) {
      const character = JSON.stringify([...text.slice(at)][0]);
      throw mistake(
        line,
        offset + at,
        `${character} needs quotes around the value, or a \\ before it`,
      );
    }
    tokens.push(token);
    at += token.text.length;
  }
  let position = 0;
  return {
    line,
    peek: () => tokens[position],
    peekSecond: () => tokens[position + 1],
    next: () => tokens[position++],
    take: (kind) => (tokens[position]?.kind === kind ? tokens[position++] : undefined),
    mistake: (token, reason) => mistake(line, offset + (token?.start ?? text.length), reason),
  };
}

function element(reader: TokenReader, depth: number): ParsedValue | Sweep {
  const token = reader.peek();
  if (depth > MAX_DEPTH) {
    throw reader.mistake(token, `this is nested deeper than ${MAX_DEPTH} levels`);
  }
  if (reader.take('[')) return list(reader, depth + 1);
  if (reader.take('{')) return dictionary(reader, depth + 1);
  if (token?.kind === 'quoted') {
    reader.next();
    return new Quoted(unquote(token.text), token.text[0] === '"' ? '"' : "'");
  }
  const run = takeRun(reader, PRIMITIVE_KINDS);
  if (run.length === 1 && run[0]?.kind === 'id' && reader.take('(')) {
    return callFunction(run[0].text, functionArguments(reader, depth + 1), reader.line);
  }
  return primitiveValue(scalarTokens(reader, run));
}

function takeRun(reader: TokenReader, kinds: ReadonlySet<TokenKind>): Token[] {
  const run: Token[] = [];
  for (let token = reader.peek(); token && kinds.has(token.kind); token = reader.peek()) {
    run.push(token);
    reader.next();
  }
  return run;
}

function scalarTokens(reader: TokenReader, run: readonly Token[]): readonly Token[] {
  const tokens = trimSpaces(run);
  if (tokens.length > 0) return tokens;
  throw reader.mistake(run[0] ?? reader.peek(), "a value is expected here (an empty one is '')");
}

function list(reader: TokenReader, depth: number): ParsedValue[] {
  const items: ParsedValue[] = [];
  if (reader.take(']')) return items;
  do {
    items.push(withoutSweep(element(reader, depth), reader.line));
  } while (reader.take(','));
  if (!reader.take(']')) throw reader.mistake(reader.peek(), 'a comma or ] is expected here');
  return items;
}

function dictionary(reader: TokenReader, depth: number): Map<string, ParsedValue> {
  const entries = new Map<string, ParsedValue>();
  if (reader.take('}')) return entries;
  do {
    const name = primitiveValue(scalarTokens(reader, takeRun(reader, KEY_KINDS)));
    if (!reader.take(':'))
      throw reader.mistake(
        reader.peek(),
        'a : is expected after a key (a text with braces goes in quotes)',
      );
    if (name === null || typeof name === 'boolean') {
      throw reader.mistake(reader.peek(), `${formatScalar(name)} is no name for a key`);
    }
    entries.set(
      typeof name === 'string' ? name : formatScalar(name),
      withoutSweep(element(reader, depth), reader.line),
    );
  } while (reader.take(','));
  if (!reader.take('}')) throw reader.mistake(reader.peek(), 'a comma or } is expected here');
  return entries;
}

function functionArguments(reader: TokenReader, depth: number): FunctionArguments {
  const positional: (ParsedValue | Sweep)[] = [];
  const named = new Map<string, ParsedValue | Sweep>();
  if (reader.take(')')) return { positional, named };
  do {
    const token = reader.peek();
    const value = namedArgument(reader, depth);
    if (value) named.set(value.name, value.value);
    else if (named.size > 0) {
      throw reader.mistake(token, 'an argument without a name follows one with a name');
    } else positional.push(element(reader, depth));
  } while (reader.take(','));
  if (!reader.take(')')) throw reader.mistake(reader.peek(), 'a comma or ) is expected here');
  return { positional, named };
}

/** `name=value`, or undefined (and nothing read) where the next argument has no name. */
function namedArgument(
  reader: TokenReader,
  depth: number,
): { name: string; value: ParsedValue | Sweep } | undefined {
  const name = reader.peek();
  if (name?.kind !== 'id' || reader.peekSecond()?.kind !== '=') return undefined;
  reader.next();
  reader.next();
  return { name: name.text, value: element(reader, depth) };
}

function withoutSweep(value: ParsedValue | Sweep, line: string): ParsedValue {
  if (!isSweep(value)) return value;
  throw new Mistake(
    `${shorten(line)}\nA ${value.kind} has to be the whole value, not a part of it.`,
  );
}

function mistake(line: string, place: number, reason: string): ConfigError {
  const from = line.length > 2 * SHOWN ? Math.max(0, place - SHOWN) : 0;
  const before = from > 0 ? '…' : '';
  const after = line.length > from + 2 * SHOWN ? '…' : '';
  const shown = `${before}${line.slice(from, from + 2 * SHOWN)}${after}`;
  return new Mistake(
    `${shown}\n${' '.repeat(before.length + place - from)}^\nThis override cannot be read: ${reason}.`,
  );
}
