/** WebKitGTK: the demo's scores, its bytes, its next visit. */
import { findWebKit } from '../scripts/lib/other-browsers.mjs';
import { demoPath } from './support/driven/demo-path';
import { test } from './support/driven/test';
import { openWebKit } from './support/driven/webkit';

const webkit = findWebKit();
test.skip(webkit === undefined, 'There is no WebKitGTK here.');

demoPath(
  () => {
    if (webkit === undefined) throw new Error('There is no WebKitGTK here.');
    // In the locale C, where Intl knows no locale by its name.
    return openWebKit(webkit, 'C');
  },
  { loses: true },
);
