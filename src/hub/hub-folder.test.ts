import { lstatSync, readFileSync } from 'node:fs';
import * as fs from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { hubFolder } from './hub-folder-node';
import type { HubFile, Listing } from './session';

vi.mock('node:fs/promises', async (original) => ({ ...(await original<typeof fs>()) }));

const FILE: HubFile = { path: 'vision/config.json', size: 2, sha256: null, blob: 'ab' };
const listing = (revision: string): Listing => ({
  repository: { kind: 'model', name: 'org/m', revision },
  commit: 'c0ffee',
  files: [FILE],
});

let cache: string;
beforeEach(async () => {
  cache = await fs.mkdtemp(join(tmpdir(), 'studio-hub-folder-'));
});
afterEach(async () => {
  vi.restoreAllMocks();
  await fs.rm(cache, { recursive: true, force: true });
});

async function withBlob() {
  const folder = hubFolder(cache, listing('refs/pr/1'));
  await fs.mkdir(dirname(folder.blob(FILE)), { recursive: true });
  await fs.writeFile(folder.blob(FILE), '{}');
  return folder;
}

const named = () => join(cache, 'models--org--m/snapshots/c0ffee/vision/config.json');

describe('a repository in the cache', () => {
  it('links a name to the bytes, in the place of a link that leads nowhere', async () => {
    const folder = await withBlob();
    await fs.mkdir(dirname(named()), { recursive: true });
    await fs.symlink('../nowhere', named());
    expect(await folder.has(FILE)).toBe(false);
    await folder.name(FILE, true);
    expect(lstatSync(named()).isSymbolicLink()).toBe(true);
    expect(await folder.has(FILE)).toBe(true);
    expect(readFileSync(named(), 'utf8')).toBe('{}');
  });

  it('has the file itself where no links are allowed, and a copy of what others may mean', async () => {
    vi.spyOn(fs, 'symlink').mockRejectedValue(new Error('EPERM'));
    const folder = await withBlob();
    await folder.name(FILE, false);
    expect([lstatSync(named()).isFile(), readFileSync(folder.blob(FILE), 'utf8')]).toEqual([
      true,
      '{}',
    ]);
    await folder.name(FILE, true);
    expect(lstatSync(named()).isFile()).toBe(true);
    await expect(fs.stat(folder.blob(FILE))).rejects.toThrow('ENOENT');
  });

  it('leaves a link that another program has made meanwhile', async () => {
    vi.spyOn(fs, 'symlink').mockRejectedValue(Object.assign(new Error(), { code: 'EEXIST' }));
    const folder = await withBlob();
    await folder.name(FILE, true);
    expect(readFileSync(folder.blob(FILE), 'utf8')).toBe('{}');
  });

  it('notes what a revision means, and nothing of a commit', async () => {
    await hubFolder(cache, listing('refs/pr/1')).noteRevision();
    expect(readFileSync(join(cache, 'models--org--m/refs/refs/pr/1'), 'utf8')).toBe('c0ffee');
    await hubFolder(cache, listing('c0ffee')).noteRevision();
    expect(await fs.readdir(join(cache, 'models--org--m/refs'))).toEqual(['refs']);
  });
});
