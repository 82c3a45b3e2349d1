/** Reading single settings out of a configuration file: the right type, or an error that names file, key and value. */
import { FormatError } from '../../errors';
import { shorten } from '../../shorten';
import type { JsonObject } from '../files';

/** One object of a configuration file and where it stands. */
export interface Section {
  readonly file: string;
  /** Path of the object with a trailing dot (`vision_config.`), empty at the top level. */
  readonly path: string;
  readonly values: JsonObject;
  /** What the file itself calls the keys of `values` that it calls otherwise. */
  readonly ownNames?: Readonly<Record<string, string>>;
}

/** Where a setting stands, in the file's own words. */
export function settingPath({ path, ownNames }: Section, key: string): string {
  return `${path}${ownNames?.[key] ?? key}`;
}

/** `undefined` where the key is absent or null: transformers reads both as "use the default". */
export function positiveInteger(section: Section, key: string): number | undefined {
  const value = section.values[key] ?? undefined;
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !Number.isInteger(value) || value <= 0) {
    throw wrongValue(section, key, 'a positive whole number');
  }
  return value;
}

/** A side in pixels: one number, or `[height, width]` of a square, as transformers 5 may write it. */
export function squareSide(section: Section, key: string): number | undefined {
  const value = section.values[key];
  if (!Array.isArray(value)) return positiveInteger(section, key);
  const [height, width] = value;
  if (value.length !== 2 || height !== width)
    throw wrongValue(section, key, 'one number (a square)');
  return positiveInteger({ ...section, values: { [key]: height } }, key);
}

export function finiteNumber(section: Section, key: string): number | undefined {
  const value = section.values[key] ?? undefined;
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    throw wrongValue(section, key, 'a number');
  }
  return value;
}

/** What is added to a variance before its root is taken: below 0 the root may be none. */
export function epsilon(section: Section, key: string): number | undefined {
  const value = finiteNumber(section, key);
  if (value !== undefined && value < 0) throw wrongValue(section, key, 'a number of at least 0');
  return value;
}

export function flag(section: Section, key: string, fallback: boolean): boolean {
  const value = section.values[key] ?? fallback;
  if (typeof value !== 'boolean') throw wrongValue(section, key, 'true or false');
  return value;
}

/** Is the key there with the value null? */
export function isNull(section: Section, key: string): boolean {
  return section.values[key] === null;
}

/** The error for a value that cannot be used; `allowed` says what can. */
export function wrongValue(section: Section, key: string, allowed: string): FormatError {
  const given = section.values[key];
  // JSON has no word for a number that is too large, and writes null.
  const value =
    typeof given === 'number' ? String(given) : shorten(JSON.stringify(given) ?? 'undefined');
  return new FormatError(
    section.file,
    `${settingPath(section, key)} is ${value}, but ${allowed} is needed. Correct the file.`,
  );
}
