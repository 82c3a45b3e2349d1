/** Firefox, driven over WebDriver BiDi, which it speaks by itself. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { connectBidi } from './bidi';
import type { DrivenBrowser } from './browser';
import { startProcess } from './process';

const Session = v.object({
  capabilities: v.object({ browserName: v.string(), browserVersion: v.string() }),
});
const Context = v.object({ context: v.string() });
const Nodes = v.object({ nodes: v.tuple([v.object({ sharedId: v.string() })]) });
const Evaluated = v.variant('type', [
  v.object({
    type: v.literal('success'),
    result: v.object({ type: v.string(), value: v.optional(v.unknown()) }),
  }),
  v.object({
    type: v.literal('exception'),
    exceptionDetails: v.object({ text: v.string() }),
  }),
]);
const LogEntry = v.object({ level: v.string(), text: v.nullable(v.string()) });

/** Of `about:config`. Downloads go to a folder without a question; nothing is fetched that the page did not ask for. */
const preferences = (downloads: string): Readonly<Record<string, string | number | boolean>> => ({
  'browser.download.folderList': 2,
  'browser.download.dir': downloads,
  'browser.download.always_ask_before_handling_new_types': false,
  'browser.shell.checkDefaultBrowser': false,
  'browser.aboutwelcome.enabled': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'toolkit.telemetry.enabled': false,
  'app.update.enabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'browser.safebrowsing.update.enabled': false,
  'services.settings.server': 'data:,',
  'remote.active-protocols': 1,
});

/** So that its WebGPU (wgpu) takes the software adapter of Debian's `mesa-vulkan-drivers`. */
export const WEBGPU_PREFERENCES = {
  'dom.webgpu.enabled': true,
  'dom.webgpu.workers.enabled': true,
  'gfx.webgpu.ignore-blocklist': true,
};

export async function openFirefox(
  path: string,
  more: Readonly<Record<string, string | number | boolean>> = {},
): Promise<DrivenBrowser> {
  const folder = await mkdtemp(join(tmpdir(), 'studio-firefox-'));
  const [profile, downloads] = [join(folder, 'profile'), join(folder, 'downloads')];
  await Promise.all([mkdir(profile), mkdir(downloads)]);
  const lines = Object.entries({ ...preferences(downloads), ...more }).map(
    ([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});`,
  );
  await writeFile(join(profile, 'user.js'), lines.join('\n'));
  const { address, end } = await startProcess(
    path,
    ['--headless', '--no-remote', '--remote-debugging-port', '0', '--profile', profile],
    { HOME: folder, MOZ_CRASHREPORTER_DISABLE: '1' },
    /WebDriver BiDi listening on (ws:\/\/\S+)/,
  );
  const problems: string[] = [];
  const bidi = await connectBidi(`${address}/session`, (method, params) => {
    if (method !== 'log.entryAdded') return;
    const { level, text } = v.parse(LogEntry, params);
    if (level === 'error') problems.push(text ?? 'an error without words');
  });
  const { capabilities } = v.parse(Session, await bidi.send('session.new', { capabilities: {} }));
  await bidi.send('session.subscribe', { events: ['log.entryAdded'] });
  const created = await bidi.send('browsingContext.create', { type: 'tab' });
  const { context } = v.parse(Context, created);

  return {
    name: `${capabilities.browserName} ${capabilities.browserVersion}`,
    downloads,
    problems: () => problems,
    async goto(url) {
      await bidi.send('browsingContext.navigate', { context, url, wait: 'complete' });
    },
    async call(source, args) {
      // Text both ways: BiDi has an encoding of its own for everything else.
      const answer = v.parse(
        Evaluated,
        await bidi.send('script.callFunction', {
          target: { context },
          functionDeclaration: `async (text) => JSON.stringify((await (${source})(...JSON.parse(text))) ?? null)`,
          arguments: [{ type: 'string', value: JSON.stringify(args) }],
          awaitPromise: true,
        }),
      );
      if (answer.type === 'exception') throw new Error(answer.exceptionDetails.text);
      return JSON.parse(String(answer.result.value));
    },
    async setFiles(selector, files) {
      const found = await bidi.send('browsingContext.locateNodes', {
        context,
        locator: { type: 'css', value: selector },
      });
      const { nodes } = v.parse(Nodes, found);
      await bidi.send('input.setFiles', { context, element: nodes[0], files });
    },
    async close() {
      await bidi.send('browser.close', {}).catch(() => undefined);
      bidi.close();
      await end();
      await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
    },
  };
}
