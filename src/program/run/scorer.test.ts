import { describe, expect, it } from 'vitest';
import type { VisionTower } from '../../clip/vision-tower';
import type { TensorBuffer } from '../../runtime/types';
import { createPlacing, type KeptModel, type Scorer } from './scorer';

const PROJECTION: TensorBuffer = { length: 1 };

/** A scorer that writes down what is asked of it; `holds`: of models with so many pictures or more. */
function open(holds: number) {
  const asked: string[] = [];
  const towerOf = (name: string): VisionTower => ({
    batch: 1,
    encode: async () => new Float32Array(0),
    release: async () => void asked.push(`release ${name}`),
  });
  const scorer: Pick<Scorer, 'projection' | 'tower' | 'holding'> = {
    projection: PROJECTION,
    async tower(pictures) {
      asked.push(`tower ${pictures}`);
      return towerOf('shared');
    },
    holding(weights, pictures) {
      const [name = ''] = weights.keys();
      if (pictures.reduce((sum, count) => sum + count, 0) < holds) return null;
      asked.push(`hold ${name} for ${pictures.join(' ')}`);
      return Promise.resolve(towerOf(name));
    },
  };
  const model = (name: string, key: string | null = null): KeptModel => ({
    key,
    async place() {
      asked.push(`place ${name}`);
      return new Map([[name, PROJECTION]]);
    },
  });
  return { asked, scorer, model };
}

describe('the models of an evaluation', () => {
  it('come into place once for all tasks that they are held for', async () => {
    const { asked, scorer, model } = open(1);
    const merged = model('merged');
    const placing = createPlacing(scorer, [merged, merged], [40, 2]);
    const first = await placing.place(0);
    expect(await placing.place(1)).toBe(first);
    await placing.release();
    expect(asked).toEqual(['place merged', 'hold merged for 40 2', 'release merged']);
  });

  it('are the same by their key, and without one only where they are one', async () => {
    const { asked, scorer, model } = open(1);
    const models = [model('a', 'k'), model('b', 'k'), model('c'), model('d')];
    const placing = createPlacing(scorer, models, [1, 2, 3, 4]);
    for (const at of models.keys()) await placing.place(at);
    await placing.release();
    expect(asked).toEqual([
      'place a',
      'hold a for 1 2',
      'release a',
      'place c',
      'hold c for 3',
      'release c',
      'place d',
      'hold d for 4',
      'release d',
    ]);
  });

  it('count what is left to be scored: what was scored before holds nothing', async () => {
    const { asked, scorer, model } = open(10);
    const merged = model('merged');
    const placing = createPlacing(scorer, [merged, merged], [40, 2]);
    await placing.place(1);
    await placing.release();
    expect(asked).toEqual(['place merged', 'tower 2']);
  });

  it('are fed where nothing is gained, and placed anew for every task', async () => {
    const { asked, scorer, model } = open(Number.POSITIVE_INFINITY);
    const merged = model('merged');
    const placing = createPlacing(scorer, [merged, merged], [40, 2]);
    await placing.place(0);
    await placing.place(1);
    await placing.release();
    expect(asked).toEqual(['place merged', 'tower 40', 'place merged', 'tower 2']);
  });

  it('are never held where several answer together', async () => {
    const { asked, scorer } = open(1);
    const members = [async () => new Map<string, TensorBuffer>()];
    const placing = createPlacing(scorer, [{ key: null, place: async () => members }], [40]);
    expect(await placing.place(0)).toMatchObject({ members, projection: PROJECTION });
    await placing.release();
    expect(asked).toEqual(['tower 40']);
  });
});
