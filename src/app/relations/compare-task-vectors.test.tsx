// @vitest-environment jsdom
import { beforeAll, describe, expect, it } from 'vitest';
import { aModel, aSnapshot } from '../../state/testing';
import { draw, polyfillDialog } from '../testing';
import { CompareTaskVectors } from './compare-task-vectors';
import { formatCosine, heat } from './heat';

beforeAll(polyfillDialog);

const similarity = {
  ids: ['1', '2'],
  names: ['alpha', 'beta'],
  cosines: [
    [1, -0.25],
    [-0.25, 1],
  ],
  csv: ',alpha,beta\nalpha,1.0,-0.25\nbeta,-0.25,1.0\n',
};
const experts = [aModel({ id: '1', name: 'alpha' }), aModel({ id: '2', name: 'beta' })];
const snapshot = aSnapshot({ pool: { models: experts, findings: [], mergeable: true } });

describe('comparing task vectors', () => {
  it('computes once, shows a table by name, and gives it out as CSV', async () => {
    const drawn = await draw(<CompareTaskVectors experts={experts} />, snapshot);
    drawn.engine.answer('compareTaskVectors', async () => similarity);
    await drawn.click(drawn.button('Compare task vectors'));
    const table = drawn.find('table[aria-label="Cosines between task vectors"]');
    const cells = [...table.querySelectorAll('td')].map((cell) => cell.textContent);
    expect(cells.filter(Boolean)).toEqual(['1.000', '−0.250', '−0.250', '1.000']);
    const heads = [...table.querySelectorAll('tbody th')].map((head) => head.textContent);
    expect(heads).toEqual(['alpha', 'beta']);

    await drawn.click(drawn.button('Download as CSV'));
    await expect
      .poll(() => drawn.saved.map(({ name }) => name))
      .toEqual(['task_vector_cos_similarity.csv']);
    expect(await drawn.saved[0]?.file.text()).toBe(similarity.csv);

    await drawn.click(drawn.button('Close'));
    await drawn.click(drawn.button('Compare task vectors'));
    const asked = drawn.engine.calls.filter(([command]) => command === 'compareTaskVectors');
    expect(asked).toHaveLength(1);
  });

  it('shows nothing where it was stopped, and can be asked again', async () => {
    const drawn = await draw(<CompareTaskVectors experts={experts} />, snapshot);
    drawn.engine.answer('compareTaskVectors', async () => {
      throw new DOMException('Stopped.', 'AbortError');
    });
    await drawn.click(drawn.button('Compare task vectors'));
    expect(document.querySelector('dialog')).toBeNull();
    expect(drawn.button('Compare task vectors').getAttribute('aria-disabled')).toBe('false');
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
  });
});
