import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseSplit } from '../../config/program/split';
import type { ModelRole } from '../parts';
import { isHere } from './is-here-node';

const COMMIT = 'c0ffee0123456789c0ffee0123456789c0ffee01';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'studio-here-'));
});
afterEach(() => rm(home, { recursive: true, force: true }));

async function cache(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  const all = Object.entries(files).map(([name, text]) => [`snapshots/${COMMIT}/${name}`, text]);
  for (const [path = '', text = ''] of [...all, ['refs/main', COMMIT]]) {
    const file = join(home, 'hub', folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
}

const surroundings = () => ({ cwd: home, env: { HF_HUB_CACHE: join(home, 'hub') } });

const model = (role: ModelRole) =>
  isHere(
    { kind: 'model', path: 'modelpool', source: { reference: 'org/m' }, role },
    surroundings(),
  );

const split = (text: string) => {
  const source = { path: 'org/d', split: parseSplit(text) };
  return isHere({ kind: 'dataset', path: 'taskpool', source }, surroundings());
};

describe('what lies in the cache', () => {
  it('is a model once its weights are there, with all shards of an index', async () => {
    expect(await model('weights')).toBe(false);
    await cache('models--org--m', { 'config.json': '{}' });
    expect(await model('weights')).toBe(false);
    const weight_map = {
      a: 'model-00001-of-00002.safetensors',
      b: 'model-00002-of-00002.safetensors',
    };
    const index = { 'model.safetensors.index.json': JSON.stringify({ weight_map }) };
    await cache('models--org--m', { ...index, [weight_map.a]: 'x' });
    expect(await model('weights')).toBe(false);
    await cache('models--org--m', { [weight_map.b]: 'x' });
    expect(await model('weights')).toBe(true);
    expect(await model('adapter')).toBe(false);
  });

  it('is none where a link leads nowhere', async () => {
    await cache('models--org--m', { 'config.json': '{}' });
    const snapshot = join(home, 'hub/models--org--m/snapshots', COMMIT);
    await symlink('../../blobs/gone', join(snapshot, 'model.safetensors'));
    expect(await model('weights')).toBe(false);
  });

  it('is a processor once pictures and texts can be prepared', async () => {
    await cache('models--org--m', { 'config.json': '{}', 'preprocessor_config.json': '{}' });
    expect(await model('processor')).toBe(false);
    await cache('models--org--m', { 'vocab.json': '{}' });
    expect(await model('processor')).toBe(false);
    await cache('models--org--m', { 'merges.txt': '' });
    expect(await model('processor')).toBe(true);
  });

  it('is a data set for the splits that are there with all their files', async () => {
    await cache('datasets--org--d', { 'data/test-00000-of-00002.parquet': '' });
    expect(await split('test')).toBe(false);
    await cache('datasets--org--d', { 'data/test-00001-of-00002.parquet': '' });
    expect(await split('test')).toBe(true);
    expect(await split('train')).toBe(false);
    expect(await split('train+test')).toBe(false);
  });

  it('is a data set for a split whose files the card names, though others are not there', async () => {
    const files = [
      ['train', 'a.parquet'],
      ['test', 'b.parquet'],
    ].map(([name, path]) => `  - split: ${name}\n    path: ${path}`);
    const card = `---\nconfigs:\n- config_name: default\n  data_files:\n${files.join('\n')}\n---\n`;
    await cache('datasets--org--d', { 'README.md': card, 'b.parquet': '' });
    expect(await split('test')).toBe(true);
    expect(await split('train')).toBe(false);
  });
});
