import { expect, it } from 'vitest';
import { hasDesktop } from './desktop.mjs';

it.each<[NodeJS.Platform, NodeJS.ProcessEnv, boolean]>([
  ['linux', {}, false],
  ['linux', { DISPLAY: ':0' }, true],
  ['linux', { WAYLAND_DISPLAY: 'wayland-0' }, true],
  ['linux', { DISPLAY: ':0', CI: 'true' }, false],
  ['linux', { DISPLAY: ':0', BROWSER: 'none' }, false],
  ['darwin', {}, true],
  ['darwin', { BROWSER: 'none' }, false],
  ['win32', {}, true],
  ['win32', { CI: '1' }, false],
])('on %s with %o a window would be seen: %s', (platform, env, seen) => {
  expect(hasDesktop(env, platform)).toBe(seen);
});
