import { describe, expect, it } from 'vitest';
import { fixtureFile, fixtureJson } from '../clip/testing';
import type { MethodFixture } from '../method/testing/method-parity';
import { readWeightsTable } from './weights-table';

const { results } = fixtureJson<MethodFixture>('methods/expected.json');
const saved = results.flatMap(({ weightsFile, options }) =>
  weightsFile === undefined ? [] : [[weightsFile, options.weights] as const],
);

describe('a file of coefficients', () => {
  it.each(saved)('is read row by row, to the last bit: %s', async (file, weights) => {
    expect(await readWeightsTable(await fixtureFile(`methods/${file}`))).toEqual(weights);
  });

  it.each([
    ['formats/torch/files/buffers.pt', 'model.pt'],
    ['methods/dare-p8-24-all.bin', 'weights.pt'],
    ['methods/merging_weights-p8-24.pt', 'merging_weights.np'],
  ])('is refused where it is something else: %s as %s', async (path, name) => {
    const { blob } = await fixtureFile(path);
    await expect(readWeightsTable({ name, blob })).rejects.toThrowErrorMatchingSnapshot();
  });
});
