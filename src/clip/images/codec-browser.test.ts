import { afterEach, expect, it, vi } from 'vitest';
import { compileCodec } from './codec-browser';

afterEach(() => vi.unstubAllGlobals());

it('says which decoder could not be loaded, and what to do', async () => {
  vi.stubGlobal('fetch', async () => new Response('', { status: 404 }));
  await expect(compileCodec('webp')).rejects.toMatchObject({
    name: 'DeviceError',
    message:
      'The decoder for WebP pictures could not be loaded (Error: HTTP 404). Reload the page.',
  });
});

it('does not mind what content type the host sends', async () => {
  const empty = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
  vi.stubGlobal(
    'fetch',
    async () => new Response(empty, { headers: { 'Content-Type': 'text/html' } }),
  );
  expect(await compileCodec('jpeg')).toBeInstanceOf(WebAssembly.Module);
});
