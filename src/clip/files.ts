/** Finding and reading the small JSON files that stand beside a checkpoint's weights. */
import { isTooDeep, MAX_JSON_DEPTH } from '../checkpoint/json-depth';
import type { NamedBlob } from '../checkpoint/types';
import { FormatError } from '../errors';

/** CLIP's own `tokenizer.json` is 2.2 MB; the largest multilingual ones are below 20 MB. */
const MAX_JSON_BYTES = 64 * 1024 * 1024;

export type JsonObject = Readonly<Record<string, unknown>>;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The file called `baseName` that lies nearest to the top of the dropped folder. */
export function findFile(files: readonly NamedBlob[], baseName: string): NamedBlob | undefined {
  const depth = (file: NamedBlob) => file.name.split('/').length;
  return files
    .filter((file) => file.name.split('/').at(-1) === baseName)
    .sort((a, b) => depth(a) - depth(b))[0];
}

/**
 * Parses a JSON file whose top level is an object.
 * @throws FormatError where it is not that
 */
export async function readJson(file: NamedBlob): Promise<JsonObject> {
  if (file.blob.size > MAX_JSON_BYTES) {
    throw new FormatError(
      file.name,
      `this JSON file has ${file.blob.size} bytes, more than the ${MAX_JSON_BYTES} that are read. Is it the right file?`,
    );
  }
  const text = await file.blob.text();
  if (isTooDeep(text)) {
    throw new FormatError(
      file.name,
      `this JSON file nests deeper than ${MAX_JSON_DEPTH} levels, which no configuration does. Download it again.`,
    );
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause);
    throw new FormatError(file.name, `this is not valid JSON (${detail}). Download it again.`, {
      cause,
    });
  }
  if (!isJsonObject(value)) {
    throw new FormatError(file.name, 'a JSON object was expected at its top level.');
  }
  return value;
}
