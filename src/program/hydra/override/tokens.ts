/**
 * The tokens of a value in Hydra's override grammar and in OmegaConf's interpolations; both grammars share them. At every
 * place the longest token wins, and of equally long ones the first in this list.
 *
 * Source: hydra-core 1.3.8, `hydra/grammar/OverrideLexer.g4`, VALUE_MODE.
 */
export type TokenKind =
  | '('
  | ','
  | ')'
  | '['
  | ']'
  | '{'
  | '}'
  | ':'
  | '='
  | 'float'
  | 'int'
  | 'bool'
  | 'null'
  | 'character'
  | 'id'
  | 'escape'
  | 'space'
  | 'quoted'
  | 'interpolation';

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  /** Where it begins. */
  readonly start: number;
}

const unsigned = '(?:0|[1-9](?:_?[0-9])*)';
const digits = '[0-9](?:_?[0-9])*';
const pointFloat = `(?:${unsigned}?\\.${digits}|${unsigned}\\.)`;
const exponentFloat = `(?:${pointFloat}|${unsigned})[eE][+-]?${digits}`;

const patterns: readonly (readonly [TokenKind, RegExp])[] = [
  ['(', /[ \t]*\([ \t]*/y],
  [',', /[ \t]*,[ \t]*/y],
  [')', /[ \t]*\)/y],
  ['[', /\[[ \t]*/y],
  [']', /[ \t]*\]/y],
  ['{', /\{[ \t]*/y],
  ['}', /[ \t]*\}/y],
  [':', /[ \t]*:[ \t]*/y],
  ['=', /[ \t]*=[ \t]*/y],
  ['float', new RegExp(`[+-]?(?:${exponentFloat}|${pointFloat}|inf|nan)`, 'iy')],
  ['int', new RegExp(`[+-]?${unsigned}`, 'y')],
  ['bool', /true|false/iy],
  ['null', /null/iy],
  ['character', /[/\-\\+.$%*@?|]/y],
  ['id', /[a-zA-Z_][a-zA-Z0-9_-]*/y],
  ['escape', /(?:\\[\\()[\]{}:=, \t])+/y],
  ['space', /[ \t]+/y],
  ['quoted', /"(?:(?:\\\\)*|[\s\S]*?[^\\](?:\\\\)*)"|'(?:(?:\\\\)*|[\s\S]*?[^\\](?:\\\\)*)'/y],
  ['interpolation', /\$\{[^}]+\}/y],
];

/** The token that begins at `start`, or undefined where none does. */
export function tokenAt(
  text: string,
  start: number,
  allowed: (kind: TokenKind) => boolean = () => true,
): Token | undefined {
  let longest: Token | undefined;
  for (const [kind, pattern] of patterns) {
    if (!allowed(kind)) continue;
    pattern.lastIndex = start;
    const match = pattern.exec(text)?.[0];
    if (match !== undefined && match.length > (longest?.text.length ?? 0)) {
      longest = { kind, text: match, start };
    }
  }
  return longest;
}
