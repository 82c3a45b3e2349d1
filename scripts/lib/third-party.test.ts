import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { shippedPackages } from './shipped.mjs';
import { thirdPartyText } from './third-party.mjs';
import { projectRoot } from './tools.mjs';

it('THIRD-PARTY.md is of the packages of the lockfile', async () => {
  const text = await readFile(resolve(projectRoot, 'THIRD-PARTY.md'), 'utf8');
  expect(text, 'npm run third-party writes it anew').toBe(await thirdPartyText());
});

it('follows what the shipped packages need, to where Node finds it', () => {
  const packages = {
    '': { dependencies: { a: '1' } },
    'node_modules/a': { version: '1', license: 'MIT', dependencies: { b: '1', c: '1' } },
    'node_modules/a/node_modules/b': { version: '2', dependencies: { c: '1' } },
    'node_modules/b': { version: '1' },
    'node_modules/c': { version: '3', dependencies: { a: '1' } },
    'node_modules/other': { version: '4' },
  };
  expect(shippedPackages({ packages }).map(({ path }) => path)).toEqual([
    'node_modules/a',
    'node_modules/a/node_modules/b',
    'node_modules/c',
  ]);
});
