import { readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin, type UserConfig } from 'vite';
import { onnxRuntimeBeside } from './scripts/lib/onnx-runtime-plugin.mjs';
import { serviceWorker } from './scripts/lib/service-worker-plugin.mjs';
import { webAssemblyText } from './scripts/lib/wat-plugin.mjs';
import { besideTheEntry } from './scripts/lib/worker-chunks.mjs';
import { hubMetaPolicy, isolationHeaders, metaPolicy } from './scripts/security.mjs';

/** Writes the policy into every built page; the development server's own inline scripts would not pass it. */
function contentSecurityPolicy(): Plugin {
  return {
    name: 'content-security-policy',
    apply: 'build',
    transformIndexHtml: (_, { path }) => [
      {
        tag: 'meta',
        attrs: {
          'http-equiv': 'Content-Security-Policy',
          content: path === '/hub.html' ? hubMetaPolicy() : metaPolicy,
        },
        injectTo: 'head-prepend',
      },
    ],
  };
}

const pathOf = (path: string) => fileURLToPath(new URL(path, import.meta.url));

const program: UserConfig = {
  build: {
    outDir: 'dist',
    // The default page, and the one that may ask the Hugging Face Hub.
    rolldownOptions: { input: ['index.html', 'hub.html'].map(pathOf) },
  },
  plugins: [
    serviceWorker({ source: pathOf('service-worker/sw.js'), publicFolder: pathOf('public') }),
  ],
};

/** How long plugins took depends on the machine, and is nothing that whoever builds can mend. */
const checks = { pluginTimings: false };

const cliPrograms = [
  'fuse',
  'inspect',
  'matrix-worker',
  'picture-worker',
  'team-thread',
  'webgpu-probe',
].map((name) => `src/cli/${name}.ts`);

const forNode = (sources: Record<string, string> | string[]): UserConfig => ({
  build: { copyPublicDir: false, rolldownOptions: { input: sources } },
});

/** `--ssr`: the programs of the command line for Node, or the one that is named, without the page's files. */
const nodePrograms = forNode(cliPrograms.map(pathOf));

/** `--ssr --mode package`: those of the package, and what programs import from it. */
const packagePrograms: UserConfig = {
  ...forNode({
    ...Object.fromEntries(cliPrograms.map((path) => [basename(path, '.ts'), pathOf(path)])),
    studio: pathOf('src/cli/studio.ts'),
    library: pathOf('src/library/index.ts'),
  }),
  plugins: [onnxRuntimeBeside()],
};

/** The pages of a folder instead of the program. */
function pagesOf(root: string, outDir: string): UserConfig {
  const folder = fileURLToPath(new URL(root, import.meta.url));
  const pages = readdirSync(folder).filter((name) => name.endsWith('.html'));
  return {
    root: folder,
    publicDir: false,
    build: {
      outDir: fileURLToPath(new URL(outDir, import.meta.url)),
      rolldownOptions: { input: pages.map((name) => folder + name) },
    },
  };
}

/** `--mode e2e`: for browser tests that call a room directly; `--mode gpu`: the benchmark on a GPU. */
function targetOf(mode: string): UserConfig {
  if (mode === 'e2e') return pagesOf('e2e/pages/', 'dist-e2e');
  if (mode === 'gpu') return pagesOf('bench/gpu/page/', 'bench/out/gpu-page');
  return program;
}

export default defineConfig(({ mode, isSsrBuild }) => {
  const inNode = mode === 'package' ? packagePrograms : nodePrograms;
  const { build, plugins = [], ...target } = isSsrBuild ? inNode : targetOf(mode);
  return {
    ...target,
    // Relative addresses: the built folder works under any path of any host.
    base: './',
    plugins: [react(), webAssemblyText(), contentSecurityPolicy(), ...plugins],
    worker: {
      format: 'es',
      plugins: () => [webAssemblyText()],
      rolldownOptions: { checks, output: { codeSplitting: besideTheEntry() } },
    },
    // These load their .wasm by an address relative to themselves, which pre-bundling breaks.
    optimizeDeps: {
      exclude: ['onnxruntime-web', '@jsquash/jpeg', '@jsquash/webp', 'brotli-dec-wasm'],
    },
    server: { host: '127.0.0.1', headers: isolationHeaders },
    preview: { host: '127.0.0.1', headers: isolationHeaders },
    build: {
      ...build,
      target: 'es2022',
      sourcemap: true,
      emptyOutDir: true,
      rolldownOptions: { checks, ...build?.rolldownOptions },
      modulePreload: { polyfill: false },
      // The policy allows no script, worker or wasm out of a data: address.
      assetsInlineLimit: 0,
    },
  };
});
