// @vitest-environment jsdom
import { act } from 'react';
import { beforeAll, describe, expect, it } from 'vitest';
import { someDirections, someRelations } from '../../state/relations.fixture';
import { aModel, aSnapshot } from '../../state/testing';
import { type Drawn, draw, polyfillDialog } from '../testing';
import { CompareTaskVectors } from './compare-task-vectors';
import { formatCosine, heat } from './heat';

beforeAll(polyfillDialog);

const experts = [aModel({ id: '1', name: 'alpha' }), aModel({ id: '2', name: 'beta' })];
const snapshot = aSnapshot({ pool: { models: experts, findings: [], mergeable: true } });
const NAME = 'Compare task vectors';

async function opened(): Promise<Drawn> {
  const drawn = await draw(<CompareTaskVectors experts={experts} />, snapshot);
  await drawn.click(drawn.button(NAME));
  // The views are a program of their own.
  await act(async () => void (await import('./relations-dialog')));
  return drawn;
}

async function saved(drawn: Drawn): Promise<string | undefined> {
  const before = drawn.saved.length;
  await drawn.click(drawn.button('Download as CSV'));
  await expect.poll(() => drawn.saved.length).toBe(before + 1);
  return drawn.saved.at(-1)?.name;
}

const texts = (selector: string) =>
  [...document.querySelectorAll(selector)].map(({ textContent }) => textContent);

describe('comparing task vectors', () => {
  it('computes once, shows a table by name, and gives it out as CSV', async () => {
    const drawn = await opened();
    const table = 'table[aria-label="Cosines between task vectors"]';
    expect(texts(`${table} tbody td`)).toEqual(['1.000', '−0.250', '−0.250', '1.000']);
    expect(texts(`${table} tbody th`)).toEqual(['alpha', 'beta']);
    expect(await saved(drawn)).toBe('task_vector_cos_similarity.csv');
    expect(await drawn.saved[0]?.file.text()).toBe(someRelations().tables.cosines.text);

    await drawn.choose('Layer', 'post');
    expect(texts(`${table} tbody td`)).toEqual(['1.000', '−0.500', '−0.500', '1.000']);

    await drawn.click(drawn.button('Close'));
    await drawn.click(drawn.button(NAME));
    const asked = drawn.engine.calls.filter(([command]) => command === 'compareTaskVectors');
    expect(asked).toHaveLength(1);
  });

  it('has norms and signs by layer, all of them together last', async () => {
    const drawn = await opened();
    await drawn.click(drawn.button('Norms'));
    const norms = 'table[aria-label="Norms of task vectors by layer"]';
    expect(texts(`${norms} tbody th`)).toEqual(['embeddings', 'post', 'all']);
    expect(texts(`${norms} tbody td`).slice(0, 2)).toEqual(['10.0 %', '20.0 %']);
    expect(await saved(drawn)).toBe('task_vector_norms.csv');
    await drawn.click(drawn.button('Signs'));
    const signs = 'table[aria-label="Sign conflicts by layer"]';
    expect(texts(`${signs} tbody td`).slice(0, 2)).toEqual(['40.0 %', '50.0 %']);
    expect(await saved(drawn)).toBe('task_vector_signs.csv');
    expect(texts('.relations-meaning dd')).toEqual(['About λ.', 'About the method.']);
  });

  it('computes directions when they are asked for, shows spectra and overlaps, and keeps them', async () => {
    const drawn = await opened();
    await drawn.click(drawn.button('Spectra'));
    let answer: () => void = () => undefined;
    drawn.engine.answer(
      'compareDirections',
      () =>
        new Promise((resolve) => {
          answer = () => resolve(someDirections());
        }),
    );
    await drawn.click(drawn.button('Compute directions'));
    const job = { id: 'x', label: 'Decomposing', progress: 0.5, secondsLeft: null };
    await drawn.push({ ...snapshot, jobs: [job] });
    await drawn.click(drawn.button('Stop: Decomposing'));
    expect(drawn.engine.calls.at(-1)).toEqual(['cancel', 'x']);
    // Asked once, although the views were left meanwhile.
    await drawn.click(drawn.button('Overlap'));
    await drawn.click(drawn.button('Computing directions'));
    await act(async () => answer());
    const overlaps = 'table[aria-label="Overlap of the experts’ directions"]';
    expect(texts(`${overlaps} tbody td`)).toEqual(['100.0 %', '50.0 %', '50.0 %', '100.0 %']);
    await drawn.choose('Matrix', 'second.weight');
    expect(texts(`${overlaps} tbody td`)[1]).toBe('–');
    expect(await saved(drawn)).toBe('task_vector_overlaps.csv');

    await drawn.click(drawn.button('Spectra'));
    const spectra = 'table[aria-label="Directions by matrix"]';
    expect(texts(`${spectra} tbody th`)).toEqual(['first', 'second']);
    expect(texts(`${spectra} thead th`)).toEqual(['Matrix', 'alpha', 'beta', 'Sum']);
    const plot = () => drawn.find('svg[role="img"]').getAttribute('aria-label');
    expect(plot()).toBe(
      'Singular values of first.weight: the largest of the sum is 2.50, of an expert 2.00.',
    );
    await act(async () => drawn.find(`${spectra} [data-place="1 0"]`).focus());
    expect(plot()).toContain('second.weight');
    const asked = drawn.engine.calls.filter(([command]) => command === 'compareDirections');
    expect(asked).toHaveLength(1);
  });

  it('shows nothing where it was stopped, and can be asked again', async () => {
    const drawn = await draw(<CompareTaskVectors experts={experts} />, snapshot);
    drawn.engine.answer('compareTaskVectors', async () => {
      throw new DOMException('Stopped.', 'AbortError');
    });
    await drawn.click(drawn.button(NAME));
    expect(document.querySelector('dialog')).toBeNull();
    expect(drawn.button(NAME).getAttribute('aria-disabled')).toBe('false');
  });
});

describe('a cosine', () => {
  it('is a short text with a true minus sign', () => {
    expect([1, 0.04249, -0.31, -0.0001].map(formatCosine)).toEqual([
      '1.000',
      '0.042',
      '−0.310',
      '0.000',
    ]);
  });

  it('is the stronger coloured the larger it is, on either side of zero', () => {
    expect(heat(1).backgroundColor).toContain('var(--expert) 45%');
    expect(heat(-0.5).backgroundColor).toContain('var(--error) 23%');
    expect(heat(Number.NaN).backgroundColor).toContain(' 0%');
  });
});
