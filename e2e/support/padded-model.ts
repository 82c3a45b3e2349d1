/** A model folder of any size: the reference's base with one more tensor of zeros, which takes no room on this disk. */
import { cpSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fixturePath, POOL } from './fixture-pool';

/** Copies the base of the pool to `folder` and adds a tensor `padding` of `bytes` (a multiple of 4) to its weights. */
export function writePaddedModel(folder: string, bytes: number): void {
  cpSync(fixturePath(`${POOL}/base`), folder, { recursive: true });
  const path = join(folder, 'model.safetensors');
  const file = readFileSync(path);
  const headerLength = Number(file.readBigUInt64LE(0));
  const header = JSON.parse(file.subarray(8, 8 + headerLength).toString());
  const data = file.subarray(8 + headerLength);
  const end = data.length + bytes;
  header.padding = { dtype: 'F32', shape: [bytes / 4], data_offsets: [data.length, end] };
  const text = Buffer.from(JSON.stringify(header));
  // The reference pads the header with blanks, so that the data begins at a multiple of 8.
  const aligned = Buffer.concat([text, Buffer.alloc(-text.length & 7, ' ')]);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(aligned.length));
  writeFileSync(path, Buffer.concat([length, aligned, data]));
  truncateSync(path, 8 + aligned.length + end);
}
