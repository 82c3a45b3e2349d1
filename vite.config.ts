import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin, type UserConfig } from 'vite';
import { isolationHeaders, metaPolicy } from './scripts/security.mjs';

/** Writes the policy into every built page; the development server's own inline scripts would not pass it. */
function contentSecurityPolicy(): Plugin {
  return {
    name: 'content-security-policy',
    apply: 'build',
    transformIndexHtml: () => [
      {
        tag: 'meta',
        attrs: { 'http-equiv': 'Content-Security-Policy', content: metaPolicy },
        injectTo: 'head-prepend',
      },
    ],
  };
}

const program: UserConfig = { build: { outDir: 'dist' } };

/** `--ssr`: the programs of the command line for Node, or the one that is named, without the page's files. */
const nodePrograms: UserConfig = {
  build: {
    copyPublicDir: false,
    rolldownOptions: {
      input: ['fuse', 'inspect', 'picture-worker', 'webgpu-probe'].map((name) =>
        fileURLToPath(new URL(`src/cli/${name}.ts`, import.meta.url)),
      ),
    },
  },
};

/** `--mode e2e`: the pages of `e2e/pages` instead of the program, for browser tests that call a room directly. */
function testPages(): UserConfig {
  const folder = fileURLToPath(new URL('e2e/pages/', import.meta.url));
  const pages = readdirSync(folder).filter((name) => name.endsWith('.html'));
  return {
    root: folder,
    publicDir: false,
    build: {
      outDir: fileURLToPath(new URL('dist-e2e', import.meta.url)),
      rolldownOptions: { input: pages.map((name) => folder + name) },
    },
  };
}

export default defineConfig(({ mode, isSsrBuild }) => {
  const { build, ...target } = isSsrBuild ? nodePrograms : mode === 'e2e' ? testPages() : program;
  return {
    ...target,
    // Relative addresses: the built folder works under any path of any host.
    base: './',
    plugins: [react(), contentSecurityPolicy()],
    worker: { format: 'es' },
    // These load their .wasm by an address relative to themselves, which pre-bundling breaks.
    optimizeDeps: { exclude: ['onnxruntime-web', '@jsquash/jpeg', '@jsquash/webp'] },
    server: { host: '127.0.0.1', headers: isolationHeaders },
    preview: { host: '127.0.0.1', headers: isolationHeaders },
    build: {
      ...build,
      target: 'es2022',
      sourcemap: true,
      emptyOutDir: true,
      modulePreload: { polyfill: false },
      // The policy allows no script, worker or wasm out of a data: address.
      assetsInlineLimit: 0,
    },
  };
});
