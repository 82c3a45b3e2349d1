import 'fake-indexeddb/auto';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { fixtureFiles } from '../../clip/testing';
import { createMatrixJobsHere, type MatrixJobs } from '../../method/matrices/jobs';
import { openPoolFiles, readPool } from '../../method/testing/pool';
import { openLibrary } from '../../storage/library';
import { createJobs } from '../jobs/jobs';
import { drop, openStudio, type TestStudio } from '../testing/drops';
import { engineValue, poolOf } from '../testing/values';
import { createRelations } from './relations';

const shape = 'p8-32';

async function filled(name: string): Promise<TestStudio> {
  const studio = await openStudio(name);
  const files = [
    ...(await drop(`merge/${shape}/base`, 'base')),
    ...(await drop(`merge/${shape}/experts`, 'experts')),
  ];
  await studio.engine.addCheckpoints('models', files, 'user');
  return studio;
}

/** FusionBench's table, without the names. */
function expected(): number[][] {
  const path = `../../../reference/fixtures/relations/${shape}/task_vector_cos_similarity.csv`;
  const [, ...lines] = readFileSync(new URL(path, import.meta.url), 'utf8')
    .trimEnd()
    .split('\n');
  return lines.map((line) => line.split(',').slice(1).map(Number));
}

it('compares the included experts as a job, by FusionBench’s numbers, and stops', async () => {
  const studio = await filled('comparing');
  const [, first, second] = studio.state().pool.models;

  const { ids, experts, cosines, tables } = await studio.engine.compareTaskVectors('compare');
  expect(ids).toEqual([first?.id, second?.id]);
  expect(experts).toEqual([first?.name, second?.name]);
  for (const [i, row] of expected().entries()) {
    for (const [j, cosine] of row.entries()) {
      expect(Math.abs((cosines[i]?.[j] ?? Number.NaN) - cosine)).toBeLessThan(1e-12);
    }
  }
  expect(tables.cosines.text.split('\n')[0]).toBe(`,${experts.join(',')}`);

  const stopped = studio.engine.compareDirections('again');
  await studio.engine.cancel('again');
  await expect(stopped).rejects.toThrow('Stopped.');

  await studio.engine.editPool({ type: 'setIncluded', id: first?.id ?? '', included: false });
  await expect(studio.engine.compareTaskVectors('one')).rejects.toThrowErrorMatchingInlineSnapshot(
    `[CompatibilityError: There is nothing to compare: the pool needs a base and two experts that can be read.]`,
  );
  await studio.close();
});

it('ends a comparison when other experts are included', async () => {
  const studio = await filled('changing');
  const [, first] = studio.state().pool.models;
  const comparing = studio.engine.compareDirections('compare');
  await Promise.all([
    expect(comparing).rejects.toMatchObject({
      name: 'AbortError',
      message: 'Other models are to be compared now.',
    }),
    studio.engine.editPool({ type: 'setIncluded', id: first?.id ?? '', included: false }),
  ]);
  await studio.close();
});

it('tells in the next visit the same of the same files, under the names of then', async () => {
  const before = await filled('keeping');
  const [, first] = before.state().pool.models;
  const vectors = await before.engine.compareTaskVectors('vectors');
  const directions = await before.engine.compareDirections('directions');
  await before.engine.editPool({ type: 'rename', id: first?.id ?? '', name: 'another' });
  await before.close();

  const after = await openStudio('keeping');
  const again = await after.engine.compareTaskVectors('vectors');
  const directionsAgain = await after.engine.compareDirections('directions');
  expect(again.cosines).toEqual(vectors.cosines);
  expect(again.layers).toEqual(vectors.layers);
  expect(again.experts[0]).toBe('another');
  expect(directionsAgain.matrices).toEqual(directions.matrices);
  await after.close();
});

it('puts into the report what is known of the models that are merged', async () => {
  const studio = await filled('reporting');
  await studio.engine.addTaskImages('tasks', await drop('scoring/images', 'images'), 'user');
  const relations = async () => {
    await studio.until(({ scores }) => Object.keys(scores.merged.tasks).length > 0);
    const { file } = await studio.engine.exportReport();
    return JSON.parse(await file.text()).task_arithmetic_studio.relations;
  };
  expect(await relations()).toBeUndefined();
  const { ids: _, tables: __, ...vectors } = await studio.engine.compareTaskVectors('vectors');
  expect(await relations()).toEqual(vectors);
  const found = await studio.engine.compareDirections('directions');
  const { matrices, overlaps, meaning } = found;
  expect(await relations()).toEqual({ ...vectors, directions: { matrices, overlaps, meaning } });
  const [, first] = studio.state().pool.models;
  await studio.engine.editPool({ type: 'setWeight', id: first?.id ?? '', weight: 2 });
  expect(await relations()).toMatchObject(vectors);
  await studio.engine.editPool({ type: 'setIncluded', id: first?.id ?? '', included: false });
  expect(await relations()).toBeUndefined();
  await studio.close();
});

it('waits while a first number is to come, and lets go of the matrix that it was at', async () => {
  const { pretrained, experts } = await openPoolFiles(
    await readPool(shape, ['outlines', 'surfaces'], fixtureFiles),
  );
  const [one, two] = experts.map(({ model }) => model);
  if (!one || !two) throw new Error('the fixture has two experts');
  const value = engineValue({ pool: poolOf(pretrained, { one, two }) });
  const library = openLibrary({ storeName: 'waiting' });
  const jobs = createJobs(() => undefined);
  const here = createMatrixJobsHere();
  const asked: AbortSignal[] = [];
  let begun: () => void = () => undefined;
  const beginning = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const matrices: MatrixJobs = {
    atOnce: 1,
    run(prepare, signal) {
      asked.push(signal);
      begun();
      if (asked.length > 1) return here.run(prepare, signal);
      // The first goes on until it is dropped.
      return new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
      });
    },
  };
  const relations = createRelations({ library, jobs, matrices, value: () => value });
  const comparing = relations.compareDirections('directions');
  await beginning;
  relations.follow(false);
  expect(asked.map(({ aborted }) => aborted)).toEqual([true]);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(asked).toHaveLength(1);
  relations.follow(true);
  const { matrices: found } = await comparing;
  expect(asked).toHaveLength(found.length + 1);
  await library.close();
});
