/** Vite's loader of WebAssembly text (`*.wat`): a module whose default export is the binary, in all builds and in tests alike. */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import loadWabt from 'wabt';

/** `*.wat?shared`: the same text for memory that threads share, which wasm has another type for. */
const SHARED = '?shared';

/** As much as 32 bits can point to; how much there is, whoever makes it says. */
const SHARED_MEMORY = '(memory 1 65536 shared)';

/** @returns {import('vite').Plugin} */
export function webAssemblyText() {
  return {
    name: 'web-assembly-text',
    enforce: 'pre',
    load: {
      filter: { id: /\.wat(\?shared)?$/ },
      handler: (id) => assembled(id.replace(SHARED, ''), id.endsWith(SHARED)),
    },
  };
}

/**
 * @param {string} path
 * @param {boolean} isShared
 * @returns {Promise<string>}
 */
async function assembled(path, isShared) {
  const wabt = await loadWabt();
  const plain = await readFile(path, 'utf8');
  const text = isShared ? plain.replace('(memory 1)', SHARED_MEMORY) : plain;
  const module = wabt.parseWat(basename(path), text, { simd: true, threads: true });
  try {
    // The validator knows no shared memory; all else is the same text.
    if (!isShared) module.validate();
    const binary = Buffer.from(module.toBinary({}).buffer).toString('base64');
    // A string is the same in a page, a worker and Node; a file of two kilobytes would be one more to be fetched.
    return `export default Uint8Array.from(atob('${binary}'), (byte) => byte.charCodeAt(0));`;
  } finally {
    module.destroy();
  }
}
