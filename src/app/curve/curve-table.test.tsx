// @vitest-environment jsdom
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { aModel, aSnapshot, aTask, emptyBoard } from '../../state/testing';
import type { CurvePoint } from '../../state/types';
import { draw, polyfillDialog } from '../testing';
import { figureSvg, LIGHT } from './curve-figure';
import { jsonFile, recipeLine } from './curve-files';
import { curveRows } from './curve-rows';
import { CurveTable } from './curve-table';

beforeAll(polyfillDialog);

const point = (
  scalingFactor: number,
  accuracy: number,
  tasks: Record<string, number>,
): CurvePoint => ({
  scalingFactor,
  average: { accuracy, interval: [accuracy - 0.02, accuracy + 0.02], tasks: 2, complete: true },
  tasks,
});
const curve = [
  point(0, 0.5, { a: 0.25, b: 0.75 }),
  point(0.5, 0.75, { a: 0.5 }),
  point(1, 0.625, { a: 0.125, b: 0.5 }),
];
const tasks = [aTask({ id: 'a', name: 'flags & <signs>' }), aTask({ id: 'b', name: 'mnist' })];
const models = [
  aModel({ id: '0', name: '_pretrained_', role: 'base' }),
  aModel({ id: '1', name: 'flags' }),
  aModel({ id: '2', name: 'mnist', weight: 0.5 }),
  aModel({ id: '3', name: 'out', included: false }),
];
const snapshot = aSnapshot({
  tasks,
  pool: { models, findings: [], mergeable: true },
  scores: { ...emptyBoard, curve },
});
const recipe = {
  method: 'Task arithmetic',
  options: {},
  base: '_pretrained_',
  experts: [
    { name: 'flags', weight: 1 },
    { name: 'mnist', weight: 0.5 },
  ],
};

describe('the table of visited values', () => {
  const factors = () => [...document.querySelectorAll('tbody th')].map((head) => head.textContent);

  it('is sorted by any of its columns, the best first, and the other way round', async () => {
    const { button, click } = await draw(<CurveTable onClose={() => undefined} />, snapshot);
    expect(factors()).toEqual(['0.00', '0.50', '1.00']);
    await click(button('Average'));
    expect(factors()).toEqual(['0.50', '1.00', '0.00']);
    await click(button('mnist'));
    expect(factors()).toEqual(['0.00', '1.00', '0.50']);
    await click(button('mnist ↓'));
    expect(factors()).toEqual(['1.00', '0.00', '0.50']);
    const sorted = [...document.querySelectorAll('thead th')].map((head) =>
      head.getAttribute('aria-sort'),
    );
    expect(sorted).toEqual(['none', 'none', 'none', 'ascending']);
  });

  it('shows what is not complete with the number of its pictures', async () => {
    const open = [
      { scalingFactor: 0.25, accuracy: 0.5, interval: [0.4, 0.6], pictures: 96, of: 800 },
    ] as const;
    const scores = { ...emptyBoard, curve, open };
    await draw(<CurveTable onClose={() => undefined} />, { ...snapshot, scores });
    expect(factors()).toEqual(['0.00', '0.25', '0.50', '1.00']);
    const [average] = document.querySelectorAll('.open-row td');
    expect(average?.textContent).toContain('on 96 images');
    expect(document.querySelectorAll('.open-row')).toHaveLength(1);
  });

  it('gives out its points as files', async () => {
    const drawn = await draw(<CurveTable onClose={() => undefined} />, snapshot);
    for (const kind of ['CSV', 'JSON', 'SVG']) {
      await drawn.click(drawn.button(`Download the curve as ${kind}`));
    }
    await expect
      .poll(() => drawn.saved.map(({ name }) => name).toSorted())
      .toEqual([
        'accuracy_by_scaling_factor.csv',
        'accuracy_by_scaling_factor.json',
        'accuracy_by_scaling_factor.svg',
      ]);
  });
});

describe('the curve in files', () => {
  it('has recipe, pictures and points in JSON', async () => {
    const { file } = jsonFile(curveRows(curve, [], tasks), tasks, recipe);
    const { points, ...rest } = JSON.parse(await file.text()) as Record<string, unknown[]>;
    expect(rest).toEqual({ recipe, images: { 'flags & <signs>': 400, mnist: 400 } });
    expect(points?.[1]).toEqual({
      scaling_factor: 0.5,
      average: 0.75,
      average_interval_95: [0.73, 0.77],
      images: 800,
      tasks: { 'flags & <signs>': 0.5 },
    });
  });

  it('has its recipe in a line', () => {
    const set = { ...recipe, options: { threshold: 20 } };
    expect(recipeLine(set)).toBe(
      'Task arithmetic of flags + 0.5 × mnist on _pretrained_, threshold = 20',
    );
  });

  it('is a whole picture as SVG, with title, axes, n, interval and recipe', async () => {
    const svg = await figureSvg({
      curve,
      tasks,
      recipe,
      factor: 0.5,
      domain: { min: -0.1, max: 2 },
      pretrained: null,
    });
    const drawn = new DOMParser().parseFromString(svg, 'image/svg+xml');
    expect(drawn.querySelector('parsererror')).toBeNull();
    const texts = [...drawn.querySelectorAll('text')].map((text) => text.textContent);
    for (const text of ['accuracy in %', 'scaling factor λ', 'flags & <signs>', 'average']) {
      expect(texts).toContain(text);
    }
    expect(texts.join('\n')).toContain('n = 800 images of 2 tasks.');
    expect(texts.join('\n')).toContain('95 % interval');
    expect(texts).toContain('Task arithmetic of flags + 0.5 × mnist on _pretrained_');
    expect(svg).not.toContain('var(');
  });

  it('is drawn in the page’s own light colours', () => {
    const tokens = readFileSync('src/app/styles/tokens.css', 'utf8');
    for (const [name, value] of Object.entries(LIGHT)) {
      expect(tokens.match(new RegExp(`${name}: (.*);`))?.[1], name).toBe(value);
    }
  });
});
