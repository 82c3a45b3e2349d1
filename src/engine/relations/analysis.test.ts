import 'fake-indexeddb/auto';
import { expect, it } from 'vitest';
import { createMatrixJobsHere } from '../../method/matrices/jobs';
import { vectorPool } from '../../method/testing/pool';
import type { ModelPool } from '../../modelpool/types';
import { openLibrary } from '../../storage/library';
import { addModel, removeItem } from '../../storage/testing';
import type { Library } from '../../storage/types';
import { analyseLayers, analyseMatrices } from './analysis';
import type { Subject } from './subject';

const pool = vectorPool({ a: [0, 0, 0, 0] }, [{ a: [1, 2, 3, 4] }, { a: [1, 0, 0, 1] }], [], {
  a: [2, 2],
});

async function itemOf(library: Library, name: string): Promise<string> {
  const files = [{ name: 'model.safetensors', blob: new Blob([name]) }];
  return (await addModel(library, { name, files, facts: null })).id;
}

function subjectOf(items: readonly string[], text: string, open: () => ModelPool): Subject {
  const [owner = ''] = items;
  return { text, owner, items, ids: [], names: [], open };
}

const refuse = (): ModelPool => {
  throw new Error('it is computed again');
};

it('finds what was computed of the same models, and of no others', async () => {
  const library = openLibrary({ storeName: 'analysis' });
  const items = [await itemOf(library, 'base'), await itemOf(library, 'expert')];
  const here = createMatrixJobsHere();
  const layers = await analyseLayers(
    subjectOf(items, 'x', () => pool),
    library,
    {},
  );
  const matrices = await analyseMatrices(
    subjectOf(items, 'x', () => pool),
    library,
    here,
    {},
  );
  const again = subjectOf(items, 'x', refuse);
  expect(await analyseLayers(again, library, {})).toEqual(layers);
  expect(await analyseMatrices(again, library, here, {})).toEqual(matrices);

  const other = subjectOf(items, 'y', refuse);
  await expect(analyseLayers(other, library, {})).rejects.toThrow('computed again');
  // It goes with what it was computed from.
  await removeItem(library, items[1] ?? '');
  await expect(analyseLayers(again, library, {})).rejects.toThrow('computed again');
  await library.close();
});

it('computes again what is damaged', async () => {
  const library = openLibrary({ storeName: 'damaged' });
  const owner = await itemOf(library, 'base');
  const subject = subjectOf([owner], 'x', () => pool);
  const layers = await analyseLayers(subject, library, {});
  const [kept] = await library.getResults(owner);
  if (!kept) throw new Error('nothing was kept');
  const value = { ...(kept.value as object), found: [{ layer: 'embeddings' }] };
  await library.putResults([{ owner, items: [owner], bytes: 10, name: kept.name, value }]);
  await expect(analyseLayers(subjectOf([owner], 'x', refuse), library, {})).rejects.toThrow();
  expect(await analyseLayers(subject, library, {})).toEqual(layers);
  await library.close();
});
