import { describe, expect, it } from 'vitest';
import { createMatrixJobsHere } from '../../method/matrices/jobs';
import { layerRelations } from '../../method/relations/layer-relations';
import { matrixRelations } from '../../method/relations/matrix-relations';
import { vectorPool } from '../../method/testing/pool';
import { heatMapSvg, SVG_BEGINNING } from './heat-map-svg';
import { directionRelations, vectorRelations } from './relations';
import { directionTables, TABLES, vectorTables } from './tables';

type Values = readonly number[];

/** Experts that change one vector each of a base whose length is 10. */
async function vectors(...taskVectors: readonly Values[]) {
  const length = taskVectors[0]?.length ?? 0;
  const base = Array.from({ length }, (_, i) => (i === 0 ? 10 : 0));
  const pool = vectorPool(
    { a: base },
    taskVectors.map((values) => ({ a: values.map((value, i) => (base[i] ?? 0) + value) })),
  );
  const names = taskVectors.map((_, i) => `expert ${i + 1}`);
  return vectorRelations(names, await layerRelations(pool));
}

/** Experts that change one matrix of two columns each. */
async function matrices(...taskVectors: readonly Values[]) {
  const length = taskVectors[0]?.length ?? 0;
  const pool = vectorPool(
    { a: new Array<number>(length).fill(0) },
    taskVectors.map((a) => ({ a })),
    [],
    { a: [length / 2, 2] },
  );
  const names = taskVectors.map((_, i) => `expert ${i + 1}`);
  return directionRelations(names, await matrixRelations(pool, createMatrixJobsHere()));
}

describe('what cosines mean', () => {
  it('of experts at right angles: each has its own length at 1', async () => {
    const { cosines, meaning } = await vectors([3, 0], [0, 4]);
    expect(cosines).toEqual([
      [1, 0],
      [0, 1],
    ]);
    expect(meaning.cosines.lambda).toContain('goes 1.00 times as far');
    expect(meaning.cosines.lambda).toContain('its own length at λ = 1.00;');
    expect(meaning.cosines.method).toMatch(/^All are nearly at right angles/);
  });

  it('of experts that are alike: a sum goes farther, and counts twice what they share', async () => {
    const { meaning } = await vectors([1, 0], [3, 0]);
    // 1 + 3 along the first is four times its length, along the second 4/3.
    expect(meaning.cosines.lambda).toContain('goes 1.33 to 4.00 times as far');
    expect(meaning.cosines.lambda).toContain('λ = 0.25 to 0.75;');
    expect(meaning.cosines.method).toContain('expert 1 and expert 2 (1.00) are the most alike');
  });

  it('of experts that oppose each other: no factor above 0 serves the shorter', async () => {
    const { meaning } = await vectors([1, 0], [-3, 0]);
    expect(meaning.cosines.lambda).toMatch(/^The sum points away from .* expert 1 \(−2\.00 /);
    expect(meaning.cosines.method).toContain('expert 1 and expert 2 (−1.00) work against each');
  });

  it('of an expert that changes nothing: that it is the base', async () => {
    const { meaning } = await vectors([0, 0], [1, 1]);
    for (const one of [meaning.cosines, meaning.norms]) expect(one.method).toMatch(/^Exclude it/);
  });
});

describe('what norms mean', () => {
  it('is how far the weights move, and who has the most say', async () => {
    const { layers, meaning } = await vectors([0, 1], [0, 2]);
    expect(layers).toMatchObject([{ layer: 'embeddings', norms: [1, 2], pretrainedNorm: 10 }]);
    expect(meaning.norms.lambda).toContain('by 10 % to 20 % of their length');
    expect(meaning.norms.lambda).toContain('the most in embeddings (100 % of');
    expect(meaning.norms.method).toContain('expert 2 is 2.00 times as long as that of expert 1');
    const equal = await vectors([0, 1], [0, 1]);
    expect(equal.meaning.norms.method).toContain('about equally long (1.00 to 1)');
  });
});

describe('what signs mean', () => {
  it('is told beside what chance would give', async () => {
    const { total, meaning } = await vectors([1, 1, 1, 1], [1, 1, 1, -1]);
    expect(total).toMatchObject({ signConflicts: 0.25, signConflictsByChance: 0.5 });
    expect(meaning.signs.lambda).toContain('At 25 % of the weights');
    expect(meaning.signs.method).toContain('disagree at 50 %, so they agree more than by chance');
    const opposed = await vectors([1, 1, 1, 1], [-1, -1, 1, -1]);
    expect(opposed.meaning.signs.method).toContain('they disagree more than by chance');
    const chance = await vectors([1, 1], [1, -1]);
    expect(chance.meaning.signs.method).toContain('they agree as often as by chance');
  });

  it('is nothing where no weight is changed twice', async () => {
    const { meaning } = await vectors([1, 0], [0, 1]);
    expect(meaning.signs.lambda).toMatch(/^No weight is changed by two experts/);
  });
});

describe('what spectra and overlaps mean', () => {
  it('of experts in directions of their own: the sum is no stronger, and nothing coincides', async () => {
    const { overlaps, meaning } = await matrices([2, 0, 0, 0], [0, 0, 0, 2]);
    expect(overlaps).toEqual([
      [1, 0],
      [0, 1],
    ]);
    expect(meaning.spectra.lambda).toContain('the sum is 1.00 times as strong');
    // A multiple of an orthogonal matrix: making its singular values equal changes nothing.
    expect(meaning.spectra.method).toContain('moves a matrix by 0.0 % of its length');
    expect(meaning.spectra.method).toContain(
      'lie in 100 % of its directions, of an expert in 50 %',
    );
    expect(meaning.overlaps.lambda).toContain('coincide by 0.0 %, by chance it would be 50 %');
    expect(meaning.overlaps.method).toContain('hold 100 % of its squared length');
  });

  it('of experts in one direction: the sum is as strong as both, and all coincides', async () => {
    const { overlaps, meaning } = await matrices([2, 0, 0, 0], [2, 0, 0, 0]);
    expect(overlaps[0]?.[1]).toBeCloseTo(1, 6);
    expect(meaning.spectra.lambda).toContain('2.00 times as strong');
    expect(meaning.spectra.lambda).toContain('from λ = 0.50 on');
    // One of two singular values: the nearest with both equal is at 45 degrees.
    expect(meaning.spectra.method).toContain('moves a matrix by 71 % of its length');
    expect(meaning.overlaps.lambda).toContain('they work in common directions');
  });

  it('is nothing where no matrix is changed', async () => {
    const { overlaps, meaning } = await matrices([0, 0, 0, 0], [0, 0, 0, 0]);
    expect(overlaps).toEqual([
      [null, null],
      [null, null],
    ]);
    expect(meaning.spectra.lambda).toMatch(/^No matrix is changed/);
    expect(meaning.overlaps.lambda).toMatch(/^No matrix is changed/);
  });
});

describe('the tables', () => {
  it('have a row for each layer and matrix, and begin as earlier ones are known by', async () => {
    const { cosines, norms, signs } = vectorTables(await vectors([0, 1], [0, -2]));
    const { spectra, overlaps } = directionTables(await matrices([2, 0, 0, 0], [0, 0, 0, 2]));
    expect(cosines.text).toBe(',expert 1,expert 2\nexpert 1,1.0,-1.0\nexpert 2,-1.0,1.0\n');
    expect(norms.text.split('\r\n')).toEqual([
      'layer,elements,pretrained,expert 1,expert 2',
      'embeddings,2,10,1,2',
      'all,2,10,1,2',
      '',
    ]);
    expect(signs.text).toContain('\r\nembeddings,2,0.5,0.25\r\n');
    expect(spectra.text.split('\r\n').slice(0, 2)).toEqual([
      'tensor,rows,columns,model,norm,nuclear_norm,largest,rank,directions,held_by_tsvm,value_1,value_2',
      'a,2,2,expert 1,2,2,2,1,1,1,2,0',
    ]);
    expect(spectra.text).toContain('\r\na,2,2,sum,');
    expect(overlaps.text.split('\r\n')[1]).toBe('a,expert 1,expert 2,1,0,0.5');
    const tables = [cosines, norms, signs, spectra, overlaps];
    expect(TABLES.map(({ name }) => name)).toEqual(tables.map(({ name }) => name));
    for (const [i, { text }] of tables.entries()) {
      expect(text.startsWith(TABLES[i]?.beginning ?? '?')).toBe(true);
    }
  });
});

describe('the heat map', () => {
  it('has a cell with its value for every two experts, and names that cannot break it', () => {
    const svg = heatMapSvg(
      ['a<b', 'x'.repeat(50)],
      [
        [1, -0.25],
        [-0.25, Number.NaN],
      ],
    );
    expect(svg.startsWith(SVG_BEGINNING)).toBe(true);
    expect(svg.match(/>−0\.25</g)).toHaveLength(2);
    expect(svg).toContain('>1.00<');
    expect(svg).toContain('>–<');
    expect(svg).toContain('>a&lt;b<');
    expect(svg).toContain(`>…${'x'.repeat(31)}<`);
    // One for the background, one for each cell.
    expect(svg.match(/<rect /g)).toHaveLength(5);
  });
});
