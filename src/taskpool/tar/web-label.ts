/** What the field of a sample says of its class. */
import * as v from 'valibot';
import type { ByteSource } from '../../checkpoint/byte-source';
import { FormatError } from '../../errors';

/** A class, or a description of a picture; a larger one is something else. */
const MAX_BYTES = 1024 * 1024;

/** As Python's `int` reads it. */
const INTEGER = /^\s*([+-]?)(\d+(?:_\d+)*)\s*$/;

const KEYS = ['label', 'labels', 'class', 'cls', 'target', 'fine_label', 'classname'];
const Label = v.union([v.pipe(v.number(), v.integer()), v.string()]);
const Description = v.record(v.string(), v.unknown());

/**
 * @param field - `cls` for an index, `json` for a description with a label in it, `txt` for a class name
 * @returns undefined for no label: -1, as `datasets` has it, or a description without one
 * @throws FormatError for a field that cannot be read so
 */
export async function labelOf(
  file: string,
  field: string,
  content: ByteSource,
): Promise<number | string | undefined> {
  if (content.size > MAX_BYTES) {
    throw new FormatError(file, `It has ${content.size} bytes, too many for a label.`);
  }
  const text = await content.text();
  if (/txt$/i.test(field)) return text.trim() === '' ? undefined : text.trim();
  const label = /json$/i.test(field) ? described(file, text) : index(file, text);
  return label === -1 ? undefined : label;
}

function index(file: string, text: string): number {
  const [, sign, digits] = INTEGER.exec(text) ?? [];
  if (digits !== undefined) return Number(`${sign}${digits.replaceAll('_', '')}`);
  throw new FormatError(
    file,
    `The number of a class is expected, but it says ${JSON.stringify(text.slice(0, 40))}. Names of classes go into .txt files.`,
  );
}

function described(file: string, text: string): number | string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new FormatError(file, 'This is not JSON.', { cause });
  }
  if (v.is(Label, value)) return value;
  if (!v.is(Description, value)) return undefined;
  const key = KEYS.find((name) => name in value);
  const label = key === undefined ? undefined : value[key];
  return v.is(Label, label) ? label : undefined;
}
