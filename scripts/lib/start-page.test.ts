import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { headerPolicy, hubMetaPolicy } from '../security.mjs';
import { serve } from '../serve.mjs';
import { hubPage, readStartArguments, startPage } from './start-page.mjs';

afterEach(() => vi.restoreAllMocks());

it('reads the port, and refuses what is none', () => {
  expect(readStartArguments([])).toEqual({ port: undefined, help: false, hub: undefined });
  expect(readStartArguments(['--port', '5000'])).toEqual({
    port: 5000,
    help: false,
    hub: undefined,
  });
  expect(readStartArguments(['-h']).help).toBe(true);
  for (const port of ['0', '65536', '80.5', 'x', ''])
    expect(() => readStartArguments(['--port', port])).toThrow(
      'a port is a whole number from 1 to 65535',
    );
});

it('tells mistakes and its usage by the name that it was called by, and serves nothing then', async () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  const error = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const start = (...args: string[]) =>
    startPage({ root: '/nowhere', args, command: 'studio start' });
  expect(await start('--help')).toBe(0);
  expect(log.mock.calls.join('\n')).toMatch(/^studio start \[--port N\] \[--hub\[=URL\]\]\n/);
  expect(await start('--prot', '1')).toBe(1);
  expect(error.mock.calls.join('\n')).toBe(
    "Unknown option '--prot'. studio start --help tells which there are.",
  );
});

it('reads which Hub the page may ask, and refuses what is no address of one', () => {
  const hub = (arg: string, endpoint?: string) =>
    readStartArguments([arg, '--port', '5000'], { HF_ENDPOINT: endpoint }).hub;
  expect(hub('--hub')).toBe('https://huggingface.co');
  expect(hub('--hub', 'https://mirror.example/')).toBe('https://mirror.example');
  expect(hub('--hub=http://127.0.0.1:8000/hf/', 'https://other.example')).toBe(
    'http://127.0.0.1:8000/hf',
  );
  for (const text of ['mirror', 'http://mirror.example', 'ftp://x', 'https://a:b@x', 'https://x;y'])
    expect(() => hub(`--hub=${text}`), text).toThrow('an address such as https://huggingface.co');
  expect(() => hub('--hub', '*')).toThrow('HF_ENDPOINT *: an address');
});

it('serves the Hub edition under its own policy, and only where it was asked for', async () => {
  const root = await mkdtemp(join(tmpdir(), 'studio-start-'));
  await writeFile(join(root, 'index.html'), 'the default page');
  await writeFile(
    join(root, 'hub.html'),
    `<meta content="${hubMetaPolicy().replaceAll("'", '&#39;')}"><meta name="hub-endpoint" content="https://huggingface.co" />`,
  );
  const get = async (hub: string | undefined, path: string) => {
    const server = await serve({ root, mounts: { '/hub.html': hubPage(root, hub) } });
    const answer = await fetch(`${server.url}${path}`);
    const policy = answer.headers.get('content-security-policy') ?? '';
    const text = await answer.text();
    await server.close();
    return { status: answer.status, connect: /connect-src [^;]*/.exec(policy)?.[0], policy, text };
  };
  try {
    const own = await get('https://huggingface.co', 'hub.html?x');
    expect(own.connect).toBe("connect-src 'self' https://huggingface.co https://*.hf.co");
    expect(own.text.replaceAll('&#39;', "'")).toContain(own.connect);
    const mirror = await get('https://mirror.example/hf', 'hub.html');
    expect(mirror.connect).toBe("connect-src 'self' https://mirror.example");
    expect(mirror.text.replaceAll('&#39;', "'")).toContain(`${mirror.connect};`);
    expect(mirror.text).toContain('name="hub-endpoint" content="https://mirror.example/hf"');
    expect(mirror.text).not.toContain('huggingface.co');
    expect((await get('https://huggingface.co', '')).policy).toBe(headerPolicy);
    const unasked = await get(undefined, 'hub.html');
    expect([unasked.status, unasked.policy]).toEqual([404, headerPolicy]);
    expect(unasked.text).toContain('npm start -- --hub');
    expect((await get('https://huggingface.co', 'hub.htmlx')).status).toBe(404);
  } finally {
    await rm(root, { recursive: true });
  }
});
