/** Opens the page in the user's browser, where there is a desktop to open it on. */
import { spawn } from 'node:child_process';

/**
 * Whether a browser window would be seen by anybody.
 * @param {NodeJS.ProcessEnv} env
 * @param {NodeJS.Platform} platform
 */
export function hasDesktop(env, platform) {
  if (env.CI || env.BROWSER === 'none') return false;
  if (platform === 'darwin' || platform === 'win32') return true;
  return Boolean(env.DISPLAY || env.WAYLAND_DISPLAY);
}

/**
 * Opens `url`; a failure is not worth a word, the address stands in the terminal.
 * @param {string} url
 */
export function openInBrowser(url) {
  const [command, args] = opener(url);
  const child = spawn(command, args, { stdio: 'ignore', detached: true });
  child.once('error', () => {});
  child.unref();
}

/**
 * @param {string} url
 * @returns {[string, string[]]}
 */
function opener(url) {
  if (process.platform === 'darwin') return ['open', [url]];
  // `start` is a word of the shell; its first quoted argument is a window title.
  if (process.platform === 'win32') return ['cmd', ['/c', 'start', '""', url]];
  return ['xdg-open', [url]];
}
