/** Where this program keeps what it can compute again, by the custom of the platform. */
import { isAbsolute, join, resolve } from 'node:path';
import type { Surroundings } from './surroundings';

/** Names another folder, or is `off`. */
export const CACHE_VARIABLE = 'TASK_ARITHMETIC_STUDIO_CACHE';

/** Null where there shall be none, or where the environment names no home to keep it in. */
export function cacheFolder(
  { cwd, env }: Surroundings,
  platform: NodeJS.Platform = process.platform,
): string | null {
  const chosen = env[CACHE_VARIABLE];
  if (chosen === 'off') return null;
  if (chosen) return resolve(cwd, chosen);
  const caches = platformCaches(env, platform);
  return caches ? join(caches, 'task-arithmetic-studio') : null;
}

function platformCaches(
  { HOME, LOCALAPPDATA, XDG_CACHE_HOME }: Surroundings['env'],
  platform: NodeJS.Platform,
): string | undefined {
  if (platform === 'win32') return LOCALAPPDATA;
  if (platform === 'darwin') return HOME && join(HOME, 'Library/Caches');
  // A relative path is to be ignored (XDG Base Directory Specification 0.8).
  if (XDG_CACHE_HOME && isAbsolute(XDG_CACHE_HOME)) return XDG_CACHE_HOME;
  return HOME && join(HOME, '.cache');
}
