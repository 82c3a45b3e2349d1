import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
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

describe('what is no regular file', () => {
  it('is not replaced', async () => {
    await expect(writeFileWhole('/dev/null', [text('x')])).rejects.toMatchObject({
      name: 'StorageError',
      message: expect.stringContaining('/dev/null could not be written: it is no regular file'),
    });
    expect(lstatSync('/dev/null').isCharacterDevice()).toBe(true);
  });

  it('is followed where it is a link to one, and stays a link', async () => {
    const [path, link] = [join(folder, 'file'), join(folder, 'link')];
    writeFileSync(path, 'one');
    symlinkSync(path, link);
    await writeFileWhole(link, [text('two')]);
    expect(readFileSync(path, 'utf8')).toBe('two');
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
  });
});

describe('an error', () => {
  it('of the disk names the file and why', async () => {
    writeFileSync(join(folder, 'file'), '');
    const path = join(folder, 'file/report.json');
    await expect(writeFileWhole(path, [text('x')])).rejects.toMatchObject({
      name: 'StorageError',
      message: `${path} could not be written: there is a file where a folder is meant. Nothing of it is left; make room or name another place.`,
    });
  });

  it('of what is written is passed on as it is', async () => {
    const error = Object.assign(new Error('of the source'), { code: 'EIO' });
    const chunks = (async function* () {
      yield text('one');
      throw error;
    })();
    await expect(writeFileWhole(join(folder, 'file'), chunks)).rejects.toBe(error);
    expect(readdirSync(folder)).toEqual([]);
  });
});
