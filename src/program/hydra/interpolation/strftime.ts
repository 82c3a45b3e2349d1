/** Dates as `${now:...}` writes them: the directives of Python's `strftime` that name numbers. */
import { ConfigError } from '../../../errors';

const DAY_MS = 24 * 60 * 60 * 1000;

const directives: Readonly<Record<string, (date: Date) => string>> = {
  Y: (date) => String(date.getFullYear()).padStart(4, '0'),
  y: (date) => two(date.getFullYear() % 100),
  m: (date) => two(date.getMonth() + 1),
  d: (date) => two(date.getDate()),
  H: (date) => two(date.getHours()),
  M: (date) => two(date.getMinutes()),
  S: (date) => two(date.getSeconds()),
  f: (date) => String(date.getMilliseconds() * 1000).padStart(6, '0'),
  j: (date) => String(dayOfYear(date)).padStart(3, '0'),
  s: (date) => String(Math.floor(date.getTime() / 1000)),
  F: (date) => strftime(date, '%Y-%m-%d'),
  T: (date) => strftime(date, '%H:%M:%S'),
  '%': () => '%',
};

/** @throws ConfigError for a directive that is not written here, such as names of months */
export function strftime(date: Date, format: string): string {
  return format.replaceAll(/%([\s\S]?)/g, (whole, directive: string) => {
    const write = Object.hasOwn(directives, directive) ? directives[directive] : undefined;
    if (write) return write(date);
    const known = Object.keys(directives).map((name) => `%${name}`);
    throw new ConfigError(
      `${whole} is not supported in \${now:...}; there are ${known.join(' ')}.`,
    );
  });
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}

function dayOfYear(date: Date): number {
  const midnight = Date.UTC(date.getFullYear(), date.getMonth(), date.getDate());
  return (midnight - Date.UTC(date.getFullYear(), 0, 0)) / DAY_MS;
}
