import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { fixtureJson } from '../clip/testing';
import { fuse, REFERENCE, temporaryFolder } from './fuse/testing';

interface Numbers {
  readonly layers: Readonly<
    Record<string, { readonly elements: number; readonly norms: number[] }>
  >;
}

it('+relations=true writes tables and figure, tells what they mean, and puts them into the report', async () => {
  const folder = temporaryFolder();
  const { code, told, printed } = await fuse([
    ...REFERENCE,
    '+relations=true',
    `+relations.save_path=${folder}/relations`,
    `+report_save_path=${folder}/report.json`,
  ]);
  expect(code, told).toBe(0);
  expect(told).toContain(`Relations of the experts: ${folder}/relations`);
  expect(printed).toContain('Cosines: Along an expert’s own task vector');
  expect(printed).toContain('Overlap: ');
  expect(readdirSync(join(folder, 'relations')).sort()).toEqual([
    'task_vector_cos_similarity.csv',
    'task_vector_cos_similarity.svg',
    'task_vector_norms.csv',
    'task_vector_overlaps.csv',
    'task_vector_signs.csv',
    'task_vector_spectra.csv',
  ]);
  const report = JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8'));
  const { relations } = report.task_arithmetic_studio;
  expect(relations.experts).toEqual(['outlines', 'surfaces']);
  const { layers } = fixtureJson<Numbers>('relations/p8-32/numbers.json');
  for (const { layer, elements, norms } of relations.layers) {
    expect(elements).toBe(layers[layer]?.elements);
    for (const [i, norm] of norms.entries()) {
      expect(Math.abs(norm / (layers[layer]?.norms[i] ?? Number.NaN) - 1)).toBeLessThan(1e-12);
    }
  }
  expect(relations.directions.matrices.length).toBeGreaterThan(0);
  const table = readFileSync(join(folder, 'relations/task_vector_norms.csv'), 'utf8');
  expect(table.split('\r\n')).toHaveLength(relations.layers.length + 3);
});

it('+relations.directions=false leaves the matrices whole, and what it writes is guarded', async () => {
  const folder = temporaryFolder();
  const args = [
    ...REFERENCE,
    '+relations.directions=false',
    `+relations.save_path=${folder}`,
    '+report_save_path=null',
    'taskpool=null',
  ];
  const first = await fuse(args);
  expect(first.code, first.told).toBe(0);
  expect(existsSync(join(folder, 'task_vector_signs.csv'))).toBe(true);
  expect(existsSync(join(folder, 'task_vector_spectra.csv'))).toBe(false);
  expect((await fuse(args)).code).toBe(0);

  const { code, told } = await fuse([...REFERENCE, '+relations=5', '+report_save_path=null']);
  expect(code).toBe(2);
  expect(told).toContain('relations: true is expected, or a section with directions and save_path');
});
