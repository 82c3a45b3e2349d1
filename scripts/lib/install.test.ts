import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ensureInstalled } from './install.mjs';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'studio-install-'));
});
afterEach(() => rm(root, { recursive: true }));

it('touches nothing of a folder that another checkout lends', async () => {
  await mkdir(join(root, 'lent'));
  await writeFile(join(root, 'lent/.studio-lock'), 'another');
  await writeFile(join(root, 'package-lock.json'), '{"packages":{}}');
  await symlink(join(root, 'lent'), join(root, 'node_modules'));
  await expect(ensureInstalled(root)).rejects.toThrow('node_modules is a link');
  expect(await readFile(join(root, 'lent/.studio-lock'), 'utf8')).toBe('another');
});

it('installs nothing where the lockfile is what was installed, whoever installed it', async () => {
  const lock = JSON.stringify({ packages: { 'node_modules/a': { version: '1.0.0' } } });
  await mkdir(join(root, 'node_modules'));
  await writeFile(join(root, 'package-lock.json'), lock);
  await writeFile(join(root, 'node_modules/.package-lock.json'), lock);
  await ensureInstalled(root);
  expect(await readFile(join(root, 'node_modules/.studio-lock'), 'utf8')).toMatch(/^[0-9a-f]{64}$/);
  await ensureInstalled(root);
});
