import { afterEach, expect, it, vi } from 'vitest';
import { readStartArguments, startPage } from './start-page.mjs';

afterEach(() => vi.restoreAllMocks());

it('reads the port, and refuses what is none', () => {
  expect(readStartArguments([])).toEqual({ port: undefined, help: false });
  expect(readStartArguments(['--port', '5000'])).toEqual({ port: 5000, help: false });
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
  expect(log.mock.calls.join('\n')).toMatch(/^studio start \[--port N\]\n/);
  expect(await start('--prot', '1')).toBe(1);
  expect(error.mock.calls.join('\n')).toContain("Unknown option '--prot'");
});
