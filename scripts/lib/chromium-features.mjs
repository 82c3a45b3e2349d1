/** What Chromium's own window shows, and no test looks at. */

/**
 * Playwright's list for the pinned version; of two lists Chromium takes the last alone, so ours has to hold it as well.
 * `chromium-features.test.ts` holds it to Playwright's.
 */
export const disabledByPlaywright = [
  'AvoidUnnecessaryBeforeUnloadCheckSync',
  'DestroyProfileOnBrowserClose',
  'HttpsUpgrades',
  'HttpsFirstBalancedModeAutoEnable',
  'LensOverlay',
  'MediaRouter',
  'PaintHolding',
  'ThirdPartyStoragePartitioning',
  'AvoidCorsURLLoaderRestartOnRedirect',
  'TcpPortRandomizationWin',
  'OptimizationHints',
  'NetworkTimeServiceQuerying',
  'AimEnabled',
  'PreconnectToSearch',
  'msForceBrowserSignIn',
  'msEdgeUpdateLaunchServicesPreferredVersion',
];

/** The address bar's suggestions are two hidden pages in every new window: four fifths of what opening one costs. */
const addressBar = ['WebUIOmniboxPopup', 'WebUIOmniboxAimPopup'];

/** The argument that switches both off. */
export const withoutAddressBar = `--disable-features=${[...disabledByPlaywright, ...addressBar].join(',')}`;
