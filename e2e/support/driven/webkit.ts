/**
 * WebKitGTK, driven by its WebDriver server. Its windows need a display: Xvfb, which nobody looks at (GTK's own broadway
 * server gives windows negative sizes).
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import type { DrivenBrowser } from './browser';
import { startProcess } from './process';
import { openSession } from './webdriver';

const Outcome = v.object({ value: v.optional(v.string()), error: v.optional(v.string()) });

export interface WebKitPaths {
  readonly driver: string;
  readonly display: string;
  readonly browser: string;
}

/** @param lang - the locale of its processes */
export async function openWebKit(paths: WebKitPaths, lang = 'C.UTF-8'): Promise<DrivenBrowser> {
  const folder = await mkdtemp(join(tmpdir(), 'studio-webkit-'));
  const downloads = join(folder, 'Downloads');
  await Promise.all([mkdir(downloads), mkdir(join(folder, '.config'))]);
  // Where GLib, and with it the browser, looks for the folder of downloads.
  await writeFile(
    join(folder, '.config', 'user-dirs.dirs'),
    'XDG_DOWNLOAD_DIR="$HOME/Downloads"\n',
  );
  const env = {
    HOME: folder,
    XDG_CONFIG_HOME: join(folder, '.config'),
    XDG_RUNTIME_DIR: folder,
    LANG: lang,
    LC_ALL: lang,
    GDK_BACKEND: 'x11',
    // In a container there is no user namespace to shut it in; it sees nothing but the page under test.
    WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1',
    WEBKIT_DISABLE_COMPOSITING_MODE: '1',
    LIBGL_ALWAYS_SOFTWARE: '1',
  };
  const display = await startProcess(
    paths.display,
    ['-displayfd', '1', '-screen', '0', '1280x900x24', '-nolisten', 'tcp'],
    {},
    /^(\d+)\n/,
  );
  const port = await freePort();
  const problems: string[] = [];
  const driver = await startProcess(
    paths.driver,
    [`--port=${port}`, '--host=127.0.0.1'],
    { ...env, DISPLAY: `:${display.address}` },
    null,
  );
  const server = `http://127.0.0.1:${port}`;
  await answering(server);
  const session = await openSession(server, {
    'webkitgtk:browserOptions': { binary: paths.browser, args: ['--automation'] },
  });
  return {
    name: session.name,
    downloads,
    problems: () => problems,
    goto: (url) => session.goto(url),
    async call(source, args) {
      const body = `const [text, done] = arguments;
        (async () => JSON.stringify((await (${source})(...JSON.parse(text))) ?? null))().then(
          (value) => done({ value }), (error) => done({ error: String(error) }));`;
      const outcome = await session.runAsync(body, [JSON.stringify(args)]);
      const { value, error } = v.parse(Outcome, outcome);
      if (value === undefined) throw new Error(error);
      return JSON.parse(value);
    },
    setFiles: (selector, files) => session.type(selector, files.join('\n')),
    async close() {
      await session.close().catch(() => undefined);
      await driver.end();
      await display.end();
      await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
    },
  };
}

/** The server says nothing when it is up. */
async function answering(server: string): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const up = await fetch(`${server}/status`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (up) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`WebKitWebDriver does not answer at ${server}.`);
}

/** A port that nobody has at the moment. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('No port is free.');
  return address.port;
}
