/** Stryker's plugins for `npm run mutation`: what it leaves alone, and what it tells while it runs. */
import { relative } from 'node:path';
import { projectRoot } from './tools.mjs';

/**
 * @typedef {{ type: string, callee?: Node, object?: Node }} Node
 * @typedef {{ fileName: string, location: { start: { line: number, column: number } }, mutatorName: string,
 *   replacement?: string, status: string }} Mutant
 */

export const READ_BY_VITE = 'read by Vite';
export const MISSED = 'missed';

/** `import.meta.glob(...)`: Vite reads it from the source as it stands. */
const readByVite = {
  /** @param {{ node: Node }} path */
  shouldIgnore({ node }) {
    const isMeta = node.type === 'CallExpression' && node.callee?.object?.type === 'MetaProperty';
    return isMeta ? 'Vite reads it as it stands.' : undefined;
  },
};

/** Says at once what no test noticed: a run that is stopped half-way has told half. */
const missed = () => ({
  /** @param {Mutant} mutant */
  onMutantTested(mutant) {
    if (isMissed(mutant)) console.log(describe(mutant));
  },
});

export const strykerPlugins = [
  { kind: 'Ignore', name: READ_BY_VITE, value: readByVite },
  { kind: 'Reporter', name: MISSED, factory: missed },
];

/** @param {Pick<Mutant, 'status'>} mutant */
export function isMissed({ status }) {
  return status === 'Survived' || status === 'NoCoverage';
}

/** @param {Mutant} mutant */
function describe({ fileName, location, mutatorName, replacement = '', status }) {
  const { line, column } = location.start;
  const place = `${relative(projectRoot, fileName)}:${line}:${column}`;
  const reached = status === 'NoCoverage' ? ' (no test gets there)' : '';
  return `${place}  ${mutatorName}: ${replacement.replace(/\s+/g, ' ')}${reached}`;
}
