/** Files that claim what cannot be true are refused, at once and in one sentence, whatever the claim. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FormatError } from '../../errors';
import { openParquet } from './parquet-file';

const FOLDER = new URL('../../../reference/fixtures/parquet/', import.meta.url);
const bytesOf = (name: string) => new Uint8Array(readFileSync(new URL(name, FOLDER)));

async function readAll(bytes: Uint8Array<ArrayBuffer>): Promise<unknown> {
  const file = await openParquet({ name: 'x.parquet', blob: new Blob([bytes]) });
  await file.labels();
  const rows = [];
  for await (const group of file.rows()) rows.push(...group);
  return rows;
}
void [describe, expect, it, FormatError, bytesOf, readAll];
