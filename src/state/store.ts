/**
 * The page's store and its commands. The store mirrors the engine's snapshots; a command is sent to the engine and its
 * failure becomes a notice. Everything of the browser comes in through `StudioDependencies`, so that tests bring their own.
 */
import { createStore, type StoreApi } from 'zustand';
import type { EngineHandle } from '../engine/client';
import { type DemoFiles, type DemoManifest, fetchDemo } from './demo';
import { splitDrop } from './drop';
import { shownMerged } from './held';
import {
  isExpected,
  type NoticeText,
  noticeOfError,
  noticeOfFinding,
  noticeOfRemark,
  type Remedy,
  withNotice,
} from './notices';
import { initialPageState, type PageState } from './page-state';
import { createScalingFactorCommand } from './scaling-factor';
import { hasOwnModels, isEmpty, shownFactor } from './selectors';
import { spokenStatus } from './spoken';
import { shareStructure } from './structure';
import { troubleReport } from './trouble';
import type {
  AddOutcome,
  ConfigurationFormat,
  DroppedFile,
  EngineChoice,
  ExportedFile,
  ExportOptions,
  OptionValue,
  PoolEdit,
  SampleImage,
  SearchName,
  StudioEngine,
  StudioState,
  TaskEdit,
} from './types';

/** The values of a sweep: 0, 0.1, ... 1.5, each the nearest number to its decimal. */
export const SWEEP_VALUES: readonly number[] = Array.from({ length: 16 }, (_, i) => i / 10);

/** No browser tells when it has copied a file: by then it has, also where it asks for a place, for it begins at once. */
const TAKEN_MS = 10 * 60_000;

export interface StudioDependencies {
  readonly openEngine: () => EngineHandle;
  readonly requestFrame: (callback: () => void) => void;
  /** The part of the page's address that carries the scaling factor, and whether the demo is wanted. */
  readonly address: { read(): number | null; write(value: number): void; wantsDemo(): boolean };
  readonly save: (file: ExportedFile) => void;
  readonly demo: DemoManifest | null;
  readonly fetchDemoFile: (path: string) => Promise<Blob>;
  /** True only where the library is known to be empty, so that the demo can be fetched before the engine is there. */
  readonly isFirstVisit: () => Promise<boolean>;
  /** Asks the browser to keep what is stored. Called once, when the user first adds something: the demo is no loss. */
  readonly persist: () => void;
}

export interface StudioCommands {
  /** Opens the engine, takes the address's scaling factor, loads the demo into an empty library. */
  start(): Promise<void>;
  /** A drop of anything: each file goes to the pool it is for. */
  add(files: readonly DroppedFile[]): Promise<void>;
  addCheckpoints(files: readonly DroppedFile[]): Promise<void>;
  addTaskImages(files: readonly DroppedFile[]): Promise<void>;
  /** True if the engine took the edit. */
  editPool(edit: PoolEdit): Promise<boolean>;
  editTask(edit: TaskEdit): Promise<boolean>;
  setScalingFactor(value: number): void;
  /** Merges by another method, or with other options. */
  setMethod(name: string, options: Readonly<Record<string, OptionValue>>): Promise<void>;
  /** Merges as the recipe in this model's metadata says. */
  restoreRecipe(modelId: string): Promise<void>;
  downloadConfiguration(format: ConfigurationFormat): Promise<void>;
  /** Merges as a configuration of FusionBench or mergekit says. */
  openConfiguration(files: readonly DroppedFile[]): Promise<void>;
  sweep(): Promise<void>;
  /** Finds the scaling factor or weights on the pictures to choose by. */
  search(name: SearchName): Promise<void>;
  stop(): Promise<void>;
  cancel(jobId: string): Promise<void>;
  chooseEngine(choice: EngineChoice): Promise<void>;
  downloadModel(options: ExportOptions): Promise<void>;
  downloadReport(): Promise<void>;
  /** Empty if the engine could not give any. */
  sampleImages(taskId: string, count: number): Promise<readonly SampleImage[]>;
  hideDemo(): Promise<void>;
  showDemo(): Promise<void>;
  /** Hands a file that the page itself makes to the browser's downloads. */
  saveFile(make: () => ExportedFile | Promise<ExportedFile>): Promise<void>;
  /** Tells of an error that reached the top of the page, with a report that can be copied. */
  tellUnhandled(error: unknown): void;
  /** Tells of something that no command led to. */
  tell(notice: NoticeText): void;
  dismiss(noticeId: number): void;
  /** Replaces the engine's worker: the way out of a lost device. The library stays. */
  restart(): Promise<void>;
}

export interface Studio {
  readonly store: StoreApi<PageState>;
  readonly commands: StudioCommands;
}

export function createStudio(dependencies: StudioDependencies): Studio {
  const { openEngine, requestFrame, address, save, demo } = dependencies;
  const store = createStore<PageState>(() => ({
    ...initialPageState,
    demo: { sentence: demo?.sentence ?? null, loading: null },
  }));
  let handle: EngineHandle | null = null;
  let counter = 0;

  const notify = (notice: NoticeText | null): void => {
    if (notice === null) return;
    const added = { ...notice, id: ++counter };
    store.setState(({ notices }) => ({ notices: withNotice(notices, added) }));
  };
  /** What nobody expected: told at once, and its report a moment later, when the browser has said what it is. */
  const notifyTrouble = (error: unknown, remedy: Remedy): void => {
    const notice = noticeOfError(error);
    if (notice === null) return;
    notify({ ...notice, remedy });
    const id = counter;
    void troubleReport(error, store.getState()).then((details) =>
      store.setState(({ notices }) => ({
        notices: notices.map((each) => (each.id === id ? { ...each, details } : each)),
      })),
    );
  };
  const notifyError = (error: unknown): void =>
    isExpected(error) ? notify(noticeOfError(error)) : notifyTrouble(error, 'reload');
  const nextJob = (): string => `page-${++counter}`;

  const engine = (): StudioEngine => {
    if (handle === null) throw new Error('The engine has not been started yet.');
    return handle.engine;
  };

  /** Runs a command; its failure becomes a notice and `fallback` the answer. */
  const attempt = async <T>(command: () => Promise<T>, fallback: T): Promise<T> => {
    try {
      return await command();
    } catch (error) {
      notifyError(error);
      return fallback;
    }
  };
  const run = (command: () => Promise<void>): Promise<void> => attempt(command, undefined);
  const edit = (command: () => Promise<void>): Promise<boolean> =>
    attempt(async () => command().then(() => true), false);

  const factor = createScalingFactorCommand({
    store,
    requestFrame,
    send: (value) => engine().setScalingFactor(value),
    onError: notifyError,
  });

  /** The scaling factor that the address carries, or will in a moment; null before it was read, and where there is none. */
  let addressed: number | null = null;
  /** Set in another tab, or by a recipe: a reload must not bring back the one that the address had before. */
  const correctAddress = (): void => {
    const { wanted, snapshot } = store.getState();
    if (addressed === null || wanted !== null || !snapshot?.method.hasScalingFactor) return;
    if (snapshot.scalingFactor === addressed) return;
    addressed = snapshot.scalingFactor;
    address.write(addressed);
  };

  /** The last remark that was told, of the engine that is connected. */
  let toldRemark = 0;
  const receive = (snapshot: StudioState): void => {
    for (const remark of snapshot.remarks) {
      if (remark.id <= toldRemark) continue;
      toldRemark = remark.id;
      notify(noticeOfRemark(remark));
    }
    store.setState((state) => {
      const merged = shareStructure(state.merged, shownMerged(state.merged, snapshot));
      return {
        snapshot: shareStructure(state.snapshot, snapshot),
        merged,
        spoken: shareStructure(state.spoken, spokenStatus(state.spoken, snapshot, merged)),
      };
    });
    factor.reconcile();
    correctAddress();
  };

  /** Opens a worker and waits for its first snapshot. */
  const connect = async (): Promise<void> => {
    handle?.close();
    store.setState({ connection: 'starting' });
    const opened = openEngine();
    handle = opened;
    toldRemark = 0;
    let connected = false;
    opened.onTrouble((error) => {
      if (handle === opened && connected) notifyTrouble(error, 'restart');
    });
    let seeFirst: (() => void) | undefined;
    const first = new Promise<void>((resolve) => {
      seeFirst = resolve;
    });
    await opened.engine.connect((snapshot) => {
      if (handle !== opened) return;
      receive(snapshot);
      seeFirst?.();
    });
    connected = true;
    await first;
    store.setState({ connection: 'ready', fatal: null });
  };

  /** False, and the page says why, if no engine came up. */
  const open = async (): Promise<boolean> => {
    try {
      await connect();
      return true;
    } catch (error) {
      const fatal = error instanceof Error ? error.message : String(error);
      store.setState({ connection: 'failed', fatal });
      return false;
    }
  };

  const report = (outcome: AddOutcome): void => {
    for (const finding of outcome.findings) notify(noticeOfFinding(finding));
    if (outcome.added.length > 0) {
      store.setState({ announcement: `Added ${outcome.added.join(', ')}.` });
    }
  };
  let persistAsked = false;
  const persistOnce = (): void => {
    if (persistAsked) return;
    persistAsked = true;
    dependencies.persist();
  };
  const addCheckpoints = (files: readonly DroppedFile[]): Promise<void> =>
    run(async () => {
      if (files.length === 0) return;
      persistOnce();
      report(await engine().addCheckpoints(nextJob(), files, 'user'));
    });
  const addTaskImages = (files: readonly DroppedFile[]): Promise<void> =>
    run(async () => {
      if (files.length === 0) return;
      persistOnce();
      report(await engine().addTaskImages(nextJob(), files, 'user'));
    });

  const openConfiguration = (files: readonly DroppedFile[]): Promise<void> =>
    run(async () => {
      for (const file of files) {
        await engine().applyConfiguration(file);
        store.setState({ announcement: `Merging as ${file.path} says.` });
      }
    });

  const setDemoLoading = (loading: PageState['demo']['loading']): void =>
    store.setState((state) => ({ demo: { ...state.demo, loading } }));
  /** The demo's files while they are wanted and not added yet. */
  let demoFiles: Promise<DemoFiles> | null = null;
  const fetchDemoFiles = (manifest: DemoManifest): Promise<DemoFiles> => {
    const files = fetchDemo(manifest, dependencies.fetchDemoFile, (done, of) =>
      setDemoLoading({ done, of }),
    );
    // Told where the files are waited for.
    files.catch(() => undefined);
    return files;
  };
  const forgetDemoFiles = (): void => {
    demoFiles = null;
    setDemoLoading(null);
  };
  let demoBusy = false;
  /** `unless` is asked once the files are there: fetching takes a moment, in which the user may have begun. */
  const loadDemo = (unless: () => boolean): Promise<void> =>
    run(async () => {
      if (demo === null || demoBusy) return;
      demoBusy = true;
      try {
        demoFiles ??= fetchDemoFiles(demo);
        const files = await demoFiles;
        if (unless()) return;
        // Side by side: pictures are read while the models' weights are measured.
        const outcomes = await Promise.all([
          engine().addCheckpoints(nextJob(), files.models, 'demo', files.heads),
          engine().addTaskImages(nextJob(), files.tasks, 'demo'),
        ]);
        for (const outcome of outcomes) report(outcome);
      } finally {
        demoBusy = false;
        forgetDemoFiles();
      }
    });

  const commands: StudioCommands = {
    async start() {
      const opening = open();
      if (demo !== null && address.wantsDemo() && (await dependencies.isFirstVisit())) {
        demoFiles = fetchDemoFiles(demo);
        // Before the engine has read its library. Whether it comes up at all is seen below.
        handle?.engine.expectTasks().catch(() => undefined);
      }
      if (!(await opening)) return;
      const shared = address.read();
      if (shared !== null) factor.set(shared);
      addressed = shared;
      const state = store.getState();
      const wanted = address.wantsDemo() && state.snapshot?.demoHidden === false;
      const begun = () => {
        const now = store.getState();
        return !isEmpty(now) || (now.snapshot?.jobs.length ?? 0) > 0;
      };
      if (isEmpty(state) && wanted) await loadDemo(begun);
      else forgetDemoFiles();
    },
    async add(files) {
      const { checkpoints, taskImages, configurations } = splitDrop(files);
      await Promise.all([addCheckpoints(checkpoints), addTaskImages(taskImages)]);
      // Last: it may be about models of the same drop.
      await openConfiguration(configurations);
    },
    addCheckpoints,
    addTaskImages,
    editPool: (change) => edit(() => engine().editPool(change)),
    editTask: (change) => edit(() => engine().editTask(change)),
    setScalingFactor(value) {
      factor.set(value);
      addressed = value;
      address.write(value);
    },
    setMethod: (name, options) => run(() => engine().setMethod(name, options)),
    restoreRecipe: (modelId) => run(() => engine().restoreRecipe(modelId)),
    downloadConfiguration: (format) =>
      run(async () => save(await engine().exportConfiguration(format))),
    openConfiguration,
    sweep: () => run(() => engine().sweep(SWEEP_VALUES)),
    search: (name) => run(() => engine().search(nextJob(), name)),
    stop: () => run(() => engine().stop()),
    cancel: (jobId) => run(() => engine().cancel(jobId)),
    chooseEngine: (choice) => run(() => engine().chooseEngine(choice)),
    downloadModel: (options) =>
      run(async () => {
        const writer = engine();
        const exported = await writer.exportModel(nextJob(), options);
        save(exported);
        const { download } = exported;
        if (download === undefined) return;
        // An engine that was replaced meanwhile took its scratch files with it.
        const release = () => void writer.releaseDownload(download).catch(() => undefined);
        setTimeout(release, TAKEN_MS);
      }),
    downloadReport: () => run(async () => save(await engine().exportReport())),
    sampleImages: (taskId, count) => attempt(() => engine().sampleImages(taskId, count), []),
    hideDemo: () => run(() => engine().setDemoHidden(true)),
    showDemo: () =>
      run(async () => {
        await engine().setDemoHidden(false);
        await loadDemo(() => hasOwnModels(store.getState()));
      }),
    saveFile: (make) => run(async () => save(await make())),
    tellUnhandled: (error) => notifyTrouble(error, 'reload'),
    tell: notify,
    dismiss: (noticeId) =>
      store.setState(({ notices }) => ({ notices: notices.filter(({ id }) => id !== noticeId) })),
    async restart() {
      const before = shownFactor(store.getState());
      if (!(await open()) || before === null) return;
      if (before !== store.getState().snapshot?.scalingFactor) factor.set(before);
    },
  };
  return { store, commands };
}
