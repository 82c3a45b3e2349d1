/** Firefox: the demo's scores, its bytes, its next visit; and WebGPU by another compiler (Naga) and driver (Mesa). */
import { findFirefox } from '../scripts/lib/other-browsers.mjs';
import { demoPath } from './support/driven/demo-path';
import { openFirefox } from './support/driven/firefox';
import { test } from './support/driven/test';

const firefox = findFirefox();
test.skip(firefox === undefined, 'There is no Firefox here.');

demoPath(() => openFirefox(firefox ?? ''));
