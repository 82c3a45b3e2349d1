/** The demo: fetched while the engine starts, added to a library that is empty, hidden and shown again. */
import { type DemoFiles, type DemoManifest, fetchDemo } from '../demo';
import { RESULTS_FILE, readDemoResults } from '../demo-results';
import type { PageState } from '../page-state';
import { hasDemo, hasOwnModels, isEmpty } from '../selectors';
import type { Acting } from './acting';
import { reportAdded } from './adding';

export interface DemoCommands {
  hideDemo(): Promise<void>;
  showDemo(): Promise<void>;
}

export interface Demo {
  readonly commands: DemoCommands;
  /** Fetches it before the library was read: on a first visit, which will want it. */
  expect(): void;
  /** Adds it where the library is empty and nobody has begun. */
  begin(isWanted: boolean): Promise<void>;
}

export interface DemoPort extends Acting {
  readonly demo: DemoManifest | null;
  readonly fetchDemoFile: (path: string) => Promise<Blob>;
}

export function createDemo(port: DemoPort): Demo {
  const { demo, store, engine, run } = port;
  /** Its files, while they are wanted and not added yet. */
  let files: Promise<DemoFiles> | null = null;
  let busy = false;
  let resultsAsked = false;

  const set = (changes: Partial<PageState['demo']>): void =>
    store.setState((state) => ({ demo: { ...state.demo, ...changes } }));
  const fetchFiles = (manifest: DemoManifest): Promise<DemoFiles> => {
    const fetched = fetchDemo(manifest, port.fetchDemoFile, (done, of) =>
      set({ loading: { done, of } }),
    );
    // Told where the files are waited for.
    fetched.catch(() => undefined);
    return fetched;
  };
  const forgetFiles = (): void => {
    files = null;
    set({ loading: null });
  };

  /** `unless` is asked once the files are there: fetching takes a moment, in which the user may have begun. */
  const load = (unless: () => boolean): Promise<void> =>
    run(async () => {
      if (demo === null || busy) return;
      busy = true;
      try {
        files ??= fetchFiles(demo);
        const { models, tasks, heads } = await files;
        if (unless()) return;
        // Side by side: pictures are read while the models' weights are measured.
        const outcomes = await Promise.all([
          engine().addCheckpoints(port.nextJob(), models, 'demo', heads),
          engine().addTaskImages(port.nextJob(), tasks, 'demo'),
        ]);
        for (const outcome of outcomes) reportAdded(port, outcome);
      } finally {
        busy = false;
        forgetFiles();
      }
    });

  store.subscribe((state) => {
    if (demo === null || resultsAsked || !hasDemo(state)) return;
    resultsAsked = true;
    // The demo's measured curve: decoration, so that where it cannot be had nothing is said.
    port
      .fetchDemoFile(RESULTS_FILE)
      .then(readDemoResults)
      .then((results) => set({ results }))
      .catch(() => undefined);
  });

  return {
    commands: {
      hideDemo: () => run(() => engine().setDemoHidden(true)),
      showDemo: () =>
        run(async () => {
          await engine().setDemoHidden(false);
          await load(() => hasOwnModels(store.getState()));
        }),
    },
    expect() {
      if (demo !== null) files = fetchFiles(demo);
    },
    async begin(isWanted) {
      const hasBegun = () => {
        const now = store.getState();
        return !isEmpty(now) || (now.snapshot?.jobs.length ?? 0) > 0;
      };
      if (isEmpty(store.getState()) && isWanted) await load(hasBegun);
      else forgetFiles();
    },
  };
}
