import 'fake-indexeddb/auto';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { drop, openStudio } from '../testing/drops';

const shape = 'p8-32';

/** FusionBench's table, without the names. */
function expected(): number[][] {
  const path = `../../../reference/fixtures/relations/${shape}/task_vector_cos_similarity.csv`;
  const [, ...lines] = readFileSync(new URL(path, import.meta.url), 'utf8')
    .trimEnd()
    .split('\n');
  return lines.map((line) => line.split(',').slice(1).map(Number));
}

it('compares the included experts as a job, by FusionBench’s numbers, and stops', async () => {
  const studio = await openStudio('comparing');
  const files = [
    ...(await drop(`merge/${shape}/base`, 'base')),
    ...(await drop(`merge/${shape}/experts`, 'experts')),
  ];
  await studio.engine.addCheckpoints('models', files, 'user');
  const [, first, second] = studio.state().pool.models;

  const { ids, names, cosines, csv } = await studio.engine.compareTaskVectors('compare');
  expect(ids).toEqual([first?.id, second?.id]);
  expect(names).toEqual([first?.name, second?.name]);
  for (const [i, row] of expected().entries()) {
    for (const [j, cosine] of row.entries()) {
      expect(Math.abs((cosines[i]?.[j] ?? Number.NaN) - cosine)).toBeLessThan(1e-12);
    }
  }
  expect(csv.split('\n')[0]).toBe(`,${names.join(',')}`);

  const stopped = studio.engine.compareTaskVectors('again');
  await studio.engine.cancel('again');
  await expect(stopped).rejects.toThrow('Stopped.');

  await studio.engine.editPool({ type: 'setIncluded', id: first?.id ?? '', included: false });
  await expect(studio.engine.compareTaskVectors('one')).rejects.toThrowErrorMatchingInlineSnapshot(
    `[CompatibilityError: There is nothing to compare: the pool needs a base and two experts that can be read.]`,
  );
});
