import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { headerPolicy } from './security.mjs';
import { serve } from './serve.mjs';

interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

let folder = '';
let server: Awaited<ReturnType<typeof serve>>;

/** Sends `path` as it is; `fetch` would tidy it up first. */
function get(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port: server.port, path, headers, method, agent: false };
    request(options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString(),
        }),
      );
    })
      .on('error', reject)
      .end();
  });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'serve-'));
  const files = {
    'secret.txt': 'secret',
    'pages/probe.html': '<title>probe</title>',
    'site/index.html': '<title>home</title>',
    'site/digits.txt': '0123456789',
    'site/empty.txt': '',
    'site/a file.txt': 'blank in its name',
    'site/demo/model.safetensors': 'weights',
    'site/demo/index.html': '<title>demo</title>',
    'site/assets/main-AbCd_-12.js': 'export {};',
    'site/assets/engine-AbCdEf12.wasm': 'wasm',
  };
  for (const [path, content] of Object.entries(files)) {
    await mkdir(join(folder, path, '..'), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  await symlink(join(folder, 'secret.txt'), join(folder, 'site/link.txt'));
  server = await serve({
    root: join(folder, 'site'),
    mounts: { '/pages/': join(folder, 'pages') },
  });
});

afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

describe('the server of the page', () => {
  it('serves files with their types, whatever the query', async () => {
    expect(await get('/')).toMatchObject({ status: 200, body: '<title>home</title>' });
    expect(await get('/?lambda=0.7')).toMatchObject({ status: 200, body: '<title>home</title>' });
    expect(await get('/demo/')).toMatchObject({ status: 200, body: '<title>demo</title>' });
    expect(await get('/a%20file.txt')).toMatchObject({ body: 'blank in its name' });
    expect((await get('/')).headers['content-type']).toBe('text/html; charset=utf-8');
    const type = async (path: string) => (await get(path)).headers['content-type'];
    expect(await type('/assets/main-AbCd_-12.js')).toBe('text/javascript; charset=utf-8');
    expect(await type('/assets/engine-AbCdEf12.wasm')).toBe('application/wasm');
    expect(await type('/demo/model.safetensors')).toBe('application/octet-stream');
  });

  it('isolates the page and sends the policy with every answer', async () => {
    for (const path of ['/', '/digits.txt', '/no-such-file']) {
      expect((await get(path)).headers).toMatchObject({
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-embedder-policy': 'require-corp',
        'content-security-policy': headerPolicy,
        'x-content-type-options': 'nosniff',
      });
    }
  });

  it('lets the browser keep what carries a hash and asks about the rest', async () => {
    const cache = async (path: string) => (await get(path)).headers['cache-control'];
    expect(await cache('/assets/main-AbCd_-12.js')).toContain('immutable');
    expect(await cache('/')).toBe('no-cache');
    expect(await cache('/demo/model.safetensors')).toBe('no-cache');
    const { headers } = await get('/');
    const again = await get('/', { 'If-None-Match': String(headers.etag) });
    expect(again).toMatchObject({ status: 304, body: '' });
  });

  it.each([
    ['bytes=2-4', 206, '234', 'bytes 2-4/10'],
    ['bytes=7-', 206, '789', 'bytes 7-9/10'],
    ['bytes=-2', 206, '89', 'bytes 8-9/10'],
    ['bytes=-99', 206, '0123456789', 'bytes 0-9/10'],
    ['bytes=8-99', 206, '89', 'bytes 8-9/10'],
    ['bytes=10-', 416, '', 'bytes */10'],
    ['bytes=-0', 416, '', 'bytes */10'],
    ['bytes=4-2', 200, '0123456789', undefined],
    ['bytes=0-1,3-4', 200, '0123456789', undefined],
    ['lines=0-1', 200, '0123456789', undefined],
  ])('answers the range %s with %d', async (range, status, body, contentRange) => {
    const answer = await get('/digits.txt', { Range: range });
    expect(answer).toMatchObject({ status, body });
    expect(answer.headers['content-range']).toBe(contentRange);
  });

  it('sends the whole file when the range is of another version of it', async () => {
    const headers = { Range: 'bytes=2-4', 'If-Range': '"another"' };
    expect(await get('/digits.txt', headers)).toMatchObject({ status: 200, body: '0123456789' });
  });

  it('answers HEAD without a body, and an empty file with none', async () => {
    const head = await get('/digits.txt', {}, 'HEAD');
    expect(head).toMatchObject({ status: 200, body: '' });
    expect(head.headers['content-length']).toBe('10');
    expect(await get('/empty.txt')).toMatchObject({ status: 200, body: '' });
  });

  it.each([
    '/../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/demo/../../secret.txt',
    '/..%5csecret.txt',
    '/link.txt',
    '/pages/../secret.txt',
    '/digits.txt%00.html',
    '/%E0%A4%A',
    '/demo',
    '/no-such-file',
  ])('finds nothing at %s', async (path) => {
    const answer = await get(path);
    expect(answer.status).toBe(404);
    expect(answer.body).not.toContain('secret');
  });

  it('takes no other methods', async () => {
    expect((await get('/digits.txt', {}, 'POST')).status).toBe(405);
    expect((await get('/digits.txt', {}, 'DELETE')).status).toBe(405);
  });

  it('serves further folders beside the first, and either below any path', async () => {
    expect(await get('/pages/probe.html')).toMatchObject({ body: '<title>probe</title>' });
    const deep = await serve({ root: join(folder, 'site'), base: '/some/deep/path/', headers: {} });
    const inside = await fetch(deep.url);
    expect(await inside.text()).toBe('<title>home</title>');
    expect(inside.headers.has('cross-origin-opener-policy')).toBe(false);
    expect((await fetch(new URL('/', deep.url))).status).toBe(404);
    await deep.close();
  });

  it('goes on after a browser that hung up in the middle', async () => {
    await writeFile(join(folder, 'site/big.bin'), Buffer.alloc(32 * 1024 * 1024));
    await new Promise<void>((resolve) => {
      const socket = connect(server.port, '127.0.0.1', () =>
        socket.write('GET /big.bin HTTP/1.1\r\nHost: x\r\n\r\n'),
      );
      socket.once('data', () => socket.destroy());
      socket.once('close', () => resolve());
    });
    expect((await get('/digits.txt')).status).toBe(200);
  });

  it('refuses a taken port, or takes the next free one when asked to', async () => {
    const root = join(folder, 'site');
    await expect(serve({ root, port: server.port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    const next = await serve({ root, port: server.port, searchPort: true });
    expect(next.port).toBeGreaterThan(server.port);
    await next.close();
  });

  it('listens on this machine alone', () => {
    expect(server.url).toBe(`http://127.0.0.1:${server.port}/`);
  });
});
