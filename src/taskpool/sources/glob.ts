/**
 * Patterns of data files as `datasets` resolves them: `*` and `?` within a name, `**` for any number of folders, `[...]`.
 *
 * Source: fsspec 2026.9, `fsspec/utils.py`, `glob_translate`.
 */
import { ConfigError } from '../../errors';

export function hasMagic(pattern: string): boolean {
  return /[*?[]/.test(pattern);
}

/**
 * What matches whole paths with `/`.
 * @throws ConfigError where `**` is a part of a name
 */
export function globPattern(pattern: string): RegExp {
  const steps = pattern.split('/');
  const last = steps.length - 1;
  const sources = steps.map((step, index) => {
    if (step === '**') return index < last ? '(?:.+/)?' : '.*';
    if (step.includes('**')) {
      throw new ConfigError(
        `${pattern}: ** has to stand alone between slashes. Write *, or a folder of its own.`,
      );
    }
    const name = step === '*' ? '[^/]+' : nameSource(step);
    return index < last ? `${name}/` : name;
  });
  return new RegExp(`^(?:${sources.join('')})$`, 's');
}

function nameSource(name: string): string {
  return name.replaceAll(/\[(!?)(\]?[^\]]*)\]|[\s\S]/g, (token, not: string, set?: string) => {
    if (set !== undefined) return `[${not ? '^' : ''}${set.replaceAll(/[\\[\]^]/g, '\\$&')}]`;
    if (token === '*') return '[^/]*';
    return token === '?' ? '[^/]' : token.replaceAll(/[.+^${}()|[\]\\/-]/g, '\\$&');
  });
}
