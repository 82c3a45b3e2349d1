/** Regular expressions that choose tensors by name, as Python's `re.match` does: from the beginning, not to the end. */
import type { OptionProblem } from '../options';

/** Names match as they are here and with the `vision_model.` that transformers may write before them. */
export function nameMatcher(patterns: readonly string[]): (name: string) => boolean {
  const expressions = patterns.map(expressionOf);
  return (name) =>
    expressions.some(
      (expression) => expression.test(name) || expression.test(`vision_model.${name}`),
    );
}

/** What is wrong with the first pattern that is no regular expression of JavaScript; null where all are. */
export function patternProblem(option: string, patterns: readonly string[]): OptionProblem | null {
  for (const pattern of patterns) {
    try {
      expressionOf(pattern);
    } catch {
      return {
        option,
        problem: `${JSON.stringify(pattern)} is no regular expression that this program can read. Write it as JavaScript does.`,
      };
    }
  }
  return null;
}

function expressionOf(pattern: string): RegExp {
  return new RegExp(`^(?:${pattern})`);
}
