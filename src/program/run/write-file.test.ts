import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { removeUnfinished, writeFileWhole } from './write-file-node';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'studio-write-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const text = (value: string) => new TextEncoder().encode(value);

describe('a file that is written', () => {
  it('is there with the folders on its way, and replaces what was there', async () => {
    const path = join(folder, 'a/b/report.json');
    await writeFileWhole(path, [text('one'), text(' two')]);
    expect(readFileSync(path, 'utf8')).toBe('one two');
    await writeFileWhole(path, [text('three')]);
    expect(readFileSync(path, 'utf8')).toBe('three');
    expect(readdirSync(join(folder, 'a/b'))).toEqual(['report.json']);
  });

  it('is not seen before it is whole', async () => {
    const seen: string[][] = [];
    async function* chunks() {
      yield text('one');
      seen.push(readdirSync(folder).filter((name) => !name.startsWith('.')));
      yield text('two');
    }
    await writeFileWhole(join(folder, 'model'), chunks());
    expect(seen).toEqual([[]]);
    expect(readdirSync(folder)).toEqual(['model']);
  });

  it('leaves what was there, and nothing else, where it is interrupted', async () => {
    const path = join(folder, 'kept/model');
    mkdirSync(join(folder, 'kept'));
    writeFileSync(path, 'old');
    const controller = new AbortController();
    async function* chunks() {
      yield text('new');
      controller.abort();
      yield text('er');
    }
    await expect(writeFileWhole(path, chunks(), controller.signal)).rejects.toThrow(/abort/i);
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(join(folder, 'kept'))).toEqual(['model']);
  });

  it('leaves no new folder where it fails', async () => {
    function* chunks() {
      yield text('half');
      throw new Error('out of numbers');
    }
    await expect(writeFileWhole(join(folder, 'a/b/model'), chunks())).rejects.toThrow('out of');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is removed by a process that does not wait for it', async () => {
    let names: string[] = [];
    function* chunks() {
      yield text('half');
      removeUnfinished();
      names = readdirSync(folder);
      throw new Error('gone');
    }
    await expect(writeFileWhole(join(folder, 'model'), chunks())).rejects.toThrow('gone');
    expect(names).toEqual([]);
  });
});
