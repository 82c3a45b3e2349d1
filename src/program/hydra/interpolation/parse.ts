/**
 * Reads the interpolations in a text: `${a.b}`, `${..relative}`, `${resolver:argument,...}`, nested ones, `\${escaped}`.
 *
 * Source: the grammar of OmegaConf 2.3 (`OmegaConfGrammarParser.g4`); list and dict arguments of resolvers, which no
 * resolver here takes, are refused.
 */
import { ConfigError } from '../../../errors';
import { PRIMITIVE_KINDS, primitiveValue, trimSpaces } from '../override/primitive';
import { type Token, type TokenKind, tokenAt } from '../override/tokens';
import type { Scalar } from '../values/node';
import { formatScalar } from '../values/python-text';

/** A text in pieces; one piece that is an interpolation stands for a value of any kind. */
export type Template = readonly (string | Interpolation)[];

export type Interpolation =
  | {
      readonly kind: 'reference';
      /** 0 is absolute; 1 begins at the section that holds the text, 2 one above, and so on. */
      readonly level: number;
      readonly steps: readonly Template[];
    }
  | {
      readonly kind: 'call';
      readonly name: string;
      readonly arguments: readonly Argument[];
    };

/** A typed scalar, or a text with interpolations. */
export type Argument = { readonly scalar: Scalar } | { readonly template: Template };

/** A comma or a brace with spaces before it is longer than the spaces, so that they do not belong to the argument. */
const ARGUMENT_KINDS: ReadonlySet<TokenKind> = new Set([...PRIMITIVE_KINDS, ',', '}']);

/** Deeper nesting than any interpolation has; bounds the recursion. */
const MAX_DEPTH = 20;

/** Has the text anything to resolve or to unescape? */
export function hasInterpolation(text: string): boolean {
  return text.includes('${');
}

/** @throws ConfigError with the place of the mistake */
export function parseTemplate(text: string): Template {
  const reader: Reader = { text, at: 0, depth: 0 };
  const pieces: (string | Interpolation)[] = [];
  let literal = '';
  while (reader.at < text.length) {
    const backslashes = /\\*/y;
    backslashes.lastIndex = reader.at;
    const run = backslashes.exec(text)?.[0].length ?? 0;
    if (text.startsWith('${', reader.at + run)) {
      literal += '\\'.repeat(Math.floor(run / 2));
      reader.at += run;
      if (run % 2 === 1) {
        literal += '${';
        reader.at += 2;
        continue;
      }
      if (literal !== '') pieces.push(literal);
      literal = '';
      pieces.push(interpolation(reader));
    } else {
      literal += text.slice(reader.at, reader.at + run + 1);
      reader.at += run + 1;
    }
  }
  return literal === '' ? pieces : [...pieces, literal];
}

interface Reader {
  readonly text: string;
  at: number;
  depth: number;
}

function take(reader: Reader, pattern: RegExp): string | undefined {
  const sticky = new RegExp(pattern.source, 'y');
  sticky.lastIndex = reader.at;
  const match = sticky.exec(reader.text)?.[0];
  if (match !== undefined) reader.at += match.length;
  return match;
}

function mistake(reader: Reader, reason: string): ConfigError {
  return new ConfigError(`it cannot be read: at character ${reader.at + 1} ${reason}.`);
}

function interpolation(reader: Reader): Interpolation {
  reader.depth += 1;
  if (reader.depth > MAX_DEPTH)
    throw mistake(reader, `it becomes nested deeper than ${MAX_DEPTH} levels`);
  take(reader, /\$\{[ \t]*/);
  const name = take(reader, /[a-zA-Z_][a-zA-Z0-9_-]*(?:\.[a-zA-Z_][a-zA-Z0-9_-]*)*(?=[ \t]*:)/);
  const result = name === undefined ? reference(reader) : call(reader, name);
  if (take(reader, /[ \t]*\}/) === undefined) throw mistake(reader, 'a } is expected here');
  reader.depth -= 1;
  return result;
}

function reference(reader: Reader): Interpolation {
  const level = take(reader, /\.*/)?.length ?? 0;
  const steps = [key(reader)];
  while (/[.[]/.test(reader.text[reader.at] ?? '')) {
    take(reader, /\./);
    steps.push(key(reader));
  }
  return { kind: 'reference', level, steps };
}

function key(reader: Reader): Template {
  const bracketed = take(reader, /\[/) !== undefined;
  const step: Template = reader.text.startsWith('${', reader.at)
    ? [interpolation(reader)]
    : [plainKey(reader)];
  if (bracketed && take(reader, /\]/) === undefined) throw mistake(reader, 'a ] is expected here');
  return step;
}

function plainKey(reader: Reader): string {
  const text = take(reader, /[^\\${}()[\]:. \t'"]+/);
  if (text === undefined) throw mistake(reader, 'the name of a key is expected here');
  return text;
}

function call(reader: Reader, name: string): Interpolation {
  take(reader, /[ \t]*:[ \t]*/);
  const values: Argument[] = [];
  if (!/^[ \t]*\}/.test(reader.text.slice(reader.at))) {
    do {
      values.push(argument(reader));
    } while (take(reader, /[ \t]*,[ \t]*/) !== undefined);
  }
  return { kind: 'call', name, arguments: values };
}

function argument(reader: Reader): Argument {
  const quote = take(reader, /['"]/);
  if (quote !== undefined) return { template: quotedTemplate(reader, quote) };
  const template: (string | Interpolation)[] = [];
  let run: Token[] = [];
  const endRun = () => {
    template.push(...run.map((token) => formatScalar(primitiveValue([token]))));
    run = [];
  };
  for (;;) {
    if (reader.text.startsWith('${', reader.at)) {
      endRun();
      template.push(interpolation(reader));
      continue;
    }
    const token = tokenAt(reader.text, reader.at, (kind) => ARGUMENT_KINDS.has(kind));
    if (!token || !PRIMITIVE_KINDS.has(token.kind)) break;
    run.push(token);
    reader.at += token.text.length;
  }
  if (template.length === 0) return scalarArgument(reader, run);
  endRun();
  return { template };
}

function scalarArgument(reader: Reader, run: readonly Token[]): Argument {
  const tokens = trimSpaces(run);
  if (tokens.length === 0) throw mistake(reader, 'a value is expected here');
  return { scalar: primitiveValue(tokens) };
}

/** Up to the closing quote. Backslashes count only before a quote or an interpolation, as outside. */
function quotedTemplate(reader: Reader, quote: string): Template {
  const pieces: (string | Interpolation)[] = [];
  for (;;) {
    const run = take(reader, /\\+/) ?? '';
    const special = reader.text.startsWith('${', reader.at)
      ? '${'
      : reader.text.startsWith(quote, reader.at)
        ? quote
        : undefined;
    const kept = special === undefined ? run : run.slice(Math.ceil(run.length / 2));
    if (kept !== '') pieces.push(kept);
    if (special !== undefined && run.length % 2 === 1) {
      pieces.push(special);
      reader.at += special.length;
    } else if (special === '${') {
      pieces.push(interpolation(reader));
    } else if (special === quote) {
      reader.at += 1;
      return pieces;
    } else {
      const literal = take(reader, /[^\\]/);
      if (literal === undefined) throw mistake(reader, `the closing ${quote} is missing`);
      pieces.push(literal);
    }
  }
}
