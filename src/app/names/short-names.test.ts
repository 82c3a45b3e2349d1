import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shortNames } from './short-names';

const shown = (names: readonly string[]) => [...shortNames(names).values()];
const segmenter = new Intl.Segmenter();
const signsOf = (text: string) => Array.from(segmenter.segment(text), ({ segment }) => segment);

const words = [
  'clip',
  'vit',
  'base',
  'patch32',
  '_',
  '-',
  ' ',
  '.',
  '…',
  '視覚',
  '言語モデル',
  'سيارات',
  'é',
  '👩‍👩‍👧‍👦',
  '👍🏽',
  '🇯🇵',
  '🇫',
  'fine-tuned',
  'x',
  '1',
];
const name = fc
  .array(fc.constantFrom(...words), { minLength: 1, maxLength: 8 })
  .map((all) => all.join(''));
/** Some with a beginning in common, some without. */
const names = fc
  .record({
    beginning: name,
    ends: fc.array(name, { maxLength: 6 }),
    others: fc.array(name, { maxLength: 4 }),
  })
  .map(({ beginning, ends, others }) => [
    ...new Set([...ends.map((end) => `${beginning}_${end}`), ...others]),
  ]);

describe('short names', () => {
  it.each<[string, string[], string[]]>([
    [
      'lose the beginning that they share',
      ['clip-vit-base-patch32_birds', 'clip-vit-base-patch32_cars', 'clip-vit-base-patch32_cats'],
      ['…birds', '…cars', '…cats'],
    ],
    [
      'are cut at words only',
      ['stanford-cars-clip', 'stanford-cats-clip'],
      ['…cars-clip', '…cats-clip'],
    ],
    [
      'stay where little is shared',
      ['sun397', 'svhn', 'task-a', 'task-b'],
      ['sun397', 'svhn', 'task-a', 'task-b'],
    ],
    [
      'leave a stranger whole',
      ['clip-vit-base-patch32_birds', 'clip-vit-base-patch32_cars', 'mnist'],
      ['…birds', '…cars', 'mnist'],
    ],
    [
      'know several families',
      [
        'clip-vit-base-patch32_a',
        'clip-vit-base-patch32_b',
        'openclip-laion_c',
        'openclip-laion_d',
      ],
      ['…a', '…b', '…c', '…d'],
    ],
    [
      'keep more of their beginning where two would be one',
      ['clip-vit-base_a', 'clip-vit-base_b', 'openclip-laion_a', 'openclip-laion_b'],
      ['…base_a', '…base_b', '…a', '…b'],
    ],
    [
      'are not cut where nothing would be left',
      ['fine-tuned', 'fine-tuned-'],
      ['fine-tuned', 'fine-tuned-'],
    ],
    ['of one are whole', ['clip-vit-base-patch32_birds'], ['clip-vit-base-patch32_birds']],
    [
      'of unspaced scripts are cut between signs',
      ['視覚言語モデルの微調整版鳥', '視覚言語モデルの微調整版車'],
      ['…鳥', '…車'],
    ],
  ])('%s', (_, given, expected) => {
    expect(shown(given)).toEqual(expected);
  });

  it('stay distinct', () => {
    fc.assert(
      fc.property(names, (given) => {
        expect(new Set(shown(given)).size).toBe(given.length);
      }),
    );
  });

  it('end as the whole names do, with whole signs', () => {
    fc.assert(
      fc.property(names, (given) => {
        for (const [whole, text] of shortNames(given)) {
          if (text === whole) continue;
          const rest = signsOf(text.slice(1));
          expect(signsOf(whole).slice(-rest.length)).toEqual(rest);
          expect(rest.length).toBeGreaterThan(0);
        }
      }),
    );
  });

  it('are not shortened twice', () => {
    fc.assert(
      fc.property(names, (given) => {
        const once = shown(given);
        expect(shown(once)).toEqual(once);
      }),
    );
  });

  it('do not depend on the order', () => {
    fc.assert(
      fc.property(names, (given) => {
        const there = shortNames(given);
        const back = shortNames(given.toReversed());
        for (const each of given) expect(back.get(each)?.length).toBe(there.get(each)?.length);
      }),
    );
  });
});
