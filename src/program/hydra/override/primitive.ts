/** What a run of tokens means: a typed scalar where it is one token, else the text of all of them. */
import type { Scalar } from '../values/node';
import { Float } from '../values/node';
import { parseFloatText, parseInteger } from '../values/python-text';
import type { Token, TokenKind } from './tokens';

/** Kinds of tokens that a scalar without quotes can be made of. */
export const PRIMITIVE_KINDS: ReadonlySet<TokenKind> = new Set([
  'id',
  'null',
  'int',
  'float',
  'bool',
  'interpolation',
  'character',
  ':',
  'escape',
  'space',
]);

/** Kinds of tokens that a key of `{...}` can be made of. */
export const KEY_KINDS: ReadonlySet<TokenKind> = new Set(
  [...PRIMITIVE_KINDS].filter((kind) => kind !== ':' && kind !== 'interpolation'),
);

/** Space around a scalar does not belong to it. */
export function trimSpaces(tokens: readonly Token[]): readonly Token[] {
  const from = tokens[0]?.kind === 'space' ? 1 : 0;
  const to = tokens.length > 1 && tokens.at(-1)?.kind === 'space' ? -1 : undefined;
  return tokens.slice(from, to);
}

/** @throws ConfigError for a whole number too large to be exact */
export function primitiveValue(tokens: readonly Token[]): Scalar {
  const [only] = tokens;
  if (tokens.length === 1 && only) return scalarOf(only);
  return tokens
    .map((token) => (token.kind === 'escape' ? unescaped(token.text) : token.text))
    .join('');
}

function scalarOf(token: Token): Scalar {
  switch (token.kind) {
    case 'int':
      return parseInteger(token.text);
    case 'float':
      return new Float(parseFloatText(token.text));
    case 'bool':
      return token.text.toLowerCase() === 'true';
    case 'null':
      return null;
    case 'escape':
      return unescaped(token.text);
    default:
      return token.text;
  }
}

/** Every other character of `\,\ ` and the like. */
function unescaped(text: string): string {
  return text.replaceAll(/\\([\s\S])/g, '$1');
}

/** The text inside quotes: a backslash counts only before a quote or another such backslash. */
export function unquote(text: string): string {
  const quote = text[0] ?? '';
  const inner = text.slice(1);
  const escaped = quote === "'" ? /\\+'/g : /\\+"/g;
  const whole = inner.replaceAll(escaped, (run) =>
    run.slice(1).replaceAll(/([\s\S])[\s\S]?/g, '$1'),
  );
  // The closing quote is gone already where backslashes stood before it.
  return closedByEscape(inner, quote) ? whole : whole.slice(0, -1);
}

function closedByEscape(inner: string, quote: string): boolean {
  return inner.endsWith(`\\${quote}`);
}
