/** Vite's loader of WebAssembly text (`*.wat`): a module whose default export is the binary, in all builds and in tests alike. */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import loadWabt from 'wabt';

/** @returns {import('vite').Plugin} */
export function webAssemblyText() {
  return {
    name: 'web-assembly-text',
    enforce: 'pre',
    load: {
      filter: { id: /\.wat$/ },
      handler: assembled,
    },
  };
}

/**
 * @param {string} path
 * @returns {Promise<string>}
 */
async function assembled(path) {
  const wabt = await loadWabt();
  const module = wabt.parseWat(basename(path), await readFile(path, 'utf8'), { simd: true });
  try {
    module.validate();
    const text = Buffer.from(module.toBinary({}).buffer).toString('base64');
    // A string is the same in a page, a worker and Node; a file of two kilobytes would be one more to be fetched.
    return `export default Uint8Array.from(atob('${text}'), (byte) => byte.charCodeAt(0));`;
  } finally {
    module.destroy();
  }
}
