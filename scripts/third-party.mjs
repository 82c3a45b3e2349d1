/** `npm run third-party`: writes THIRD-PARTY.md anew, to be run when a dependency has changed. */
import './lib/require-node.mjs';

const { writeFile } = await import('node:fs/promises');
const { resolve } = await import('node:path');
const { ensureInstalled } = await import('./lib/install.mjs');
const { thirdPartyText } = await import('./lib/third-party.mjs');
const { projectRoot } = await import('./lib/tools.mjs');

try {
  await ensureInstalled();
  await writeFile(resolve(projectRoot, 'THIRD-PARTY.md'), await thirdPartyText());
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
