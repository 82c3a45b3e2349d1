import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const project = resolve(import.meta.dirname, '..');
const config = '.dependency-cruiser.mjs';

/** The rooms, and which others each may import. */
const arrows: Readonly<Record<string, readonly string[]>> = {
  edition: ['app', 'state', 'program', 'hub', 'modelpool', 'checkpoint'],
  app: ['state'],
  state: [],
  engine: [
    'program',
    'storage',
    'modelpool',
    'method',
    'taskpool',
    'clip',
    'checkpoint',
    'runtime',
  ],
  cli: ['program', 'method'],
  library: ['program', 'modelpool', 'method', 'clip', 'checkpoint', 'runtime'],
  program: ['modelpool', 'method', 'taskpool', 'clip', 'checkpoint', 'runtime', 'hub'],
  hub: ['modelpool', 'checkpoint'],
  modelpool: ['clip', 'checkpoint'],
  taskpool: ['clip', 'checkpoint', 'runtime'],
  method: ['modelpool', 'clip', 'checkpoint', 'runtime'],
  clip: ['checkpoint', 'runtime'],
  storage: ['checkpoint'],
  checkpoint: [],
  runtime: [],
};
const rooms = Object.keys(arrows);

/** Packages that only some rooms may import. */
const packages: Readonly<Record<string, readonly string[]>> = {
  react: ['app', 'edition'],
  'react-dom/client': ['app', 'edition'],
  zustand: ['app', 'edition', 'state'],
  comlink: ['engine'],
  'idb-keyval': ['storage'],
  'onnxruntime-web': ['runtime'],
  'onnxruntime-web/ort-wasm-simd-threaded.wasm?url': ['runtime'],
  '@huggingface/hub': ['hub'],
  'node:fs': ['cli', 'library'],
};

/** Planted files by path, each with what it imports and whether that is allowed. */
const planted = new Map<string, { code: string; allowed: boolean }>();

for (const from of rooms) {
  for (const to of rooms.filter((room) => room !== from)) {
    plant(`src/${from}/to-${to}.ts`, `../${to}/target`, arrows[from]?.includes(to) ?? false);
  }
  for (const [index, [name, owners]] of Object.entries(packages).entries()) {
    plant(`src/${from}/to-package-${index}.ts`, name, owners.includes(from));
  }
  plant(`src/${from}/to-errors.ts`, '../errors', true);
  plant(`src/${from}/to-test-support.ts`, './test-support', false);
  plant(`src/${from}/to-shaders.ts`, '../../shaders/kernel.wgsl?raw', from === 'runtime');
  plant(`src/${from}/to-nowhere.ts`, './no-such-file', false);
  plant(`src/${from}/to-a-test.ts`, './sideways.test', false);
}
plant('src/state/to-client.ts', '../engine/client', true);
plant('src/state/to-file-roles.ts', '../checkpoint/file-roles', true);
plant('src/app/to-file-roles.ts', '../checkpoint/file-roles', false);
plant('src/state/to-checkpoint-reader.ts', '../checkpoint/open', false);
plant('src/app/to-client.ts', '../engine/client', false);
plant('src/program/config/to-hydra.ts', '../hydra/target', true);
plant('src/program/hydra/to-errors.ts', '../../errors', true);
plant('src/program/hydra/to-config.ts', '../config/target', false);
plant('src/program/hydra/to-program.ts', '../target', false);
plant('src/program/hydra/to-clip.ts', '../../clip/target', false);
plant('src/program/hydra/config.test.ts', '../config/target', false);
plant('src/app/to-api.ts', '../engine/api', false);
plant('src/runtime/threads-node.ts', 'node:os', true);
plant('src/method/sideways.test.ts', '../taskpool/target', true);
plant('src/method/page.test.ts', '../app/target', false);
plant('src/attic/to-errors.ts', '../errors', false);
plant('src/loose.ts', './errors', false);
plant('src/version.ts', './engine/target', false);
plant('src/code-points.ts', './engine/target', false);
plant('src/clip/round.ts', './trip', false);
plant('src/clip/trip.ts', './round', false);
planted.set('src/app/to-api-types.ts', {
  code: "import type { Api } from '../engine/api';\nexport type Shown = Api;\n",
  allowed: true,
});
planted.set('src/method/to-app-types.ts', {
  code: "import type { Api } from '../app/target';\nexport type Shown = Api;\n",
  allowed: false,
});

function plant(path: string, specifier: string, allowed: boolean): void {
  planted.set(path, { code: `import '${specifier}';\n`, allowed });
}

interface Cruise {
  summary: {
    totalCruised: number;
    /** A cycle is reported once, at one of its files. */
    violations: { from: string; cycle?: { name: string }[] }[];
  };
}

async function cruise(folder: string): Promise<Cruise> {
  const tool = join(project, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const args = [tool, 'src', '--config', config, '--output-type', 'json'];
  const options = { cwd: folder, maxBuffer: 64 * 1024 * 1024 };
  const { stdout } = await promisify(execFile)(process.execPath, args, options);
  return JSON.parse(stdout);
}

/** A small program with every room, in which every planted file stands. */
async function build(folder: string): Promise<void> {
  const target = 'export type Api = string;\nexport const target = 1;\n';
  const files = new Map([
    ...rooms.map((room): [string, string] => [`src/${room}/target.ts`, target]),
    ...rooms.map((room): [string, string] => [`src/${room}/sideways.test.ts`, target]),
    ...rooms.map((room): [string, string] => [`src/${room}/test-support.ts`, target]),
    ...[...planted].map(([path, { code }]): [string, string] => [path, code]),
    ['src/engine/client.ts', target],
    ['src/program/hydra/target.ts', target],
    ['src/program/config/target.ts', target],
    ['src/engine/api.ts', target],
    ['src/checkpoint/file-roles.ts', target],
    ['src/checkpoint/open.ts', target],
    ['src/errors.ts', target],
    ['shaders/kernel.wgsl', ''],
  ]);
  for (const [path, content] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  await mkdir(join(folder, 'scripts/lib'), { recursive: true });
  for (const name of [config, 'scripts/lib/shipped.mjs', 'tsconfig.json', 'package.json'])
    await copyFile(join(project, name), join(folder, name));
  await symlink(join(project, 'node_modules'), join(folder, 'node_modules'), 'junction');
}

describe('the lint rule of the arrows between rooms', () => {
  let folder = '';
  let refused: ReadonlySet<string> = new Set();

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'arrows-'));
    await build(folder);
    const { summary } = await cruise(folder);
    refused = new Set(
      summary.violations.flatMap(({ from, cycle = [] }) => [
        from,
        ...cycle.map(({ name }) => name),
      ]),
    );
  });

  afterAll(() => rm(folder, { recursive: true }));

  it('allows every arrow of the design', () => {
    const allowed = [...planted].filter(([, file]) => file.allowed).map(([path]) => path);
    expect(allowed.length).toBeGreaterThan(rooms.length);
    expect(allowed.filter((path) => refused.has(path))).toEqual([]);
  });

  it('refuses every other import', () => {
    const forbidden = [...planted].filter(([, file]) => !file.allowed).map(([path]) => path);
    expect(forbidden.length).toBeGreaterThan(100);
    expect(forbidden.filter((path) => !refused.has(path))).toEqual([]);
  });

  it('sees the modules of this program at all', async () => {
    const { summary } = await cruise(project);
    expect(summary.totalCruised).toBeGreaterThan(20);
  });
});
