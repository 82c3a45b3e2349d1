import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const PROJECT = resolve(import.meta.dirname, '../..');
const FIXTURES = join(PROJECT, 'reference/fixtures');
/** More arguments than that do not fit on every system's command line. */
const FILES_PER_CALL = 500;

interface Line {
  readonly file: string;
  readonly accepted: boolean;
  readonly format: string;
  readonly error?: string;
  readonly tensors?: readonly {
    readonly name: string;
    readonly dtype: string;
    readonly shape: readonly number[];
    readonly sha256: string;
  }[];
  readonly metadata?: Readonly<Record<string, string>>;
  readonly model?: {
    readonly mergeable: boolean;
    readonly kind?: string;
    readonly error?: string;
  };
}

interface Case {
  readonly bytes: string;
  readonly duplicateTensorName: boolean;
  readonly accepted: boolean;
  readonly tensors?: readonly (readonly [string, string, readonly number[], string])[];
  readonly metadata?: Readonly<Record<string, string>> | null;
}

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'studio-inspect-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The real command, as a user calls it. */
function inspect(...args: string[]): { code: number | null; output: string } {
  const script = join(PROJECT, 'scripts/inspect.mjs');
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], {
    cwd: FIXTURES,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  expect(stderr).not.toMatch(/\bat .*:\d+:\d+/);
  return { code: status, output: stdout };
}

function inspectJson(...files: string[]): { code: number | null; lines: Line[] } {
  const { code, output } = inspect('--json', ...files);
  const lines = output.split('\n').slice(0, -1);
  return { code, lines: lines.map((line) => JSON.parse(line)) };
}

const readJson = (path: string) => JSON.parse(readFileSync(join(FIXTURES, path), 'utf8'));
const byName = (a: readonly unknown[], b: readonly unknown[]) =>
  Buffer.compare(Buffer.from(String(a[0])), Buffer.from(String(b[0])));

/** What the reference says of a case, in the words of a line. */
function expectedOf({ accepted, duplicateTensorName, tensors = [], metadata }: Case) {
  if (!accepted || duplicateTensorName) return { accepted: false };
  return { accepted, tensors: tensors.toSorted(byName), metadata: metadata ?? {} };
}

function verdictOf({ accepted, tensors = [], metadata }: Line) {
  if (!accepted) return { accepted };
  const rows = tensors.map(({ name, dtype, shape, sha256 }) => [name, dtype, shape, sha256]);
  return { accepted, tensors: rows.toSorted(byName), metadata: metadata ?? {} };
}

function expectVerdicts(cases: readonly Case[], prefix: string): void {
  for (let begin = 0; begin < cases.length; begin += FILES_PER_CALL) {
    const part = cases.slice(begin, begin + FILES_PER_CALL);
    const files = part.map(({ bytes }, i) => {
      const file = join(folder, `${prefix}-${begin + i}.safetensors`);
      writeFileSync(file, Buffer.from(bytes, 'base64'));
      return file;
    });
    const { code, lines } = inspectJson(...files);
    expect(lines.map(({ file }) => file)).toEqual(files);
    expect(lines.map(verdictOf)).toEqual(part.map(expectedOf));
    expect(lines.every(({ accepted, error }) => accepted === (error === undefined))).toBe(true);
    expect(code).toBe(1);
  }
}

describe('inspect --json', () => {
  it('gives the verdicts of safetensors on every rule of its format', () => {
    expectVerdicts(readJson('safetensors/cases.json').cases, 'case');
  });

  it('gives the verdicts of safetensors on thousands of damaged files', () => {
    const packed = readFileSync(join(FIXTURES, 'safetensors/mutations.json.gz'));
    expectVerdicts(JSON.parse(gunzipSync(packed).toString()).cases, 'mutation');
  });

  it("names PyTorch's types as torch does, with the hashes of torch's tensors", () => {
    const expected: {
      file: string;
      accepted: boolean;
      tensors: Record<string, { dtype: string; shape: number[]; sha256: string }>;
    }[] = readJson('formats/torch/expected.json').files;
    const plain = expected.filter(({ accepted, tensors }) => {
      const isNested = Object.keys(tensors ?? {}).some((name) => name.includes(' / '));
      return accepted && !isNested && Object.values(tensors).every(({ sha256 }) => sha256);
    });
    expect(plain.length).toBeGreaterThan(10);
    const { lines } = inspectJson(...plain.map(({ file }) => `formats/torch/files/${file}`));
    for (const [i, { file, tensors }] of plain.entries()) {
      const line = lines[i];
      if (line?.accepted === false) expect(line.error, file).toContain('lazily computed');
      else {
        const found = line?.tensors?.map(({ name, ...rest }) => [name, rest]) ?? [];
        expect(Object.fromEntries(found), file).toEqual(tensors);
        expect(line?.format).toBe('pytorch');
      }
    }
  });

  it('takes folders and indices as one model, and judges what can be merged', () => {
    const index = 'formats/shards/torch/pytorch_model.bin.index.json';
    const places = [
      'merge/p8-32/base',
      'formats/shards/safetensors',
      index,
      'formats/layouts/open-clip/open_clip_model.safetensors',
      'formats/lora/plain-bin',
      'formats/lora/plain/adapter_model.safetensors',
      'formats/lora/ia3',
      'safetensors/writer/00.safetensors',
    ];
    const { code, lines } = inspectJson(...places);
    expect(code).toBe(0);
    const shown = lines.map(({ file, format, tensors, model }) => [
      file,
      format,
      tensors?.length,
      model?.mergeable ? model.kind : model?.error?.replace(/\. .*/s, ''),
    ]);
    expect(shown).toMatchInlineSnapshot(`
      [
        [
          "merge/p8-32/base",
          "safetensors",
          78,
          "CLIPModel",
        ],
        [
          "formats/shards/safetensors",
          "safetensors",
          46,
          "CLIPModel",
        ],
        [
          "formats/shards/torch/pytorch_model.bin.index.json",
          "pytorch",
          46,
          "CLIPModel",
        ],
        [
          "formats/layouts/open-clip/open_clip_model.safetensors",
          "safetensors",
          50,
          "CLIPModel",
        ],
        [
          "formats/lora/plain-bin",
          "pytorch",
          4,
          "LoRA adapter",
        ],
        [
          "formats/lora/plain/adapter_model.safetensors",
          "safetensors",
          4,
          "LoRA adapter",
        ],
        [
          "formats/lora/ia3",
          "safetensors",
          2,
          "adapter_config.json: this is an adapter of the kind (IA)³, and only LoRA is folded here",
        ],
        [
          "safetensors/writer/00.safetensors",
          "safetensors",
          0,
          "00.safetensors: it has no CLIP vision tower: no vision_model.embeddings.patch_embedding.weight, nor that of another known layout",
        ],
      ]
    `);
    const shards = readJson('formats/shards/expected.json').tensors;
    for (const line of [lines[1], lines[2]]) {
      const hashes = line?.tensors?.map(({ name, sha256 }) => [name, sha256]) ?? [];
      expect(Object.fromEntries(hashes)).toEqual(
        Object.fromEntries(
          Object.entries<{ sha256: string }>(shards).map(([name, { sha256 }]) => [name, sha256]),
        ),
      );
    }
  });

  it('names a shard that an index lacks', () => {
    cpSync(join(FIXTURES, 'formats/shards/safetensors'), join(folder, 'cut'), { recursive: true });
    rmSync(join(folder, 'cut/model-00002-of-00004.safetensors'));
    const { code, lines } = inspectJson(join(folder, 'cut/model.safetensors.index.json'));
    expect(code).toBe(1);
    expect(lines[0]).toMatchObject({ accepted: false, format: 'safetensors' });
    expect(lines[0]?.error).toContain('model-00002-of-00004.safetensors');
  });

  it('goes on after what is not there', () => {
    const file = 'safetensors/writer/00.safetensors';
    const { code, lines } = inspectJson('nowhere', file);
    expect(code).toBe(1);
    expect(lines[0]).toEqual({
      file: 'nowhere',
      accepted: false,
      format: 'unknown',
      error: 'nowhere: there is no such file or folder.',
    });
    expect(lines[1]).toMatchObject({ file, accepted: true });
  });
});

describe('inspect for people', () => {
  it('says what a file is and how it can be used', () => {
    const { code, output } = inspect(
      'formats/shards/safetensors',
      'merge/p8-24/experts/task-c/model.safetensors',
      'formats/lora/rank-patterns',
      'formats/torch/files/ordered-dict.pt',
      'formats/torch/files/torchscript.pt',
      'tokens.json',
    );
    expect(code).toBe(1);
    expect(output).toMatchInlineSnapshot(`
      "formats/shards/safetensors
        Format    safetensors, 46 tensors
        Tensors   F32: 46, 15,809 values: 15 × [32], 12 × [16], 6 × [16, 16], 6 × [32, 32] and 6 other shapes
        Metadata  format: pt
        Model     CLIPModel
                  pictures: 1 layer, 32 wide, 2 heads, patches of 8 in 16 pixels, quick_gelu
                  prompts: 1 layer, 16 wide, 1 head, 8 tokens
        Assumed   No preprocessor_config.json: pictures are prepared as for OpenAI's CLIPs, at 16 pixels.
        Use       As the base, or as an expert of a base with the same vision tower. 23 tensors would be merged.

      merge/p8-24/experts/task-c/model.safetensors
        Format    safetensors, 23 tensors
        Tensors   BF16: 23, 46,720 values: 14 × [64], 4 × [64, 64], [64, 3, 8, 8], [10, 64] and 3 other shapes
        Metadata  format: pt
        Model     CLIPVisionModel
                  pictures: 1 layer, 64 wide, 1 head, patches of 8 in 24 pixels, gelu
        Assumed   No preprocessor_config.json: pictures are prepared as for OpenAI's CLIPs, at 24 pixels.
        Use       As an expert of a base with the same vision tower, or as a base that takes its text tower from a full CLIP. 23 tensors would be merged.

      formats/lora/rank-patterns
        Format    safetensors, 12 tensors
        Tensors   F32: 12, 1,344 values: 4 × [4, 32], 4 × [32, 4], [2, 32], [32, 2] and 2 other shapes
        Metadata  format: pt
        Model     LoRA adapter of a vision tower, 6 modules (rank 2, 3, 4)
        Use       As an expert, together with the model it was trained on (formats/shards/safetensors).

      formats/torch/files/ordered-dict.pt
        Format    pytorch, 3 tensors
        Tensors   float32: 3, 10 values: [2, 3], [3], []
        No merge  ordered-dict.pt: it has no CLIP vision tower: no vision_model.embeddings.patch_embedding.weight, nor that of another known layout. It holds weight, bias, scale. It cannot be merged here: use a CLIP of OpenAI, OpenCLIP or Hugging Face, or a fine-tune of one.

      formats/torch/files/torchscript.pt
        Format    pytorch, 1 tensor
        Tensors   float32: 1, 3 values: [3]
        No merge  torchscript.pt: it has no CLIP vision tower: no vision_model.embeddings.patch_embedding.weight, nor that of another known layout. It holds weight. It cannot be merged here: use a CLIP of OpenAI, OpenCLIP or Hugging Face, or a fine-tune of one.

      tokens.json
        Refused   tokens.json: it is a JSON file without weights. Add the checkpoint itself, or the whole folder.
      "
    `);
  });

  it('explains itself where it is called wrongly', () => {
    const script = join(PROJECT, 'scripts/inspect.mjs');
    for (const args of [[], ['--jsn', 'x']]) {
      const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], {
        encoding: 'utf8',
      });
      expect([status, stdout]).toEqual([1, '']);
      expect(stderr).toContain('npm run -s inspect -- [--json] FILE...');
    }
  });

  it('is bundled once for many calls', () => {
    const bundle = join(PROJECT, 'dist-cli/inspect.js');
    inspect('tokens.json');
    const before = statSync(bundle).mtimeMs;
    inspect('tokens.json');
    expect(statSync(bundle).mtimeMs).toBe(before);
  });
});
