/** Serves the built page on this machine, and opens it where there is a desktop. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { hubHeaderPolicy, hubHosts } from '../security.mjs';
import { defaultPort, serve } from '../serve.mjs';
import { hasDesktop, openInBrowser } from './desktop.mjs';

export const HUB = 'https://huggingface.co';

/**
 * @typedef {object} StartArguments
 * @property {number | undefined} port the one asked for, undefined for the usual one
 * @property {boolean} help
 * @property {string | undefined} hub the Hub or mirror that the page may ask, without a slash at its end; undefined for none
 */

/**
 * @param {string[]} args of the command line
 * @param {Readonly<Record<string, string | undefined>>} [env] with `HF_ENDPOINT`
 * @returns {StartArguments}
 */
export function readStartArguments(args, env = {}) {
  const { values } = parseArgs({
    // An option with or without a value, which parseArgs does not know.
    args: args.map((arg) => (arg === '--hub' ? '--hub=' : arg)),
    options: {
      port: { type: 'string' },
      hub: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  const help = values.help === true;
  const hub = values.hub === undefined ? undefined : readHub(values.hub, env.HF_ENDPOINT);
  if (values.port === undefined) return { port: undefined, help, hub };
  const port = Number(values.port);
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return { port, help, hub };
  throw new Error(`--port ${values.port}: a port is a whole number from 1 to 65535.`);
}

/**
 * @param {string} given behind `--hub=`, empty for none
 * @param {string | undefined} endpoint of the environment
 */
function readHub(given, endpoint) {
  const [text, from] = given
    ? [given, `--hub=${given}`]
    : [endpoint || HUB, `HF_ENDPOINT ${endpoint}`];
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isSafe =
    url?.protocol === 'https:' ||
    (url?.protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname));
  // What a host's name can have, and a policy can name.
  const isNamed = /^([\w.-]+|\[::1\])$/.test(url?.hostname ?? '');
  if (url && isSafe && isNamed && !url.username && !url.search && !url.hash) {
    return (url.origin + url.pathname).replace(/\/+$/, '');
  }
  throw new Error(`${from}: an address such as ${HUB} is expected.`);
}

/** @param {string} command as it is called */
const usageOf = (command) => `${command} [--port N] [--hub[=URL]]

Serves the page on this machine alone, at http://127.0.0.1:${defaultPort}/ or the next free port, and opens it in the
browser where there is a desktop (not with BROWSER=none). Ctrl-C ends it. Browsers keep a library of models for
each address.

--hub   serves the Hub edition as well, hub.html, and opens that: a page that may ask the Hugging Face Hub for models and
        data sets, when you say so; with a URL (or HF_ENDPOINT) that mirror and nobody else.`;

/**
 * @param {unknown} error
 * @param {string} command as it is called
 * @returns {string} for an option that there is not, with where all of them are told
 */
export function mistakeText(error, command) {
  if (!(error instanceof Error)) return String(error);
  if (!/^ERR_PARSE_ARGS/.test('code' in error ? String(error.code) : '')) return error.message;
  // Node's message goes on with advice for programmers.
  const [reason = ''] = error.message.split(/\. |\.?\n/);
  return `${reason.replace(/\.$/, '')}. ${command} --help tells which there are.`;
}

/**
 * Serves until Ctrl-C.
 * @param {{ root: string, args: string[], command: string }} options folder of the built page; `command` as it is called
 * @returns {Promise<number>} the exit code as far as it is known: the server still runs then
 */
export async function startPage({ root, args, command }) {
  try {
    const { port: wanted, help, hub } = readStartArguments(args, process.env);
    if (help) console.log(usageOf(command));
    else await servePage(root, wanted, hub, command);
    return 0;
  } catch (error) {
    console.error(mistakeText(error, command));
    return 1;
  }
}

/**
 * Answers with the Hub edition under its own policy.
 * @param {string} root folder of the built page
 * @param {string | undefined} hub the only one it may ask; undefined where the edition was not asked for
 * @param {string} [command] as it is called, for whoever asks for it nonetheless
 * @returns {import('node:http').RequestListener}
 */
export function hubPage(root, hub, command = 'npm start --') {
  const mirror = hub === HUB ? undefined : hub;
  return async (request, response) => {
    const isPage = request.url?.replace(/\?.*$/s, '').endsWith('/hub.html') ?? false;
    if (!isPage || hub === undefined) {
      response.writeHead(404, { 'Content-Type': 'text/plain; charset=utf-8' });
      response.end(isPage ? `The Hub edition is served by: ${command} --hub\n` : 'Not found\n');
      return;
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { Allow: 'GET, HEAD' }).end();
      return;
    }
    const built = await readFile(join(root, 'hub.html'), 'utf8').catch(() => undefined);
    if (built === undefined) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, {
      'Content-Type': 'text/html; charset=utf-8',
      'Cache-Control': 'no-cache',
      'Content-Security-Policy': hubHeaderPolicy(mirror),
    });
    response.end(
      built
        .replace(` ${hubHosts().join(' ')};`, () => ` ${hubHosts(mirror).join(' ')};`)
        .replace(/(<meta name="hub-endpoint" content=")[^"]*/, (_, before) => before + hub),
    );
  };
}

/**
 * @param {string} root
 * @param {number | undefined} wanted
 * @param {string | undefined} hub
 * @param {string} command
 */
async function servePage(root, wanted, hub, command) {
  const server = await serve({
    root,
    mounts: { '/hub.html': hubPage(root, hub, command) },
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
  const address = hub === undefined ? server.url : `${server.url}hub.html`;
  console.log(`Task Arithmetic Studio: ${address} (Ctrl-C ends it)`);
  if (hub !== undefined) console.log(`The page may ask ${hub}. Without that: ${server.url}`);
  if (hasDesktop(process.env, process.platform)) openInBrowser(address);

  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM']))
    process.once(signal, () => void server.close());
}
