/** Answers GET and HEAD requests from one folder: types, ranges, caching, and nothing from outside the folder. */
import { createReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { extname, join, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** @type {Readonly<Record<string, string>>} */
const types = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.wasm': 'application/wasm',
  '.svg': 'image/svg+xml; charset=utf-8',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.webp': 'image/webp',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
  '.md': 'text/markdown; charset=utf-8',
  '.yaml': 'text/yaml; charset=utf-8',
  '.zip': 'application/zip',
};

/** Vite's names for built files carry a hash of their content, so a browser may keep them for ever. */
const hashedName = /(^|\/)assets\/[^/]+-[\w-]{8}\.\w+(\.map)?$/;

/**
 * @typedef {import('node:http').IncomingMessage} Request
 * @typedef {import('node:http').ServerResponse} Response
 */

/**
 * A handler for requests whose address begins with `prefix`; the rest of it is a path in `folder`. An empty one, or one
 * that ends with a slash, means the `index.html` there.
 * @param {string} folder
 * @param {string} prefix begins and ends with a slash
 * @returns {(request: Request, response: Response) => Promise<void>}
 */
export function createFileHandler(folder, prefix) {
  return async (request, response) => {
    const path = (request.url ?? prefix).slice(prefix.length).replace(/\?.*$/s, '');
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { Allow: 'GET, HEAD' }).end();
      return;
    }
    const found = await findFile(folder, path);
    if (!found) {
      response.writeHead(404, { 'Content-Type': 'text/plain; charset=utf-8' }).end('Not found\n');
      return;
    }
    await sendFile(found, hashedName.test(path), request, response);
  };
}

/**
 * @param {string} folder
 * @param {string} path
 * @returns {Promise<{ file: string, size: number, modified: number } | undefined>} nothing outside the folder, nor through a link out of it
 */
async function findFile(folder, path) {
  try {
    const root = await realpath(resolve(folder));
    const wanted = decodeURIComponent(path);
    if (wanted.includes('\0') || wanted.includes('\\')) return undefined;
    const file = await realpath(
      join(root, wanted.endsWith('/') || wanted === '' ? `${wanted}index.html` : wanted),
    );
    if (!file.startsWith(root + sep)) return undefined;
    const status = await stat(file);
    return status.isFile() ? { file, size: status.size, modified: status.mtimeMs } : undefined;
  } catch (error) {
    // A path that names no file, or that is no valid percent-encoding, is simply not here.
    if (error instanceof URIError || (error instanceof Error && 'code' in error)) return undefined;
    throw error;
  }
}

/**
 * @param {{ file: string, size: number, modified: number }} found
 * @param {boolean} immutable
 * @param {Request} request
 * @param {Response} response
 */
async function sendFile({ file, size, modified }, immutable, request, response) {
  const tag = `"${size.toString(16)}-${Math.round(modified).toString(16)}"`;
  response.setHeader(
    'Content-Type',
    types[extname(file).toLowerCase()] ?? 'application/octet-stream',
  );
  response.setHeader(
    'Cache-Control',
    immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
  );
  response.setHeader('ETag', tag);
  response.setHeader('Accept-Ranges', 'bytes');
  if (request.headers['if-none-match'] === tag) {
    response.writeHead(304).end();
    return;
  }

  // A range of an older version of the file must not be glued to the newer one.
  const sameVersion = (request.headers['if-range'] ?? tag) === tag;
  const range = sameVersion ? parseRange(request.headers.range, size) : undefined;
  if (range === 'unsatisfiable') {
    response.writeHead(416, { 'Content-Range': `bytes */${size}` }).end();
    return;
  }
  const { start, end } = range ?? { start: 0, end: size - 1 };
  if (range) response.setHeader('Content-Range', `bytes ${start}-${end}/${size}`);
  response.writeHead(range ? 206 : 200, { 'Content-Length': end - start + 1 });
  if (request.method === 'HEAD' || size === 0) {
    response.end();
    return;
  }
  try {
    await pipeline(createReadStream(file, { start, end }), response);
  } catch {
    // The browser went away, or the file shrank under us; the headers are out, so cutting the connection is all that is left.
    response.destroy();
  }
}

/**
 * One byte range (RFC 9110, 14.1.2). Several at once, or a header that is no byte range, are ignored as the RFC allows.
 * @param {string | undefined} header
 * @param {number} size
 * @returns {{ start: number, end: number } | 'unsatisfiable' | undefined} `end` is inclusive
 */
function parseRange(header, size) {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return undefined;
  const last = match[2] === '' ? size - 1 : Number(match[2]);
  const start = match[1] === '' ? Math.max(0, size - last) : Number(match[1]);
  const end = match[1] === '' ? size - 1 : Math.min(last, size - 1);
  if (match[1] !== '' && match[2] !== '' && last < start) return undefined;
  return start > end ? 'unsatisfiable' : { start, end };
}
