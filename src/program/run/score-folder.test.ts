import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { fileSource } from '../../checkpoint/file-source-node';
import { createTally } from '../../taskpool/tally';
import { classified } from '../../taskpool/testing/classified';
import { filesText, scoreFolder } from './score-folder-node';

function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), 'studio-scores-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Two pictures that were scored, and one that cannot be read. */
function tallied() {
  const tally = createTally(3, 2);
  tally.count(0, 1, classified(1, 0.25));
  tally.count(2, 0, classified(1, 1.75));
  tally.skip(1, 'It is damaged.');
  return tally;
}

it('gives back what was kept under the very key, to the last bit', async () => {
  const folder = join(temporary(), 'scores');
  await scoreFolder(folder).put('a', tallied());
  const again = scoreFolder(folder);
  expect((await again.get('a', 3))?.record()).toEqual(tallied().record());
  expect(await again.get('b', 3)).toBeNull();
  // Of other pictures, whatever the key says.
  expect(await again.get('a', 4)).toBeNull();
});

it('takes nothing that is damaged or was not scored to its end', async () => {
  const folder = temporary();
  const scores = scoreFolder(folder);
  const half = createTally(2, 2);
  half.count(0, 0, classified(0, 0.5));
  await scores.put('half', half);
  expect(await scores.get('half', 2)).toBeNull();
  await scores.put('a', tallied());
  const [path = ''] = readdirSync(folder)
    .map((name) => join(folder, name))
    .filter((name) => readFileSync(name).length > 0)
    .slice(-1);
  for (const name of readdirSync(folder)) {
    const bytes = readFileSync(join(folder, name));
    const last = bytes.length - 1;
    bytes[last] = (bytes[last] ?? 0) ^ 1;
    writeFileSync(join(folder, name), bytes);
  }
  expect(await scores.get('a', 3)).toBeNull();
  writeFileSync(path, '');
  expect(await scores.get('a', 3)).toBeNull();
});

it('knows files again by all that tells a change, and trusts none that was changed a moment ago', async () => {
  const path = join(temporary(), 'file');
  writeFileSync(path, 'one');
  const textAt = async (seconds: number) => {
    utimesSync(path, seconds, seconds);
    return filesText([{ name: 'file', blob: await fileSource(path) }]);
  };
  const before = await textAt(1000);
  expect(before).toEqual(expect.any(String));
  expect(await textAt(1000)).toBe(before);
  expect(await textAt(1001)).not.toBe(before);
  expect(await textAt(Date.now() / 1000)).toBeNull();
  expect(filesText([{ name: 'blob', blob: new Blob(['x']) }])).toBeNull();
});
