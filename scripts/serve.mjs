/** A static file server for the built page, on this machine only: for `npm start`, the browser tests and the benchmarks. */
import { createServer } from 'node:http';
import { createFileHandler } from './lib/files.mjs';
import { securityHeaders } from './security.mjs';

/** The browser keeps a library per address, so the port stays the same from one start to the next. */
export const defaultPort = 4680;

/** How many ports above a taken one are tried. */
const portTries = 20;

/**
 * @typedef {object} ServeOptions
 * @property {string} root folder that is served
 * @property {string} [base] path under which it is served, `/` unless told; begins and ends with a slash
 * @property {Record<string, string | import('node:http').RequestListener>} [mounts] what else is served, by the path it
 *   begins with: another folder, or a function that answers
 * @property {number} [port] 0 (the default) takes any free port
 * @property {boolean} [searchPort] take the next free port where `port` is taken
 * @property {Record<string, string>} [headers] instead of `securityHeaders`
 */

/**
 * Starts the server on 127.0.0.1.
 * @param {ServeOptions} options
 * @returns {Promise<{ url: string, port: number, close: () => Promise<void> }>} rejects with `EADDRINUSE` if the port is taken
 */
export async function serve(options) {
  const base = options.base ?? '/';
  const mounts = Object.entries({ ...options.mounts, [base]: options.root })
    .sort(([a], [b]) => b.length - a.length)
    .map(([path, target]) => ({
      path,
      answer: typeof target === 'string' ? createFileHandler(target, path) : target,
    }));
  const headers = Object.entries(options.headers ?? securityHeaders);

  const server = createServer((request, response) => {
    for (const [name, value] of headers) response.setHeader(name, value);
    const mount = mounts.find(({ path }) => request.url?.startsWith(path));
    if (mount) mount.answer(request, response);
    else response.writeHead(404).end();
  });

  const port = await listen(server, options.port ?? 0, options.searchPort ? portTries : 0);
  return {
    url: `http://127.0.0.1:${port}${base}`,
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/**
 * @param {import('node:http').Server} server
 * @param {number} port
 * @param {number} triesLeft
 * @returns {Promise<number>}
 */
function listen(server, port, triesLeft) {
  return new Promise((resolve, reject) => {
    /** @param {NodeJS.ErrnoException} error */
    const onError = (error) => {
      const next = port + 1;
      if (error.code === 'EADDRINUSE' && triesLeft > 0 && next < 65_536)
        resolve(listen(server, next, triesLeft - 1));
      else reject(error);
    };
    server.once('error', onError);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', onError);
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : port);
    });
  });
}
