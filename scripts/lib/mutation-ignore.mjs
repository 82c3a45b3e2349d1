/** A Stryker plugin: what Vite reads from the source as it stands, and nobody can change while the program runs. */

/**
 * @typedef {{ type: string, callee?: Node, object?: Node }} Node
 * @typedef {{ kind: 'Ignore', name: string, value: { shouldIgnore(path: { node: Node }): string | undefined } }} Plugin
 */

export const READ_BY_VITE = 'read by Vite';

/** @type {readonly Plugin[]} */
export const strykerPlugins = [
  {
    kind: 'Ignore',
    name: READ_BY_VITE,
    value: {
      shouldIgnore({ node }) {
        // `import.meta.glob(...)`
        const isMeta =
          node.type === 'CallExpression' && node.callee?.object?.type === 'MetaProperty';
        return isMeta ? 'Vite reads it as it stands.' : undefined;
      },
    },
  },
];
