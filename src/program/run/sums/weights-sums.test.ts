import { createHash } from 'node:crypto';
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileSource } from '../../../checkpoint/file-source-node';
import { createHashing, type Hashing } from './hashing-node';
import { createWeightsSums } from './weights-sums-node';

const sum = (content: string) => createHash('sha256').update(content).digest('hex');

let root: string;
let hashing: Hashing;
/** Files that were really hashed. */
let hashed: number;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'sums-'));
  hashed = 0;
  const actual = createHashing();
  hashing = {
    sha256(files) {
      hashed += files.length;
      return actual.sha256(files);
    },
    dispose: () => actual.dispose(),
  };
});
afterEach(async () => {
  await hashing.dispose();
  rmSync(root, { recursive: true, force: true });
});

/** Changed long enough ago to be remembered. */
const LONG_AGO = 1_700_000_000;

function write(name: string, content: string, seconds = LONG_AGO): string {
  const path = join(root, name);
  writeFileSync(path, content);
  utimesSync(path, seconds, seconds);
  return path;
}

/** As another run of the program finds it. */
async function sumOf(path: string, cache = join(root, 'cache')): Promise<string> {
  const env = { TASK_ARITHMETIC_STUDIO_CACHE: cache };
  const sums = createWeightsSums({ cwd: root, env }, hashing);
  return sums.sha256([{ name: 'model.safetensors', blob: await fileSource(path) }]);
}

describe('a sum', () => {
  it('is remembered', async () => {
    const path = write('model.safetensors', 'abc');
    expect([await sumOf(path), await sumOf(path)]).toEqual([sum('abc'), sum('abc')]);
    expect(hashed).toBe(1);
  });

  it('is computed anew for another path', async () => {
    const path = write('model.safetensors', 'abc');
    await sumOf(path);
    const moved = join(root, 'other.safetensors');
    renameSync(path, moved);
    expect(await sumOf(moved)).toBe(sum('abc'));
    expect(hashed).toBe(2);
  });

  it('is computed anew for another size, though all else is the same', async () => {
    const path = write('model.safetensors', 'abc');
    const { ino } = statSync(path);
    await sumOf(path);
    write('model.safetensors', 'abcd');
    expect(statSync(path).ino).toBe(ino);
    expect(await sumOf(path)).toBe(sum('abcd'));
  });

  it('is computed anew for another time, though all else is the same', async () => {
    const path = write('model.safetensors', 'abc');
    await sumOf(path);
    // A quarter of a microsecond is what a double holds of these seconds; a millisecond would be too coarse.
    write('model.safetensors', 'xyz', LONG_AGO + 0.000_01);
    expect(await sumOf(path)).toBe(sum('xyz'));
  });

  it('is computed anew for another file in its place, though all else is the same', async () => {
    const path = write('model.safetensors', 'abc');
    await sumOf(path);
    renameSync(write('new.safetensors', 'xyz'), path);
    expect(await sumOf(path)).toBe(sum('xyz'));
  });

  it('is not remembered of a file that was changed just now', async () => {
    const path = write('model.safetensors', 'abc', Date.now() / 1000);
    await sumOf(path);
    await sumOf(path);
    expect(hashed).toBe(2);
  });

  it('of what lies in memory is computed as well', async () => {
    const sums = createWeightsSums({ cwd: root, env: {} }, hashing);
    const files = [{ name: 'model.safetensors', blob: new Blob(['abc']) }];
    expect(await sums.sha256(files)).toBe(sum('abc'));
    expect(hashed).toBe(0);
  });
});

describe('the folder of remembered sums', () => {
  const folder = () => join(root, 'cache/sums');
  const entry = () => join(folder(), readdirSync(folder())[0] ?? '');

  it('may be damaged in any way', async () => {
    const path = write('model.safetensors', 'abc');
    await sumOf(path);
    const good = readFileSync(entry(), 'latin1');
    const damaged = [
      '',
      'null',
      '[]',
      '{"of":',
      good.slice(0, -1),
      `${good}x`,
      good.replace(sum('abc'), sum('xyz')),
      good.replace('"sha256"', '"sha1"'),
      ...Array.from(good, (character, i) => {
        const other = character === '0' ? '1' : '0';
        return good.slice(0, i) + other + good.slice(i + 1);
      }).filter((_, i) => i % 7 === 0),
    ];
    for (const text of damaged) {
      const before = hashed;
      writeFileSync(entry(), text);
      expect(await sumOf(path)).toBe(sum('abc'));
      expect(hashed).toBe(before + 1);
      // It mends itself.
      expect(readFileSync(entry(), 'latin1')).toBe(good);
    }
  });

  it('may be written by many at once', async () => {
    const path = write('model.safetensors', 'abc');
    const sums = await Promise.all(Array.from({ length: 20 }, () => sumOf(path)));
    expect(new Set(sums)).toEqual(new Set([sum('abc')]));
    expect(readdirSync(folder())).toHaveLength(1);
    const before = hashed;
    expect(await sumOf(path)).toBe(sum('abc'));
    expect(hashed).toBe(before);
  });

  it('may be one that cannot be made', async () => {
    const path = write('model.safetensors', 'abc');
    const file = write('file', '');
    chmodSync(file, 0o444);
    expect(await sumOf(path, join(file, 'cache'))).toBe(sum('abc'));
  });

  it('may be turned off', async () => {
    const path = write('model.safetensors', 'abc');
    expect([await sumOf(path, 'off'), await sumOf(path, 'off')]).toEqual([sum('abc'), sum('abc')]);
    expect(hashed).toBe(2);
  });
});
