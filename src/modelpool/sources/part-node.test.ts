import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { splitPart, withPart } from './part-node';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'studio-part-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('a part stands behind the last #, unless something is called so', async () => {
  const file = join(folder, 'a#b.pt');
  writeFileSync(file, '');
  expect(await splitPart(file)).toEqual({ file });
  expect(await splitPart(`${file}#model_ema`)).toEqual({ file, part: 'model_ema' });
  expect(await splitPart(join(folder, 'x.pt#a.b'))).toEqual({
    file: join(folder, 'x.pt'),
    part: 'a.b',
  });
  for (const plain of ['x.pt', 'x.pt#', '#x'])
    expect(await splitPart(plain)).toEqual({ file: plain });
});

it('is meant of the weights, or of a lone file whatever it is called', () => {
  const blob = new Blob([]);
  const names = ['config.json', 'model.safetensors'];
  expect(
    withPart(
      names.map((name) => ({ name, blob })),
      'x',
    ),
  ).toEqual([
    { name: 'config.json', blob },
    { name: 'model.safetensors', blob, part: 'x' },
  ]);
  expect(withPart([{ name: 'epoch_3', blob }], 'x')).toEqual([
    { name: 'epoch_3', blob, part: 'x' },
  ]);
});
