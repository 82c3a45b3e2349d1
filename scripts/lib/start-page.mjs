/** Serves the built page on this machine, and opens it where there is a desktop. */
import { parseArgs } from 'node:util';
import { defaultPort, serve } from '../serve.mjs';
import { hasDesktop, openInBrowser } from './desktop.mjs';

/**
 * @param {string[]} args of the command line
 * @returns {{ port: number | undefined, help: boolean }} the port asked for, undefined for the usual one
 */
export function readStartArguments(args) {
  const { values } = parseArgs({
    args,
    options: { port: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  });
  const help = values.help === true;
  if (values.port === undefined) return { port: undefined, help };
  const port = Number(values.port);
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return { port, help };
  throw new Error(`--port ${values.port}: a port is a whole number from 1 to 65535.`);
}

/** @param {string} command as it is called */
const usageOf = (command) => `${command} [--port N]

Serves the page on this machine alone, at http://127.0.0.1:${defaultPort}/ or the next free port, and opens it in the
browser where there is a desktop (not with BROWSER=none). Ctrl-C ends it. Browsers keep a library of models for
each address.`;

/**
 * Serves until Ctrl-C.
 * @param {{ root: string, args: string[], command: string }} options folder of the built page; `command` as it is called
 * @returns {Promise<number>} the exit code as far as it is known: the server still runs then
 */
export async function startPage({ root, args, command }) {
  try {
    const { port: wanted, help } = readStartArguments(args);
    if (help) console.log(usageOf(command));
    else await servePage(root, wanted, command);
    return 0;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 1;
  }
}

/**
 * @param {string} root
 * @param {number | undefined} wanted
 * @param {string} command
 */
async function servePage(root, wanted, command) {
  const server = await serve({
    root,
    port: wanted ?? defaultPort,
    searchPort: wanted === undefined,
  }).catch((/** @type {NodeJS.ErrnoException} */ error) => {
    if (error.code !== 'EADDRINUSE') throw error;
    const port = wanted ?? defaultPort;
    throw new Error(`Port ${port} is taken. Choose another one: ${command} --port ${port + 1}`);
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
