import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { openClip } from '../../clip/open';
import { fixtureFiles } from '../../clip/testing';
import type { Recipe } from '../report';
import { type CardInput, type CardScore, modelCard } from './card';
import { type CardFigures, cardFiles } from './card-files';
import { curveSvg } from './curve-svg';
import type { ExportChoice } from './formats';
import { CARD_BEGINNING } from './front-matter';

const RECIPE: Recipe = {
  method: 'TaskArithmeticAlgorithm',
  options: {},
  scalingFactor: 0.4,
  layers: { post: 0.5 },
  pretrained: { name: 'clip-vit-base-patch32', weight: 1, sha256: 'a'.repeat(64) },
  experts: [
    { name: 'sun397', weight: 0.5, sha256: 'b'.repeat(64) },
    { name: 'my | own\n# model', weight: 1, sha256: null, part: 'ema' },
  ],
  programVersion: '9.9',
};
const COMMIT = '3d74acf9a28c67741b2f4f2ea7635f0aaf6f0268';
const HUB = new Map([
  ['clip-vit-base-patch32', { repository: 'openai/clip-vit-base-patch32' }],
  ['sun397', { repository: 'tanganke/clip-vit-base-patch32_sun397', commit: COMMIT }],
]);
const score = (task: string, correct: number, more: Partial<CardScore> = {}): CardScore => ({
  task,
  n: 40,
  correct,
  accuracy: correct / 40,
  interval: [0.1, 0.9],
  ...more,
});

const choose = (
  format: ExportChoice['format'],
  content: ExportChoice['content'],
  dtype: ExportChoice['dtype'] = 'base',
) => ({ format, content, dtype });

async function input(changes: Partial<CardInput> = {}): Promise<CardInput> {
  return {
    recipe: RECIPE,
    choice: choose('transformers', 'vision'),
    pretrained: await openClip('base', await fixtureFiles('merge/p8-32/base')),
    hub: HUB,
    scores: {
      merged: [score('sun397', 30), score('cars', 20, { available: 100 })],
      pretrained: [score('sun397', 10), score('cars', 10)],
      expert: [score('sun397', 36)],
      curve: 'to report on',
    },
    ...changes,
  };
}

const metadataOf = (card: string): unknown => parse(card.split('---\n')[1] ?? '');

describe('a model card', () => {
  it('says what was merged, how, what it scores, and how it is loaded', async () => {
    const card = modelCard(await input());
    expect(card.startsWith(CARD_BEGINNING)).toBe(true);
    expect(card).toMatchInlineSnapshot(`
      "---
      # Written by Task Arithmetic Studio 9.9.
      # No licence is set: the terms of all sources hold for what is merged from them. Set the one that does
      # (https://huggingface.co/docs/hub/repositories-licenses):
      # license: ...
      # base_model lacks these, whose repositories on the Hub are not known: my | own # model
      library_name: transformers
      pipeline_tag: image-feature-extraction
      base_model:
        - openai/clip-vit-base-patch32
        - tanganke/clip-vit-base-patch32_sun397
      base_model_relation: merge
      tags:
        - merge
        - task-arithmetic
        - clip
      ---

      # sun397 + my \\| own \\# model on clip-vit-base-patch32

      The vision tower of a merged CLIP, made by Task Arithmetic Studio 9.9 of 2 fine-tuned models and clip-vit-base-patch32.

      ## Recipe

      - Method: \`TaskArithmeticAlgorithm\`, \`theta_0 + lambda * S\` of its combined task vectors \`S\`
      - Scaling factor lambda: 0.4
      - Factors by layer, 1 where nothing is said: \`post\` 0.5

      ## Sources

      |  | model | weight | on the Hub | SHA-256 of the weights |
      | --- | --- | --- | --- | --- |
      | base | clip-vit-base-patch32 |  | openai/clip-vit-base-patch32 | \`aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\` |
      | expert | sun397 | 0.5 | tanganke/clip-vit-base-patch32_sun397 @ \`3d74acf9a28c67741b2f4f2ea7635f0aaf6f0268\` | \`bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\` |
      | expert | my \\| own \\# model (ema) | 1 |  | not computed |

      ## Zero-shot accuracy

      | task | pictures | merged | 95 % | pretrained | own expert |
      | --- | --- | --- | --- | --- | --- |
      | sun397 | 40 | 0.7500 | 0.1000 to 0.9000 | 0.2500 | 0.9000 |
      | cars | 40 of 100 | 0.5000 | 0.1000 to 0.9000 | 0.2500 |  |
      | average |  | 0.6250 | 0.5225 to 0.7275 | 0.2500 |  |

      Top-1, with the text tower of a CLIP and the class names and prompts of each task; intervals are Wilson's, and normal for the average. If scaling factor and weights were chosen by these pictures, others give lower figures.

      ![Average accuracy over the scaling factor](accuracy_by_scaling_factor.svg)

      The curve is of the pictures to report on; the ring is this model.

      ## Loading

      \`\`\`python
      from transformers import CLIPModel, CLIPVisionModel

      MERGED = "."  # this folder, or its repository on the Hub
      BASE = "openai/clip-vit-base-patch32"  # what it was merged on
      vision = CLIPVisionModel.from_pretrained(MERGED)
      model = CLIPModel.from_pretrained(BASE)
      model.vision_model = getattr(vision, "vision_model", vision)
      \`\`\`

      ## Publishing

      Set the licence at the head of this file, and upload the folder:

      \`\`\`sh
      hf upload YOUR_NAME/YOUR_MODEL .
      \`\`\`
      "
    `);
  });

  it.each<[ExportChoice['format'], ExportChoice['content'], object]>([
    [
      'transformers',
      'clip',
      { library_name: 'transformers', pipeline_tag: 'zero-shot-image-classification' },
    ],
    ['openclip', 'clip', { library_name: 'open_clip', base_model_relation: 'merge' }],
    ['onnx', 'vision', { library_name: 'onnx', pipeline_tag: 'image-feature-extraction' }],
    [
      'lora',
      'clip',
      {
        library_name: 'peft',
        base_model: ['openai/clip-vit-base-patch32'],
        base_model_relation: 'adapter',
      },
    ],
  ])('has metadata of its format: %s, %s', async (format, content, expected) => {
    const card = modelCard(await input({ choice: choose(format, content) }));
    expect(metadataOf(card)).toMatchObject(expected);
    expect(card.match(/```python/g)).toHaveLength(1);
  });

  it('names as base_model only what the Hub knows, for it refuses anything else', async () => {
    const card = modelCard(await input({ hub: new Map() }));
    expect(metadataOf(card)).not.toHaveProperty('base_model');
    expect(metadataOf(card)).not.toHaveProperty('base_model_relation');
    expect(card).toContain('are not known: clip-vit-base-patch32, sun397, my | own # model');
  });

  it('says that nothing was scored, and of a method without a scaling factor no factor', async () => {
    const scores = { merged: [], pretrained: [], expert: [], curve: null };
    const recipe = { ...RECIPE, method: 'TiesMergingAlgorithm', scalingFactor: null };
    const card = modelCard(await input({ scores, recipe }));
    expect(card).toContain('No task was scored when this was saved.');
    expect(card).not.toContain('lambda');
    expect(metadataOf(card)).toMatchObject({
      tags: ['merge', 'task-arithmetic', 'ties-merging', 'clip'],
    });
  });

  it('says where factor and weights were chosen by other pictures', async () => {
    const choosing = { n: 1, correct: 1, accuracy: 1, interval: [0, 1] as const };
    const merged = [score('sun397', 30, { choosing })];
    const card = modelCard(
      await input({ scores: { merged, pretrained: [], expert: [], curve: null } }),
    );
    expect(card).toContain('were chosen by other pictures.');
  });

  it.each([
    ['lora', 'base', 'The figures are of the merged model, not of the adapter'],
    ['onnx', 'F16', 'before they were rounded to float16.'],
    ['transformers', 'BF16', 'before they were rounded to bfloat16.'],
    ['transformers', 'base', null],
  ] as const)(
    'says what was scored where that is not what is saved: %s, %s',
    async (format, dtype, said) => {
      const card = modelCard(await input({ choice: choose(format, 'vision', dtype) }));
      if (said === null) expect(card).not.toContain('The figures are of');
      else expect(card).toContain(said);
    },
  );

  it('has the errors of a LoRA', async () => {
    const lowRank = {
      rank: 8,
      matrices: [
        { module: 'encoder.layers.0.mlp.fc1', error: 0.25 },
        { module: 'encoder.layers.1.mlp.fc1', error: 0.5 },
      ],
      error: 0.3,
      wholeError: 0.4,
      leftOut: [{ what: 'biases', parameters: 7, share: 0.0004 }],
    };
    const card = modelCard(await input({ choice: choose('lora', 'clip'), lowRank }));
    expect(card).toContain(
      '30.0 % of their change is lost, at most 50.0 % (`encoder.layers.1.mlp.fc1`)',
    );
    expect(card).toContain('- Not in it: biases, 7 parameters, 0.040 % of the squared change.');
    expect(card).toContain('| `encoder.layers.0.mlp.fc1` | 0.2500 |');
  });
});

describe('the files of a card', () => {
  const rows = [
    { scalingFactor: 0.4, accuracy: 0.6 },
    { scalingFactor: 0.2, accuracy: 0.5 },
  ];
  const scores = { merged: [], pretrained: [], expert: [] };
  const names = async (curve: CardFigures['curve'], recipe = RECIPE) =>
    cardFiles({ ...(await input()), recipe }, { scores, curve }).map(({ name }) => name);

  it('are the card, and the curve where there is one', async () => {
    expect(await names(null)).toEqual(['README.md']);
    expect(await names({ rows, of: 'to choose by' })).toEqual([
      'README.md',
      'accuracy_by_scaling_factor.svg',
    ]);
    expect(await names({ rows: rows.slice(1), of: 'to choose by' })).toEqual(['README.md']);
    const without = { ...RECIPE, scalingFactor: null };
    expect(await names({ rows, of: 'to choose by' }, without)).toEqual(['README.md']);
  });
});

describe('the curve', () => {
  const svg = curveSvg(
    [
      { scalingFactor: 1, accuracy: 0.5, interval: [0.4, 0.6] },
      { scalingFactor: -0.5, accuracy: 0.3, interval: [0.2, 0.4] },
      { scalingFactor: 0.25, accuracy: 0.8, interval: [0.7, 0.9] },
    ],
    0.25,
  );
  const points = (text: string) => text.split(' ').map((pair) => pair.split(',').map(Number));

  it('goes from left to right through every point, higher where it is more accurate', () => {
    const [line = ''] = /(?<=<polyline points=")[^"]+/.exec(svg) ?? [];
    const found = points(line);
    expect(found).toHaveLength(3);
    const [first, middle, last] = found;
    expect(first?.[0]).toBeLessThan(middle?.[0] ?? 0);
    expect(middle?.[0]).toBeLessThan(last?.[0] ?? 0);
    expect(middle?.[1]).toBeLessThan(last?.[1] ?? 0);
    expect(last?.[1]).toBeLessThan(first?.[1] ?? 0);
    // Evenly: the middle is where its factor is.
    const [left = 0, centre = 0, right = 0] = found.map(([x]) => x);
    expect((centre - left) / (right - left)).toBeCloseTo(0.5, 2);
  });

  it('has a band between the intervals, and a ring around the model itself', () => {
    const [band = ''] = /(?<=<polygon points=")[^"]+/.exec(svg) ?? [];
    expect(points(band)).toHaveLength(6);
    expect(svg.match(/fill="none" stroke="#b5400c" stroke-width="2"\/>/g)).toHaveLength(2);
    expect(curveSvg([{ scalingFactor: 1, accuracy: 0.5 }], null)).not.toContain('<polygon');
  });

  it('says its values at round places', () => {
    for (const label of ['−0.5', '0.0', '0.5', '1.0', '0.2', '0.8'])
      expect(svg).toContain(`>${label}<`);
  });

  it('is drawn of values that are all the same', () => {
    const flat = curveSvg(
      [
        { scalingFactor: 0, accuracy: 0.5 },
        { scalingFactor: 1, accuracy: 0.5 },
      ],
      null,
    );
    expect(flat).not.toContain('NaN');
  });
});
