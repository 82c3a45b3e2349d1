import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ensureInstalled } from './install.mjs';
import { projectRoot } from './tools.mjs';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'studio-install-'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(root, { recursive: true });
});

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

// onnxruntime-node's would fetch libraries for CUDA from elsewhere, and npm removes the package where it fails.
it('runs no install script of a package, whoever installs', async () => {
  const { stdout } = await promisify(execFile)('npm', ['config', 'get', 'ignore-scripts'], {
    cwd: projectRoot,
    shell: process.platform === 'win32',
  });
  expect(stdout.trim()).toBe('true');

  const npm = join(root, 'npm-cli.cjs');
  await writeFile(
    npm,
    `require('fs').writeFileSync(${JSON.stringify(join(root, 'called'))}, process.argv.slice(2).join(' '))`,
  );
  vi.stubEnv('npm_execpath', npm);
  vi.spyOn(console, 'log').mockImplementation(() => undefined);
  await mkdir(join(root, 'node_modules'));
  await writeFile(join(root, 'package-lock.json'), '{"packages":{}}');
  await ensureInstalled(root);
  expect(await readFile(join(root, 'called'), 'utf8')).toMatch(/^ci .*--ignore-scripts/);
});

it('has nothing to install where there is no lockfile: a copy that was built elsewhere', async () => {
  await ensureInstalled(root);
});
