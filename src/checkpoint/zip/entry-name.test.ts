import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openZip } from './open-zip';
import { ZipError } from './zip-error';

const FOLDER = new URL('../../../reference/fixtures/zips/', import.meta.url);
const expected: Readonly<Record<string, readonly string[] | string>> = JSON.parse(
  readFileSync(new URL('names/names.json', FOLDER), 'utf8'),
);

describe("names are what Python's zipfile reads", () => {
  it.each(Object.entries(expected))('%s', async (archive, names) => {
    const blob = new Blob([readFileSync(new URL(archive, FOLDER))]);
    const open = openZip({ name: archive, blob });
    if (typeof names === 'string') {
      await expect(open).rejects.toThrow(ZipError);
      await expect(open).rejects.toThrow(
        'the name "Müller/1.png" in it is said to be UTF-8 and is not',
      );
    } else expect((await open).map((entry) => entry.name)).toEqual(names);
  });
});
