import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, it } from 'vitest';
import { type FileIdentity, fileIdentity, fileSource } from '../../../checkpoint/file-source-node';
import { createHashing } from './hashing-node';

const folder = mkdtempSync(join(tmpdir(), 'hashing-'));
afterAll(() => rmSync(folder, { recursive: true }));

let hashing = createHashing();
afterEach(async () => {
  await hashing.dispose();
  hashing = createHashing();
});

async function written(name: string, content: Uint8Array | string): Promise<FileIdentity> {
  const path = join(folder, name);
  writeFileSync(path, content);
  const identity = fileIdentity(await fileSource(path));
  if (!identity) throw new Error('a file has an identity');
  return identity;
}

const sum = (...contents: readonly (Uint8Array | string)[]) => {
  const hash = createHash('sha256');
  for (const content of contents) hash.update(content);
  return hash.digest('hex');
};

it('hashes files as one, however long, more of them at once than there are threads', async () => {
  const contents = Array.from({ length: 20 }, (_, i) => Buffer.alloc(i * 123_457, `${i} `));
  const files = await Promise.all(contents.map((content, i) => written(`${i}`, content)));
  const sums = await Promise.all([
    ...files.map((file) => hashing.sha256([file])),
    hashing.sha256(files),
  ]);
  expect(sums).toEqual([...contents.map((content) => sum(content)), sum(...contents)]);
  expect(await hashing.sha256([])).toBe(sum(''));
});

it('refuses a file that has changed since it was found, and goes on', async () => {
  const changed = await written('changed', 'abc');
  await written('changed', 'abcd');
  const gone = await written('gone', 'abc');
  rmSync(gone.path);
  const [first, second, third] = await Promise.allSettled(
    [changed, gone, await written('there', 'abc')].map((file) => hashing.sha256([file])),
  );
  expect(first).toMatchObject({ reason: { message: expect.stringContaining('has changed') } });
  expect(second).toMatchObject({ reason: { message: expect.stringContaining('no such file') } });
  expect(third).toMatchObject({ value: sum('abc') });
});

it('is not waited for when it is ended', async () => {
  const large = await written('large', Buffer.alloc(2 ** 24));
  const outcomes: unknown[] = [];
  for (let i = 0; i < 8; i++) hashing.sha256([large]).then((one) => outcomes.push(one));
  await hashing.dispose();
  const before = outcomes.length;
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(outcomes).toHaveLength(before);
  expect(before).toBeLessThan(8);
});
