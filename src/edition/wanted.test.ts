import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readWanted } from './wanted';

const named = (text: string) =>
  readWanted(text).map(({ repository: { kind, name, revision }, parts }) => [
    kind,
    name,
    revision,
    parts.length,
  ]);

describe('what is typed', () => {
  it('is a repository a line, with a revision, a split or its address', () => {
    const text = [
      'openai/clip-vit-base-patch32',
      '  # a note',
      'tanganke/clip-vit-base-patch32_sun397@abc',
      'https://huggingface.co/tanganke/clip-vit-base-patch32_dtd/tree/refs/pr/1',
      'datasets/tanganke/sun397',
      'https://huggingface.co/datasets/mnist train[:10%]',
      'openai/clip-vit-base-patch32',
    ].join('\n');
    expect(named(text)).toEqual([
      ['model', 'openai/clip-vit-base-patch32', 'main', 2],
      ['model', 'tanganke/clip-vit-base-patch32_sun397', 'abc', 1],
      ['model', 'tanganke/clip-vit-base-patch32_dtd', 'refs/pr/1', 1],
      ['dataset', 'tanganke/sun397', 'main', 1],
      ['dataset', 'ylecun/mnist', 'main', 1],
    ]);
    const splits = readWanted(text).flatMap(({ parts }) =>
      parts.flatMap((part) => (part.kind === 'dataset' ? part.source.split[0]?.split : [])),
    );
    expect(splits).toEqual(['test', 'train']);
  });

  it('is a configuration of FusionBench, or one pool of it, whose processor comes with the base', () => {
    const tutorial = readFileSync('config/_get_started/clip_task_arithmetic.yaml', 'utf8');
    const models = [
      ['model', 'openai/clip-vit-base-patch32', 'main', 2],
      ['model', 'tanganke/clip-vit-base-patch32_sun397', 'main', 1],
      ['model', 'tanganke/clip-vit-base-patch32_stanford-cars', 'main', 1],
    ];
    expect(named(tutorial)).toEqual([
      ...models,
      ['dataset', 'tanganke/sun397', 'main', 1],
      ['dataset', 'tanganke/stanford_cars', 'main', 1],
    ]);
    const pool =
      '_target_: fusion_bench.modelpool.CLIPVisionModelPool\nmodels:\n  _pretrained_: openai/clip\n';
    expect(named(pool)).toEqual([['model', 'openai/clip', 'main', 1]]);
  });

  it('is told line by line where it is none', () => {
    expect(() => readWanted('a/b/c\norg/m test\n\ndatasets/org/d 1!')).toThrow(
      /^Line 1: a\/b\/c is no repository\. .*\nLine 2: org\/m test is no repository\..*\nLine 4: "1!" is no split/,
    );
    expect(() => readWanted(' \n# nothing')).toThrow('Name a repository');
    expect(() => readWanted('..')).toThrow('Line 1: .. is no repository of the Hub');
    expect(() => readWanted('method:\n  _target_: x\n')).toThrow(
      'This YAML has neither a modelpool nor a taskpool.',
    );
    const local =
      '_target_: fusion_bench.modelpool.CLIPVisionModelPool\nmodels:\n  _pretrained_: ./clip\n';
    expect(() => readWanted(local)).toThrow(
      'modelpool.models._pretrained_: ./clip is no repository of the Hub',
    );
  });
});
