/** Types of the public modules: what `src/library` says, and of all else what that refers to. */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { runTool } from './tools.mjs';

/** `from './x'`, `import('./x')`: TypeScript writes them without the extension that Node's way of finding modules wants. */
const REFERENCE = /((?:from|import)\s*\(?\s*)(['"])(\.{1,2}\/[^'"]+)\2/g;

/**
 * Writes the declarations.
 * @param {string} folder for `library/index.d.ts` and what it refers to
 * @returns {Promise<string[]>} paths in it
 */
export async function writeDeclarations(folder) {
  const all = await mkdtemp(join(tmpdir(), 'studio-types-'));
  try {
    const args = ['--project', 'src/library', '--outDir', all];
    if ((await runTool('tsc', args)) !== 0)
      throw new Error('The types of src/library could not be written; the output above says why.');
    await rm(folder, { recursive: true, force: true });
    return await copyReferred(join(all, 'src'), 'library/index.d.ts', folder);
  } finally {
    await rm(all, { recursive: true, force: true });
  }
}

/**
 * @param {string} from
 * @param {string} first path of the declarations to begin with
 * @param {string} to
 */
async function copyReferred(from, first, to) {
  const paths = new Set([first]);
  // The set grows while it is gone through.
  for (const path of paths) {
    const text = await readFile(join(from, path), 'utf8');
    const rewritten = text.replaceAll(REFERENCE, (_, head, quote, name) => {
      const found = declarationOf(resolve(from, dirname(path), name));
      paths.add(relative(from, found.file).replaceAll('\\', '/'));
      return `${head}${quote}${name}${found.suffix}${quote}`;
    });
    await mkdir(dirname(join(to, path)), { recursive: true });
    await writeFile(join(to, path), rewritten);
  }
  return [...paths];
}

/**
 * @param {string} path
 * @returns {{ file: string, suffix: string }} the declarations of a module, and what its name lacks
 */
function declarationOf(path) {
  for (const suffix of ['', '/index']) {
    const file = `${path}${suffix}.d.ts`;
    if (existsSync(file)) return { file, suffix: `${suffix}.js` };
  }
  throw new Error(`${path} has no declarations.`);
}
