/** `npm start [-- --port N]`: installs what is missing, builds the page, serves it on this machine and opens it. */
import './lib/require-node.mjs';

const { parseArgs } = await import('node:util');
const { resolve } = await import('node:path');
const { hasDesktop, openInBrowser } = await import('./lib/desktop.mjs');
const { ensureInstalled } = await import('./lib/install.mjs');
const { projectRoot, runTool } = await import('./lib/tools.mjs');
const { defaultPort, serve } = await import('./serve.mjs');

/** @returns {number | undefined} the port asked for */
function readPort() {
  const { values } = parseArgs({ options: { port: { type: 'string' } } });
  if (values.port === undefined) return undefined;
  const port = Number(values.port);
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return port;
  throw new Error(`--port ${values.port}: a port is a whole number from 1 to 65535.`);
}

async function start() {
  const wanted = readPort();
  await ensureInstalled();
  if ((await runTool('vite', ['build', '--logLevel', 'warn'])) !== 0)
    throw new Error('The page could not be built; the output above says why.');

  const server = await serve({
    root: resolve(projectRoot, 'dist'),
    port: wanted ?? defaultPort,
    searchPort: wanted === undefined,
  }).catch((/** @type {NodeJS.ErrnoException} */ error) => {
    if (error.code !== 'EADDRINUSE') throw error;
    const port = wanted ?? defaultPort;
    throw new Error(`Port ${port} is taken. Choose another one: npm start -- --port ${port + 1}`);
  });
  if (wanted === undefined && server.port !== defaultPort)
    console.log(
      `Port ${defaultPort} is taken; using ${server.port}. Browsers keep a library of models for each address.`,
    );
  console.log(`Task Arithmetic Studio: ${server.url} (Ctrl-C ends it)`);
  if (hasDesktop(process.env, process.platform)) openInBrowser(server.url);

  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM']))
    process.once(signal, () => void server.close());
}

try {
  await start();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
