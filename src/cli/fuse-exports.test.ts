import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fuse, REFERENCE, readJson, temporaryFolder } from './fuse/testing';

const QUICK = [...REFERENCE, '+report_save_path=null', '+fast_dev_run=true'];

async function save(...overrides: readonly string[]) {
  const folder = join(temporaryFolder(), 'model');
  const outcome = await fuse([...QUICK, `+merged_model_save_path=${folder}`, ...overrides]);
  const files = outcome.code === 0 ? readdirSync(folder).sort() : [];
  return { folder, files, ...outcome };
}

describe('the merged model is saved', () => {
  it.each<[string, readonly string[], readonly string[]]>([
    ['for transformers', [], ['README.md', 'config.json', 'model.safetensors']],
    [
      'whole',
      ['+merged_model_content=clip'],
      [
        'README.md',
        'config.json',
        'model.safetensors',
        'preprocessor_config.json',
        'tokenizer.json',
        'tokenizer_config.json',
      ],
    ],
    [
      'for OpenCLIP',
      ['+merged_model_format=openclip'],
      ['README.md', 'open_clip_config.json', 'open_clip_model.safetensors'],
    ],
    [
      'as ONNX',
      ['+merged_model_format=onnx', '+merged_model_dtype=float16'],
      ['README.md', 'model.onnx', 'preprocessor_config.json'],
    ],
    [
      'as a LoRA',
      ['+merged_model_format=lora', '+merged_model_rank=4'],
      ['README.md', 'adapter_config.json', 'adapter_model.safetensors'],
    ],
  ])(
    '%s, again over itself, with its card and how it is published',
    async (_, overrides, names) => {
      const { folder, files, code, told } = await save(...overrides);
      expect(code, told).toBe(0);
      expect(files).toEqual(names);
      expect(told).toContain(`To publish it: hf upload YOUR_NAME/YOUR_MODEL ${folder}`);
      const card = readFileSync(join(folder, 'README.md'), 'utf8');
      expect(card).toContain('# outlines + surfaces on base');
      expect(card).toMatch(
        /^\| outlines \| 1 of 40 \| [01]\.\d{4} \| 0\.\d{4} to [01]\.\d{4} \|$/m,
      );
      const again = await fuse([...QUICK, `+merged_model_save_path=${folder}`, ...overrides]);
      expect(again.code, again.told).toBe(0);
      expect(readFileSync(join(folder, 'README.md'), 'utf8')).toBe(card);
    },
  );

  it('as a LoRA, whose errors the report has as well', async () => {
    const report = join(temporaryFolder(), 'report.json');
    const { code, told } = await save(
      '+merged_model_format=lora',
      '+merged_model_rank=64',
      `report_save_path=${report}`,
    );
    expect(code, told).toBe(0);
    type Own = { task_arithmetic_studio: { lora: { rank: number; error: number } } };
    const { lora } = readJson<Own>(report).task_arithmetic_studio;
    expect(lora).toMatchObject({
      rank: 64,
      matrices: expect.arrayContaining([
        { module: 'encoder.layers.0.mlp.fc1', error: expect.any(Number) },
      ]),
    });
    expect(lora.error).toBeLessThan(1e-5);
  });

  it('with the curve of a search', async () => {
    const { folder, files, code, told } = await save(
      '+search=lambda',
      'search.split=0.5',
      'search.evaluations=4',
      'search.grid=3',
    );
    expect(code, told).toBe(0);
    expect(files).toContain('accuracy_by_scaling_factor.svg');
    expect(readFileSync(join(folder, 'accuracy_by_scaling_factor.svg'), 'utf8')).toContain(
      '<polyline',
    );
    const card = readFileSync(join(folder, 'README.md'), 'utf8');
    expect(card).toContain('The curve is of the pictures to choose by');
  });

  it('not over a card or a model of somebody else, nor over one of another format', async () => {
    const { folder } = await save();
    const other = await fuse([
      ...QUICK,
      `+merged_model_save_path=${folder}`,
      '+merged_model_format=onnx',
    ]);
    expect(other.told).toMatch(/holds (config\.json|model\.safetensors) and 1 more\./);
    writeFileSync(join(folder, 'README.md'), '# My own words');
    const { code, told } = await fuse([...QUICK, `+merged_model_save_path=${folder}`]);
    expect([code, told]).toEqual([2, expect.stringContaining('did not write')]);
    expect(readFileSync(join(folder, 'README.md'), 'utf8')).toBe('# My own words');
  });
});

describe('what makes no sense is refused before anything is computed', () => {
  it.each([
    [
      ['+merged_model_format=openclp', '+merged_model_save_path=x'],
      'merged_model_format: one of transformers, openclip, onnx, lora is expected, but it is the text "openclp". Did you mean openclip?',
    ],
    [
      ['+merged_model_dtype=fp16', '+merged_model_save_path=x'],
      'merged_model_dtype: one of float32, float16, bfloat16 is expected',
    ],
    [
      ['+merged_model_content=text', '+merged_model_save_path=x'],
      'merged_model_content: one of vision, clip is expected',
    ],
    [['+merged_model_format=onnx'], 'merged_model_format: no model is saved.'],
    [
      ['+merged_model_rank=4', '+merged_model_save_path=x'],
      'merged_model_rank: transformers has no rank.',
    ],
    [
      ['+merged_model_rank=0', '+merged_model_format=lora', '+merged_model_save_path=x'],
      'merged_model_rank: a whole number of at least 1 is expected',
    ],
    [
      ['+merged_model_format=onnx', '+merged_model_content=clip', '+merged_model_save_path=x'],
      'merged_model_content: an ONNX file holds the vision tower.',
    ],
  ])('%s', async (overrides, message) => {
    const { code, told } = await fuse([...QUICK, ...overrides], temporaryFolder());
    expect(code).toBe(2);
    expect(told).toContain(message);
  });

  it('as is a rank that the matrices do not have', async () => {
    const { code, told } = await save('+merged_model_format=lora', '+merged_model_rank=65');
    expect([code, told]).toEqual([
      2,
      expect.stringContaining('a whole number from 1 to 64, not 65'),
    ]);
  });
});
