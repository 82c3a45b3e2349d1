/** Finds a Chromium for the browser tests and the benchmarks, and installs one where that is possible. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { run, runTool } from './tools.mjs';

/** A browser that has not told its version by then does not start at all (a wrapper that waits for a desktop, say). */
const versionTimeout = 60_000;

/** A download that takes longer is taken for one that will never end. */
const downloadTimeout = 300_000;

/**
 * The path of a Chromium or Chrome that starts, or undefined. `CHROME_PATH` wins.
 * @returns {Promise<string | undefined>} rejects if `CHROME_PATH` is set and is no browser
 */
export async function findBrowser() {
  const chosen = process.env.CHROME_PATH;
  if (chosen) {
    if (starts(chosen)) return chosen;
    throw new Error(
      `CHROME_PATH is ${chosen}, which does not start as a browser. Correct or unset it.`,
    );
  }
  return [...installedPlaces(), ...(await playwrightPlaces())].find(starts);
}

/**
 * As `findBrowser`, and installs one where there is none.
 * @returns {Promise<string>} rejects with what to do where none can be had
 */
export async function ensureBrowser() {
  const found = await findBrowser();
  if (found) return found;
  if (isDebianRoot()) {
    console.log('Installing Chromium (apt-get install chromium) ...');
    const env = { DEBIAN_FRONTEND: 'noninteractive' };
    await run('apt-get', ['update'], { env });
    await run('apt-get', ['install', '-y', '--no-install-recommends', 'chromium'], { env });
  } else {
    console.log('Installing Chromium (playwright install chromium) ...');
    await runTool('playwright', ['install', 'chromium'], { timeout: downloadTimeout });
  }
  const installed = await findBrowser();
  if (installed) return installed;
  throw new Error(
    'The browser tests need Chromium or Chrome, and none was found or could be installed. Install one (on Debian: ' +
      'apt-get install chromium), or set CHROME_PATH to the path of one.',
  );
}

/** @returns {string[]} where this system's own browsers are */
function installedPlaces() {
  const { env } = process;
  if (process.platform === 'darwin') {
    const apps = [
      'Google Chrome.app/Contents/MacOS/Google Chrome',
      'Chromium.app/Contents/MacOS/Chromium',
      'Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
    ];
    return ['/Applications', join(env.HOME ?? '/', 'Applications')].flatMap((folder) =>
      apps.map((app) => join(folder, app)),
    );
  }
  if (process.platform === 'win32') {
    const programs = [
      'Google/Chrome/Application/chrome.exe',
      'Microsoft/Edge/Application/msedge.exe',
    ];
    return [env.ProgramFiles, env['ProgramFiles(x86)'], env.LOCALAPPDATA]
      .filter((folder) => folder !== undefined)
      .flatMap((folder) => programs.map((program) => join(folder, program)));
  }
  const names = ['chromium', 'google-chrome-stable', 'google-chrome', 'chromium-browser'];
  const folders = [...(env.PATH ?? '').split(delimiter), '/usr/bin', '/usr/local/bin', '/snap/bin'];
  return names.flatMap((name) => folders.map((folder) => join(folder, name)));
}

/** @returns {Promise<string[]>} the browser Playwright downloaded, if the package is there at all */
async function playwrightPlaces() {
  try {
    const { chromium } = await import('playwright');
    return [chromium.executablePath()];
  } catch {
    // Not installed, or not made for this system: then it has no browser for us.
    return [];
  }
}

/**
 * @param {string} path
 * @returns {boolean}
 */
function starts(path) {
  if (!existsSync(path)) return false;
  // On Windows `--version` opens a window instead of answering.
  if (process.platform === 'win32') return true;
  const result = spawnSync(path, ['--version'], { encoding: 'utf8', timeout: versionTimeout });
  return result.status === 0 && /Chrom|Edge/.test(result.stdout);
}

/** Ubuntu's package of that name only points to a snap, so it must be Debian itself. */
export function isDebianRoot() {
  if (process.getuid?.() !== 0 || !existsSync('/etc/os-release')) return false;
  return /^ID="?debian"?$/m.test(readFileSync('/etc/os-release', 'utf8'));
}
