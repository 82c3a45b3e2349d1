/** The engines of the command as people call it: without the native package, and on a software adapter's WebGPU. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  PROJECT,
  REFERENCE,
  type Report,
  readJson,
  type Score,
  temporaryFolder,
} from './fuse/testing';

const SCRIPT = join(PROJECT, 'scripts/fuse.mjs');

interface Expected {
  readonly models: Readonly<Record<string, { readonly tasks: Readonly<Record<string, Score>> }>>;
}
const outlines = readJson<Expected>(join(PROJECT, 'reference/fixtures/scoring/expected.json'))
  .models['merged@0.3']?.tasks.outlines;

/** Merges and scores the smaller task of the reference. */
function run(
  args: readonly string[],
  env: Record<string, string> = {},
  node: readonly string[] = [],
) {
  const report = join(temporaryFolder(), 'report.json');
  const program = [
    ...REFERENCE,
    '~taskpool.test_datasets.surfaces',
    'method.scaling_factor=0.3',
    '+taskpool.dataloader_kwargs.batch_size=128',
    `+report_save_path=${report}`,
  ];
  const { status, stderr } = spawnSync(process.execPath, [...node, SCRIPT, ...program, ...args], {
    cwd: PROJECT,
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  return { status, told: stderr, report };
}

function expectReferenceScores(report: string): void {
  const own = readJson<Report>(report).outlines;
  expect(own?.accuracy).toBe(outlines?.accuracy);
  expect(Math.abs((own?.loss ?? Number.NaN) - (outlines?.loss ?? 0))).toBeLessThan(1e-5);
}

describe('without onnxruntime-node', () => {
  // As Node says it where the package was left out, or a library that it needs is missing.
  const broken = `
    import { Module } from 'node:module';
    const { _load } = Module;
    Module._load = function (name, ...rest) {
      if (name.endsWith('onnxruntime_binding.node')) throw new Error('libonnxruntime.so.1: cannot open shared object file');
      return _load.call(this, name, ...rest);
    };`;
  const withoutLibrary = ['--import', `data:text/javascript,${encodeURIComponent(broken)}`];

  it('scores on wasm, with one line that says why', () => {
    const { status, told, report } = run([], {}, withoutLibrary);
    expect(status, told).toBe(0);
    expect(told).toMatch(
      /^Engine: wasm, \d+ threads?: onnxruntime-node does not load \(libonnxruntime\.so\.1: cannot open shared object file\)\.$/m,
    );
    expectReferenceScores(report);
  });

  it('refuses engine=native before anything is computed', () => {
    const { status, told } = run(['engine=native'], {}, withoutLibrary);
    expect([status, told]).toEqual([2, expect.not.stringContaining('Combining')]);
    expect(told).toContain('engine=native: the package onnxruntime-node does not load');
    expect(told).toContain('npm install --ignore-scripts onnxruntime-node');
  });
});

it('knows its engines', () => {
  const { status, told } = run(['engine=natif']);
  expect([status, told.trim()]).toEqual([
    2,
    'engine: one of auto, native, webgpu, wasm is expected, but it is the text "natif". Did you mean native?',
  ]);
});

/** A Vulkan driver that computes on the CPU: Chromium's, with the loader beside it, or Mesa's. */
function softwareVulkan(): Record<string, string> | null {
  const chromium = '/usr/lib/chromium';
  const swiftshader = join(chromium, 'vk_swiftshader_icd.json');
  const paths = process.env.LD_LIBRARY_PATH?.split(delimiter) ?? [];
  if (existsSync(swiftshader)) {
    return {
      VK_ICD_FILENAMES: swiftshader,
      LD_LIBRARY_PATH: [...paths, chromium].join(delimiter),
    };
  }
  const mesa = '/usr/share/vulkan/icd.d';
  const lavapipe = existsSync(mesa) && readdirSync(mesa).find((name) => name.startsWith('lvp_icd'));
  return lavapipe ? { VK_ICD_FILENAMES: join(mesa, lavapipe) } : null;
}

const vulkan = softwareVulkan();
if (!vulkan) {
  console.warn(
    'There is no software Vulkan driver here (chromium, mesa-vulkan-drivers): engine=webgpu is not tested.',
  );
}

describe.skipIf(!vulkan)('on WebGPU in software', () => {
  const env = vulkan ?? {};

  it('scores as FusionBench does where it is asked for', () => {
    const { status, told, report } = run(['engine=webgpu'], env);
    expect(status, told).toBe(0);
    expect(told).toMatch(/^Engine: webgpu, which is slower than the CPU here/m);
    expectReferenceScores(report);
  }, 300_000);

  it('leaves it alone where nobody asked', () => {
    const { status, told, report } = run([], env);
    expect(status, told).toBe(0);
    expect(told).toMatch(
      /^Engine: native, \d+ threads?, not webgpu: its adapter seems to be software\.$/m,
    );
    expectReferenceScores(report);
  }, 300_000);

  it('is refused where there is no adapter', () => {
    const { status, told } = run(['engine=webgpu'], { VK_ICD_FILENAMES: '/nowhere.json' });
    expect(status).toBe(2);
    expect(told).toContain(
      'engine=webgpu: ONNX Runtime (webgpu) could not prepare the graph: there is no WebGPU adapter. Use engine=native, which computes on the CPU.',
    );
  }, 300_000);
});
