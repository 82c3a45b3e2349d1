/** The studio in a browser: the real engine, the page's address and downloads. */
import { openEngine } from '../engine/client';
import { browserPlatform } from './browser-platform';
import { builtInDemo, fetchDemoFile } from './demo';
import { saveFile } from './downloads';
import { isFirstVisit } from './first-visit';
import { askToPersist } from './persist';
import { createStudio, type Studio } from './store';
import { readScalingFactor, wantsDemo, writeScalingFactor } from './url';

/** Browsers refuse more than about 100 changes of the address in 30 seconds; a drag makes 60 in one. */
const ADDRESS_DELAY_MS = 300;

/** What the page cannot do without, as a sentence for people; null if all of it is there. */
export function missingPlatform(): string | null {
  if (typeof Worker === 'undefined') {
    return 'This browser offers no Web Workers, in which the merge and the scoring run. Use a current Chrome, Edge, Firefox or Safari.';
  }
  if (typeof indexedDB === 'undefined' || indexedDB === null) {
    return 'This browser offers no IndexedDB, in which the checkpoints are kept. Private windows of some browsers switch it off: try a normal window.';
  }
  return null;
}

export function createBrowserStudio(): Studio {
  let timer: number | undefined;
  const studio = createStudio({
    openEngine: () => openEngine(),
    requestFrame: (callback) => requestAnimationFrame(callback),
    address: {
      read: () => readScalingFactor(location.hash),
      wantsDemo: () => wantsDemo(location.hash),
      write: (value) => {
        clearTimeout(timer);
        timer = window.setTimeout(() => {
          history.replaceState(null, '', writeScalingFactor(location.hash, value));
        }, ADDRESS_DELAY_MS);
      },
    },
    save: saveFile,
    demo: builtInDemo(),
    fetchDemoFile,
    isFirstVisit,
    persist: askToPersist,
    platform: browserPlatform(),
  });
  window.addEventListener('hashchange', () => {
    const value = readScalingFactor(location.hash);
    if (value !== null) studio.commands.setScalingFactor(value);
    void studio.commands.openLink();
  });
  return studio;
}
