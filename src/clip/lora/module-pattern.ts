/** `rank_pattern` and `alpha_pattern`: values for the modules whose path ends in what a pattern matches. */
import { FormatError } from '../../errors';

/** What patterns are made of in practice. No group is repeated and few items are, so that none can run for ever. */
const TOKEN = /(?:\\[.dw]|\[[\w.-]+\]|[\w.])([*+?]\??)?|[|^$)]|\((?:\?:)?/y;
const MAX_REPEATS = 3;
const MAX_LENGTH = 500;

export interface ModulePattern {
  readonly expression: RegExp;
  readonly value: number;
}

/**
 * PEFT's `get_pattern_key`: a Python regular expression that must match the end of the module's path, from a dot on.
 * @throws FormatError where it is none that is read here
 */
export function modulePattern(file: string, key: string, value: number): ModulePattern {
  const expression = isPlain(key) ? compile(key) : undefined;
  if (expression === undefined) {
    throw new FormatError(
      file,
      `it gives modules by the pattern ${JSON.stringify(key.slice(0, MAX_LENGTH))}, which is not read here. Name them plainly, as "layers.0.self_attn.q_proj".`,
    );
  }
  return { expression, value };
}

/** The value of the first pattern that matches, in the file's order. */
export function valueFor(
  patterns: readonly ModulePattern[],
  module: string,
  fallback: number,
): number {
  return patterns.find(({ expression }) => expression.test(module))?.value ?? fallback;
}

function compile(key: string): RegExp | undefined {
  try {
    return new RegExp(`^(?:.*\\.)?(?:${key})$`);
  } catch {
    return undefined;
  }
}

function isPlain(key: string): boolean {
  if (key.length > MAX_LENGTH) return false;
  let repeats = 0;
  let position = 0;
  while (position < key.length) {
    TOKEN.lastIndex = position;
    const token = TOKEN.exec(key);
    if (token === null) return false;
    if (token[1] !== undefined && ++repeats > MAX_REPEATS) return false;
    position = TOKEN.lastIndex;
  }
  return true;
}
