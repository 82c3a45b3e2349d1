import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fixtureJson } from '../clip/testing';
import { fuse, REFERENCE, temporaryFolder } from './fuse/testing';

interface Expected {
  readonly tasks: Readonly<Record<string, { readonly labels: readonly number[] }>>;
  readonly models: Readonly<
    Record<
      string,
      { readonly tasks: Readonly<Record<string, { readonly predictions: readonly number[] }>> }
    >
  >;
}
const expected = fixtureJson<Expected>('scoring/expected.json');

interface Row {
  readonly model: string;
  readonly task: string;
  readonly label: string;
  readonly prediction: string;
  readonly probability: number;
  readonly margin: number;
}

function rowsOf(path: string): Row[] {
  const [head, ...lines] = readFileSync(path, 'utf8').trimEnd().split('\r\n');
  expect(head).toBe('model,task,picture,label,prediction,probability,margin');
  return lines.map((line) => {
    const [model = '', task = '', , label = '', prediction = '', probability, margin] =
      line.split(',');
    return {
      model,
      task,
      label,
      prediction,
      probability: Number(probability),
      margin: Number(margin),
    };
  });
}

describe('predictions_save_path', () => {
  it('has FusionBench’s predictions of the merged model, the pretrained one and each task’s expert', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'predictions.csv');
    const { code, told } = await fuse([
      ...REFERENCE,
      `+predictions_save_path=${path}`,
      `+report_save_path=${folder}/report.json`,
    ]);
    expect(code, told).toBe(0);
    expect(told).toContain(`Predictions: ${path}`);
    const rows = rowsOf(path);
    for (const task of ['outlines', 'surfaces']) {
      const labels = expected.tasks[task]?.labels ?? [];
      for (const [model, reference] of [
        ['merged', 'merged@0.7'],
        ['_pretrained_', 'base'],
        [task, task],
      ] as const) {
        const found = rows.filter((row) => row.task === task && row.model === model);
        // Classes by the names that the labels have.
        const names = new Map(labels.map((label, i) => [label, found[i]?.label ?? '']));
        expect(found.map(({ label }) => label)).toEqual(
          labels.map((label) => names.get(label) ?? 'none'),
        );
        const predictions = expected.models[reference]?.tasks[task]?.predictions ?? [];
        expect(found.map(({ prediction }) => prediction)).toEqual(
          predictions.map((prediction) => names.get(prediction) ?? 'none'),
        );
      }
    }
    expect(rows).toHaveLength(3 * 190);
    for (const { probability, margin } of rows) {
      expect(margin).toBeGreaterThanOrEqual(0);
      expect(probability).toBeGreaterThanOrEqual(margin);
      expect(probability).toBeLessThanOrEqual(1);
    }
  });

  it('replaces an earlier table and nothing else', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'notes.csv');
    writeFileSync(path, 'mine');
    const { code, told } = await fuse([...REFERENCE, `+predictions_save_path=${path}`]);
    expect(code).toBe(2);
    expect(told).toContain('predictions_save_path: ');
    expect(told).toContain('is there already, and is no table of this program');
    expect(readFileSync(path, 'utf8')).toBe('mine');
    expect(existsSync(join(folder, 'report.json'))).toBe(false);
  });
});
