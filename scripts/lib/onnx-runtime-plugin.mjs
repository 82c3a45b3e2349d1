/**
 * Puts ONNX Runtime's wasm build for Node beside the packaged programs, in the folder `onnxruntime`: three files, where the package
 * that has them would bring all its builds for browsers into every installation, ten times as much.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, posix } from 'node:path';

const PACKAGE = 'onnxruntime-web';
const FOLDER = 'onnxruntime';
const ENTRY = 'ort.node.min.mjs';

/** The entry of the package in Node, and what that loads from beside itself. */
const FILES = [ENTRY, 'ort-wasm-simd-threaded.mjs', 'ort-wasm-simd-threaded.wasm'];

/** @returns {import('vite').Plugin} */
export function onnxRuntimeBeside() {
  return {
    name: 'onnx-runtime-beside',
    apply: 'build',
    generateBundle(_, bundle) {
      let imports = 0;
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== 'chunk') continue;
        const path = posix.relative(posix.dirname(chunk.fileName), `${FOLDER}/${ENTRY}`);
        const own = JSON.stringify(path.startsWith('.') ? path : `./${path}`);
        chunk.code = chunk.code.replaceAll(`import("${PACKAGE}")`, () => {
          imports++;
          return `import(${own})`;
        });
      }
      if (imports === 0) this.error(`No program imports ${PACKAGE} any more.`);
      const folder = dirname(createRequire(import.meta.url).resolve(PACKAGE));
      for (const name of FILES) {
        this.emitFile({
          type: 'asset',
          fileName: `${FOLDER}/${name}`,
          source: readFileSync(join(folder, name)),
        });
      }
    },
  };
}
