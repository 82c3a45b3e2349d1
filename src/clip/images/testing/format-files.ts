/** Test support: the files of `picture-formats.json.gz`, and what Pillow makes of them. */
import { gunzipSync } from 'node:zlib';
import { fixtureBytes } from '../fixtures';

export interface FormatFile {
  readonly format: string;
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** SHA-256 of the pixels that FusionBench scores; null where Pillow refuses the file. */
  readonly rgb: string | null;
  /** Lengths at which the file is cut, and what Pillow still makes of it. */
  readonly cuts: readonly (readonly [length: number, rgb: string | null])[];
}

interface Row {
  format: string;
  name: string;
  file: string;
  rgb: string | null;
  cuts?: [number, string | null][];
}

export function formatFiles(): FormatFile[] {
  const text = gunzipSync(fixtureBytes('picture-formats.json.gz')).toString();
  // The generator is ours: reference/groups/picture_formats.py.
  const { files } = JSON.parse(text) as { files: Row[] };
  return files.map(({ file, cuts = [], ...row }) => ({
    ...row,
    cuts,
    bytes: new Uint8Array(Buffer.from(file, 'base64')),
  }));
}

/** The file of this format and name. */
export function formatFile(files: readonly FormatFile[], format: string, name: string): FormatFile {
  const found = files.find((file) => file.format === format && file.name === name);
  if (!found) throw new RangeError(`picture-formats.json.gz has no ${format} called ${name}`);
  return found;
}
