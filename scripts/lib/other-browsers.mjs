/** Firefox and WebKitGTK for the browser tests: found, or installed where that is one command. Neither is required. */
import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { isDebianRoot } from './browser.mjs';
import { run } from './tools.mjs';

/** With Mesa's software adapter, for Firefox's WebGPU; WebKit's windows need a display. */
const debianPackages = {
  firefox: ['firefox-esr', 'mesa-vulkan-drivers'],
  webkit: ['webkit2gtk-driver', 'xvfb'],
};

/** @returns {string | undefined} the path of a Firefox; `FIREFOX_PATH` wins */
export function findFirefox() {
  const { FIREFOX_PATH } = process.env;
  if (FIREFOX_PATH) return FIREFOX_PATH;
  return onPath('firefox-esr');
}

/** @returns {string | undefined} the path of a Firefox, where its WebGPU has a driver to find */
function findFirefoxWithAdapter() {
  const drivers = '/usr/share/vulkan/icd.d';
  const hasDriver = existsSync(drivers) && readdirSync(drivers).length > 0;
  return process.platform === 'linux' && !hasDriver ? undefined : findFirefox();
}

/** @returns {{ driver: string, display: string, browser: string } | undefined} what is needed to drive a WebKitGTK */
export function findWebKit() {
  const [driver, display] = [onPath('WebKitWebDriver'), onPath('Xvfb')];
  const places = ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu'];
  const browser = places
    .map((folder) => join(folder, 'webkit2gtk-4.1/MiniBrowser'))
    .find((path) => existsSync(path));
  return driver && display && browser ? { driver, display, browser } : undefined;
}

/** Installs what is missing where this is root's Debian; says what is left out elsewhere. */
export async function ensureOtherBrowsers() {
  const wanted = [
    {
      name: 'Firefox with an adapter',
      find: findFirefoxWithAdapter,
      packages: debianPackages.firefox,
    },
    { name: 'WebKitGTK', find: findWebKit, packages: debianPackages.webkit },
  ];
  const missing = wanted.filter(({ find }) => find() === undefined);
  if (missing.length > 0 && isDebianRoot()) {
    const packages = missing.flatMap(({ packages }) => packages);
    console.log(`Installing ${packages.join(' ')} (apt-get install) ...`);
    const env = { DEBIAN_FRONTEND: 'noninteractive' };
    await run('apt-get', ['update'], { env });
    await run('apt-get', ['install', '-y', '--no-install-recommends', ...packages], { env });
  }
  for (const { name, find, packages } of missing) {
    if (find() === undefined)
      console.log(
        `${name} is not here: its tests are skipped (on Debian: apt-get install ${packages.join(' ')}).`,
      );
  }
}

/**
 * @param {string} name
 * @returns {string | undefined}
 */
function onPath(name) {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin'];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}
