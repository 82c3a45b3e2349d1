import { describe, expect, it } from 'vitest';
import type { VisionConfig } from '../../clip/types';
import type { OrtModule } from '../../runtime/ort/engine';
import { loadWasmInNode } from '../../runtime/ort/wasm-node';
import type { EngineName } from '../config/program/types';
import { createEngines, type EngineParts } from './engines-node';
import { mayHaveGpu, probeIn, type WebgpuVerdict } from './probe-webgpu-node';

const VISION: VisionConfig = {
  imageSize: 32,
  patchSize: 8,
  hiddenSize: 64,
  layers: 2,
  heads: 4,
  intermediateSize: 128,
  activation: 'quick_gelu',
  layerNormEps: 1e-5,
};

/** Never run here: what is chosen is all that is asked. */
const module = {} as OrtModule;

const GPU: WebgpuVerdict = { usable: true, software: false };
const SOFTWARE: WebgpuVerdict = { usable: true, software: true };
const WRONG: WebgpuVerdict = { usable: false, reason: 'it computes the vision tower wrongly' };

/** As Node has it. */
const NOT_INSTALLED = Object.assign(
  new Error("Cannot find package 'onnxruntime-node' imported from /folder/program.js"),
  { code: 'ERR_MODULE_NOT_FOUND' },
);

interface Machine {
  readonly missing?: string | Error;
  readonly webgpu?: WebgpuVerdict;
}

/** A machine without a GPU, unless it has a verdict on one. */
function machine({ missing, webgpu }: Machine) {
  const notes: string[] = [];
  let probes = 0;
  const parts: EngineParts = {
    loadWasm: loadWasmInNode,
    async loadNative() {
      if (missing !== undefined) throw missing instanceof Error ? missing : new Error(missing);
      return module;
    },
    async probeWebgpu() {
      probes++;
      return webgpu ?? { usable: false, reason: 'there is no adapter' };
    },
    mayHaveGpu: () => webgpu !== undefined,
  };
  const engineFor = createEngines(parts, {
    note: (text) => notes.push(text.replace(/\d+ threads?/, 'N threads')),
    progress: () => undefined,
  });
  return { notes, probes: () => probes, choose: (name: EngineName) => engineFor(name, VISION, 32) };
}

async function outcome(name: EngineName, what: Machine) {
  const { notes, choose } = machine(what);
  try {
    const { vision, text, class: kind } = await choose(name);
    expect(notes).toHaveLength(1);
    return [kind, vision.provider, text.provider, notes[0]];
  } catch (error) {
    expect(notes).toEqual([]);
    return String(error);
  }
}

/** What Node says where a library lacks another one, its stack included. */
const BROKEN = 'libonnxruntime.so.1: cannot open shared object file\nRequire stack:\n- /somewhere';

describe('the engine', () => {
  it.each<[EngineName, string, Machine, unknown]>([
    ['auto', 'no GPU', {}, ['native', 'native', 'native', 'Engine: native, N threads.']],
    ['auto', 'a GPU', { webgpu: GPU }, ['gpu', 'webgpu', 'native', 'Engine: webgpu.']],
    [
      'auto',
      'an adapter in software',
      { webgpu: SOFTWARE },
      [
        'native',
        'native',
        'native',
        'Engine: native, N threads, not webgpu: its adapter seems to be software.',
      ],
    ],
    [
      'auto',
      'a GPU that is wrong',
      { webgpu: WRONG },
      [
        'native',
        'native',
        'native',
        'Engine: native, N threads, not webgpu: it computes the vision tower wrongly.',
      ],
    ],
    [
      'auto',
      'no package',
      { missing: BROKEN, webgpu: GPU },
      [
        'wasm',
        'wasm',
        'wasm',
        'Engine: wasm, N threads: onnxruntime-node does not load (libonnxruntime.so.1: cannot open shared object file).',
      ],
    ],
    [
      'auto',
      'a package that nobody has installed',
      { missing: NOT_INSTALLED },
      [
        'wasm',
        'wasm',
        'wasm',
        'Engine: wasm, N threads: onnxruntime-node does not load (it is not installed).',
      ],
    ],
    ['wasm', 'a GPU', { webgpu: GPU }, ['wasm', 'wasm', 'wasm', 'Engine: wasm, N threads.']],
    [
      'native',
      'a GPU',
      { webgpu: GPU },
      ['native', 'native', 'native', 'Engine: native, N threads.'],
    ],
    [
      'native',
      'no package',
      { missing: BROKEN },
      'ConfigError: engine=native: the package onnxruntime-node does not load (libonnxruntime.so.1: cannot open shared object file). Install it (npm install --ignore-scripts onnxruntime-node; with -g beside an installed program), or leave engine out: wasm needs no package.',
    ],
    [
      'webgpu',
      'an adapter in software',
      { webgpu: SOFTWARE },
      [
        'software-gpu',
        'webgpu',
        'native',
        'Engine: webgpu, which is slower than the CPU here: its adapter seems to be software.',
      ],
    ],
    [
      'webgpu',
      'no adapter',
      {},
      'ConfigError: engine=webgpu: there is no adapter. Use engine=native, which computes on the CPU.',
    ],
    [
      'webgpu',
      'no package',
      { missing: '' },
      'ConfigError: engine=webgpu: the package onnxruntime-node does not load (it gives no reason). Install it (npm install --ignore-scripts onnxruntime-node; with -g beside an installed program), or leave engine out: wasm needs no package.',
    ],
  ])('%s, with %s', async (name, _, what, expected) => {
    expect(await outcome(name, what)).toEqual(expected);
  });

  it('is chosen and told once, and WebGPU not tried where there is no GPU', async () => {
    const { notes, probes, choose } = machine({});
    const [first, second] = [await choose('auto'), await choose('auto')];
    expect(second).toBe(first);
    expect([notes.length, probes()]).toEqual([1, 0]);
    expect((await choose('wasm')).vision.provider).toBe('wasm');
    expect(notes).toHaveLength(2);
  });
});

describe('a GPU', () => {
  const devices =
    (...names: string[]) =>
    (folder: string) =>
      names.flatMap((name) => {
        const cut = name.lastIndexOf('/');
        return name.slice(0, cut) === folder ? [name.slice(cut + 1)] : [];
      });

  it.each<[NodeJS.Platform, string[], Record<string, string>, boolean]>([
    ['linux', ['/dev/null', '/dev/dri/card0'], {}, false],
    ['linux', ['/dev/dri/renderD128'], {}, true],
    ['linux', ['/dev/nvidia0'], {}, true],
    ['linux', ['/dev/nvidiactl'], {}, false],
    ['linux', ['/dev/dxg'], {}, true],
    ['linux', [], { VK_ICD_FILENAMES: 'icd.json' }, true],
    ['darwin', [], {}, true],
    ['win32', [], {}, true],
  ])('may be there: %s with %j and %j: %s', (platform, names, env, expected) => {
    expect(mayHaveGpu(platform, env, devices(...names))).toBe(expected);
  });

  it('is not tried from sources', async () => {
    expect(await probeIn(undefined)(VISION, 32)).toEqual({
      usable: false,
      reason: 'it is tried by the built command only (npm run fuse)',
    });
  });
});
