/** The package as people get it: packed, installed into an empty folder without development packages, and used from there. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@playwright/test';
import packageJson from '../package.json' with { type: 'json' };
import { BUNDLED, OPTIONAL } from '../scripts/lib/shipped.mjs';
import { npmCommand } from '../scripts/lib/tools.mjs';

const run = promisify(execFile);
const { name, version } = packageJson;

/** The registry may be asked for what is not in npm's cache. */
const INSTALL = ['--omit=dev', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];

/** What a person's downloads and disk are asked for; above it something has come in that nobody wanted. */
const MAX_PACKED_MB = 60;

let place = '';
let app = '';
let installed = '';

test.describe.configure({ mode: 'serial', timeout: 600_000 });

test.beforeAll(async () => {
  test.setTimeout(600_000);
  place = mkdtempSync(join(tmpdir(), 'studio-package-'));
  app = join(place, 'app');
  mkdirSync(app);
  // The page was built for the other browser tests.
  await run(process.execPath, ['scripts/package.mjs', '--page-built', '--destination', place]);
  const [command, args, shell] = npmCommand([
    'install',
    ...INSTALL,
    '--prefix',
    app,
    join(place, `${name}-${version}.tgz`),
  ]);
  // Not as a part of the npm that runs the tests.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([key]) => !/^npm_/i.test(key)),
  );
  await run(command, args, { cwd: app, shell, env });
  installed = join(app, 'node_modules', name);
});

test.afterAll(() => rmSync(place, { recursive: true, force: true }));

const environment = () => ({
  ...process.env,
  BROWSER: 'none',
  // Playwright's workers have colours, which would stand in what is read here.
  FORCE_COLOR: '0',
  TASK_ARITHMETIC_STUDIO_CACHE: join(place, 'cache'),
});

/** Runs the installed command in the empty folder. */
const studio = (...args: string[]) =>
  run(join(app, 'node_modules/.bin', name), args, {
    cwd: app,
    env: environment(),
    shell: process.platform === 'win32',
    maxBuffer: 64 * 2 ** 20,
  });

test('it is small, and brings nothing that was only needed to build it', () => {
  expect(statSync(join(place, `${name}-${version}.tgz`)).size / 1e6).toBeLessThan(MAX_PACKED_MB);
  const packages = readdirSync(join(app, 'node_modules'));
  for (const absent of [...BUNDLED, ...OPTIONAL, 'vite', 'typescript'])
    expect(packages).not.toContain(absent);
  const files = readdirSync(installed, { recursive: true }).map(String);
  expect(files.filter((path) => path.endsWith('.map') || path.includes('.test.'))).toEqual([]);
  for (const path of [
    'LICENSE',
    'NOTICE',
    'THIRD-PARTY.md',
    'SECURITY.md',
    'CHANGELOG.md',
    'README.md',
  ]) {
    expect(files).toContain(path);
  }
});

test('installing runs no script of a package', () => {
  const { packages } = JSON.parse(
    readFileSync(join(app, 'node_modules/.package-lock.json'), 'utf8'),
  );
  expect(Object.keys(packages).length).toBeGreaterThan(10);
  const scripted = Object.keys(packages).filter((path) => packages[path].hasInstallScript);
  expect(scripted).toEqual([]);
});

test('its bill of materials is of what is in it, and names no registry', () => {
  const text = readFileSync(join(installed, 'dist-node/sbom.cdx.json'), 'utf8');
  const { bomFormat, components } = JSON.parse(text);
  expect(bomFormat).toBe('CycloneDX');
  const names = components.map((component: { 'bom-ref': string }) => component['bom-ref']);
  const { dependencies, devDependencies } = packageJson;
  expect(names).toContain(`react@${devDependencies.react}`);
  expect(names).toContain(`yaml@${dependencies.yaml}`);
  expect(names).not.toContain(`vite@${devDependencies.vite}`);
  expect(text).not.toContain('.tgz');
});

test('start serves the page with its demo until it is told to stop', async ({ page }) => {
  const child = spawn(
    process.execPath,
    [join(installed, packageJson.bin[name as keyof typeof packageJson.bin]), 'start'],
    {
      cwd: app,
      env: environment(),
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  try {
    await page.goto(await addressOf(child));
    await expect(page.getByRole('region', { name: 'Model pool' })).toContainText('mnist');
  } finally {
    child.kill('SIGTERM');
  }
  const [code, signal] = await once(child, 'exit');
  expect([code, signal]).toEqual(process.platform === 'win32' ? [null, 'SIGTERM'] : [0, null]);
});

test('fuse merges and scores the demo, and inspect opens what it saved', async () => {
  const { stdout, stderr } = await studio(
    'fuse',
    '--config-path',
    'config/_get_started',
    '--config-name',
    'demo',
    '+taskpool.sample_size=20',
    '++merged_model_save_path=merged',
  );
  expect(stdout).toMatch(/^mnist +20 of \d+ +\d\.\d{4} /m);
  expect(stderr).toMatch(
    /^Engine: wasm, .*: onnxruntime-node does not load \(it is not installed\)\.$/m,
  );
  expect(stderr).toMatch(
    /^Next: task-arithmetic-studio inspect .*merged, or drop the folder on the page\.$/m,
  );
  expect(existsSync(join(app, 'outputs/demo'))).toBe(true);
  const inspected = await studio('inspect', 'merged', join(installed, 'dist/demo/base'));
  expect(inspected.stdout).toMatch(/^merged\n +Format +safetensors/);
});

test('whole matrices are merged in threads, from the packaged programs', async () => {
  const { stderr } = await studio(
    'fuse',
    '--config-path',
    'config/_get_started',
    '--config-name',
    'demo',
    'method._target_=fusion_bench.method.ISO_C_Merge',
    '+method.exclude_keys=null',
    '~taskpool',
    '++merged_model_save_path=iso',
  );
  expect(stderr).toContain(`Merged model: ${join(app, 'iso')}`);
});

test('it says what it can do', async () => {
  expect((await studio('--version')).stdout).toBe(`task-arithmetic-studio ${version}\n`);
  expect((await studio('fuse', '--help')).stdout).toContain('method=option');
  expect((await studio('fuse', '--cfg', 'job', '--package', 'method')).stdout).toBe(
    '# @package method\n_target_: fusion_bench.method.DummyAlgorithm\n',
  );
  expect((await studio('complete', 'fuse', 'method=ti')).stdout).toBe('method=ties_merging\n');
  await expect(studio('fuse', 'method=ti')).rejects.toMatchObject({ code: 2 });
});

test('a program imports the public modules as the documentation shows, with their types', async () => {
  const documented =
    /```js\n([\s\S]*?)```/.exec(readFileSync('docs/library.md', 'utf8'))?.[1] ?? '';
  writeFileSync(join(app, 'example.mjs'), documented);
  const { stdout } = await run(process.execPath, ['example.mjs'], { cwd: app, env: environment() });
  expect(stdout).toMatch(/^safetensors F16 \[ \d+ \] /);
  expect(stdout).toMatch(/^TIES-Merging scaling_factor=0\.3 threshold=20 /m);
  expect(stdout).toMatch(/^post_layernorm\.weight \[ \d+ \] /m);
  expect(existsSync(join(app, 'merged-model/config.json'))).toBe(true);

  const typed = `import { type MergedModel, mergeModels, methods, openCheckpoint } from '${name}';
const merged: MergedModel = await mergeModels({ pretrained: 'a', experts: ['b'] });
for await (const { values } of merged.tensors()) values.fill(0);
const shape: readonly number[] | undefined = (await openCheckpoint('a')).tensors.get('x')?.shape;
// @ts-expect-error: there is no such option of a description
console.log(methods[0]?.options[0]?.nothing, shape);
`;
  writeFileSync(join(app, 'typed.mts'), typed);
  const compiler = resolve('node_modules/typescript/bin/tsc');
  const strict = [
    '--noEmit',
    '--strict',
    '--module',
    'nodenext',
    '--target',
    'es2023',
    '--lib',
    'es2023,dom',
  ];
  await run(process.execPath, [compiler, ...strict, 'typed.mts'], { cwd: app }).catch(
    ({ stdout: problems }) => {
      throw new Error(problems);
    },
  );
});

/** Where the page is, once the server has said it. */
async function addressOf(child: ChildProcess): Promise<string> {
  let said = '';
  for await (const chunk of child.stdout ?? []) {
    said += chunk;
    const address = /Task Arithmetic Studio: (http:\S+)/.exec(said)?.[1];
    if (address) return address;
  }
  throw new Error(`It ended without an address:\n${said}`);
}
