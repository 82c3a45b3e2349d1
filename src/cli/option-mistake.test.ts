import { parseArgs } from 'node:util';
import { expect, it } from 'vitest';
import { optionMistake } from './option-mistake';

function mistake(...args: string[]): string {
  try {
    parseArgs({ args, options: { version: { type: 'boolean' }, plan: { type: 'string' } } });
  } catch (error) {
    return optionMistake(error, ['--version', '--plan']);
  }
  return 'none';
}

it('names the option that was probably meant', () => {
  expect(mistake('--verison')).toBe("Unknown option '--verison'. Did you mean --version?");
  expect(mistake('--plna=x')).toBe("Unknown option '--plna'. Did you mean --plan?");
});

it('names none where none is near', () => {
  expect(mistake('--quiet')).toBe("Unknown option '--quiet'.");
  expect(mistake('-q')).toBe("Unknown option '-q'.");
});

it('leaves out advice for programmers', () => {
  expect(mistake('--plan')).toBe("Option '--plan <value>' argument missing.");
  expect(mistake('--plan', '--version')).toBe("Option '--plan' argument is ambiguous.");
});
