/**
 * The page's store and its commands. The store mirrors the engine's snapshots; a command is sent to the engine and its
 * failure becomes a notice. Everything of the browser comes in through `StudioDependencies`, so that tests bring their own.
 */
import { createStore, type StoreApi } from 'zustand';
import { isZip } from '../checkpoint/file-roles';
import type { EngineHandle } from '../engine/client';
import { countAsked } from './asked';
import { type DemoFiles, type DemoManifest, fetchDemo } from './demo';
import { RESULTS_FILE, readDemoResults } from './demo-results';
import { splitDrop } from './drop';
import { createEndings } from './endings';
import { shownMerged } from './held';
import { createLayerFactorsCommand, withGroups } from './layer-factors';
import { createLinkCommands } from './link-commands';
import { PAGE_JOB } from './long-work';
import { createMergeHistory } from './merge-history';
import {
  isExpected,
  type NoticeText,
  noticeOfError,
  noticeOfFinding,
  noticeOfRemark,
  type Remedy,
  SILENT_LIBRARY,
  withNotice,
} from './notices';
import { initialPageState, type PageState } from './page-state';
import { createPinCommands, type PinCommands } from './pin-commands';
import { NO_PLATFORM, type Platform } from './platform';
import { createScalingFactorCommand } from './scaling-factor';
import { hasDemo, hasOwnModels, isEmpty, shownFactor } from './selectors';
import { spokenComparison, spokenStatus } from './spoken';
import { shareStructure } from './structure';
import { type SweepRange, sweepValues } from './sweep';
import { troubleReport } from './trouble';
import type {
  AddOutcome,
  ComparisonView,
  ConfigurationFormat,
  DroppedFile,
  EngineChoice,
  ExportedFile,
  ExportOptions,
  LayerFactors,
  LayerPreset,
  MergeSettings,
  OptionValue,
  PicturePlace,
  PictureQuery,
  PictureStory,
  PoolEdit,
  SampleImage,
  SearchName,
  StudioEngine,
  StudioState,
  TaskEdit,
  TaskInsight,
  TaskVectorDirections,
  TaskVectorRelations,
  TriedPicture,
} from './types';
import { createWeightsCommand, weighed } from './weights';

/** No browser tells when it has copied a file: by then it has, also where it asks for a place, for it begins at once. */
const TAKEN_MS = 10 * 60_000;

/** A library answers within a second or two, on a machine that is busy as well. */
const SILENT_MS = 30_000;

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
  /** The browser around the page; none without. */
  readonly platform?: Platform;
}

export interface StudioCommands extends PinCommands {
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
  /** How much an expert's task vector counts. */
  setWeight(id: string, weight: number): void;
  /** Changes several settings of the merge as one step, told in these words. */
  changeMerge(what: string, edit: (merge: MergeSettings) => MergeSettings): Promise<void>;
  /** Sets the factors of these groups of tensors; others stay. */
  setLayers(groups: LayerFactors): void;
  setLayerPreset(preset: LayerPreset): Promise<void>;
  /** The handle of the slider is held, or let go: what is set meanwhile is one step to undo. */
  holdSlider(held: boolean): void;
  undo(): Promise<void>;
  redo(): Promise<void>;
  /** True if a link to the merge on screen is in the clipboard. */
  copyLink(): Promise<boolean>;
  /** Opens the link in the address; nothing where there is none. */
  openLink(): Promise<void>;
  /** Waits no longer for what the link needs. */
  forgetLink(): void;
  showNegative(): void;
  /** Merges by another method, or with other options. */
  setMethod(name: string, options: Readonly<Record<string, OptionValue>>): Promise<void>;
  /** Merges as the recipe in this model's metadata says. */
  restoreRecipe(modelId: string): Promise<void>;
  downloadConfiguration(format: ConfigurationFormat): Promise<void>;
  /** Merges as a configuration of FusionBench or mergekit says. */
  openConfiguration(files: readonly DroppedFile[]): Promise<void>;
  /** Scores this range, and takes it for the next sweep as well; the same as before without. */
  sweep(range?: SweepRange): Promise<void>;
  /** Finds the scaling factor or weights on the pictures to choose by. */
  search(name: SearchName): Promise<void>;
  /** How the experts' task vectors relate; null if that was stopped, or the engine could not tell. */
  compareTaskVectors(): Promise<TaskVectorRelations | null>;
  /** The same of the directions in which they change every matrix. */
  compareDirections(): Promise<TaskVectorDirections | null>;
  /** Compares every method that fits the pool, or goes on with a comparison that was stopped. */
  compare(): Promise<void>;
  /** Merges by a method that was compared, with the options and at the factor that it was compared with: one step to undo. */
  takeCompared(row: ComparisonView['rows'][number]): Promise<void>;
  downloadComparison(): Promise<void>;
  stop(): Promise<void>;
  cancel(jobId: string): Promise<void>;
  chooseEngine(choice: EngineChoice): Promise<void>;
  downloadModel(options: ExportOptions): Promise<void>;
  downloadReport(): Promise<void>;
  /** Empty if the engine could not give any. */
  sampleImages(taskId: string, count: number): Promise<readonly SampleImage[]>;
  /** Null where the task is not scored, or the engine could not tell. */
  taskInsight(taskId: string, query: PictureQuery): Promise<TaskInsight | null>;
  /** Null while no picture is right with one model and wrong with the other. */
  pictureStory(before: PicturePlace | null): Promise<PictureStory | null>;
  /** Values that are to be scored when nothing else is. */
  lookAhead(values: readonly number[]): Promise<void>;
  /** Empty if the engine could not give any. */
  taskPictures(taskId: string, indices: readonly number[]): Promise<readonly SampleImage[]>;
  /**
   * Has the models look at a picture, in the place of the one before; what they make of it comes with the snapshots. Null ends it.
   * The picture as a browser draws it; or what keeps it from being tried, for people.
   */
  tryPicture(picture: TriedPicture | null): Promise<Blob | string | null>;
  hideDemo(): Promise<void>;
  showDemo(): Promise<void>;
  /** Hands a file that the page itself makes to the browser's downloads. */
  saveFile(make: () => ExportedFile | Promise<ExportedFile>): Promise<void>;
  /** Asks the user whether the system may tell of what ends. */
  allowNotifications(): Promise<void>;
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
  const { openEngine, requestFrame, address, demo, platform = NO_PLATFORM } = dependencies;
  const store = createStore<PageState>(() => ({
    ...initialPageState,
    demo: { ...initialPageState.demo, sentence: demo?.sentence ?? null },
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
  const nextJob = (): string => `${PAGE_JOB}${++counter}`;
  const endings = createEndings({ store, platform, notify });
  const save = (file: ExportedFile): void => {
    dependencies.save(file);
    endings.saved(file);
  };

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

  const layers = createLayerFactorsCommand({
    store,
    requestFrame,
    send: (value) => engine().setLayers(value),
    onError: notifyError,
  });
  const weights = createWeightsCommand({
    store,
    requestFrame,
    send: (value) => engine().setWeights(value),
    onError: notifyError,
  });
  const forgetFactors = (): void => {
    factor.forget();
    layers.forget();
    weights.forget();
  };

  /** The engine has what was asked for with a fader before it is asked for anything else. */
  const sendFactors = (): Promise<unknown> => {
    const { wanted, wantedLayers } = store.getState();
    return Promise.all([
      wanted !== null && engine().setScalingFactor(wanted),
      wantedLayers !== null && engine().setLayers(wantedLayers),
    ]);
  };

  /** The scaling factor that the address carries, or will in a moment; null before it was read, and where there is none. */
  let addressed: number | null = null;
  const setAddress = (value: number): void => {
    addressed = value;
    address.write(value);
  };
  const history = createMergeHistory({
    store,
    engine,
    factor,
    layers,
    weights,
    now: platform.now,
    onFactor: setAddress,
  });
  const links = createLinkCommands({
    store,
    engine,
    history,
    platform,
    notify,
    notifyError,
    forgetFactors,
  });
  const pins = createPinCommands({ store, engine, history, attempt, sendFactors, forgetFactors });
  /** Set in another tab, or by a recipe: a reload must not bring back the one that the address had before. */
  const correctAddress = (): void => {
    const { wanted, snapshot } = store.getState();
    if (addressed === null || wanted !== null || !snapshot?.method.hasScalingFactor) return;
    if (snapshot.scalingFactor === addressed) return;
    addressed = snapshot.scalingFactor;
    address.write(addressed);
  };
  store.subscribe(({ snapshot, wanted }, before) => {
    if (snapshot !== before.snapshot || wanted !== before.wanted) correctAddress();
  });

  let resultsAsked = false;
  /** The demo's measured curve: decoration, so that where it cannot be had nothing is said. */
  const fetchResults = (): void => {
    if (demo === null || resultsAsked) return;
    resultsAsked = true;
    dependencies
      .fetchDemoFile(RESULTS_FILE)
      .then(readDemoResults)
      .then((results) => store.setState((state) => ({ demo: { ...state.demo, results } })))
      .catch(() => undefined);
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
    endings.follow(snapshot);
    if (hasDemo(store.getState())) fetchResults();
  };

  /** Opens a worker and waits for its first snapshot. */
  const connect = async (): Promise<void> => {
    handle?.close();
    store.setState({ connection: 'starting' });
    const opened = countAsked(openEngine(), (step) =>
      store.setState(({ asked }) => ({ asked: asked + step })),
    );
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
    const answered = tellSilence();
    try {
      await opened.engine.connect((snapshot) => {
        if (handle !== opened) return;
        receive(snapshot);
        seeFirst?.();
      });
      connected = true;
      await first;
    } finally {
      answered();
    }
    store.setState({ connection: 'ready', fatal: null });
  };

  /** Says so where the library is silent for long; the notice goes when what is returned is called. */
  const tellSilence = (): (() => void) => {
    let told: number | null = null;
    const timer = setTimeout(() => {
      notify(SILENT_LIBRARY);
      told = counter;
    }, SILENT_MS);
    return () => {
      clearTimeout(timer);
      store.setState(({ notices }) => ({ notices: notices.filter(({ id }) => id !== told) }));
    };
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
  /** By its name a zip could be a model as well as pictures: the engine looks into it. */
  const unzipped = async (files: readonly DroppedFile[]): Promise<readonly DroppedFile[]> => {
    if (!files.some(({ path }) => isZip(path))) return files;
    let found = files;
    await run(async () => {
      found = await engine().unzipModels(files);
    });
    return found;
  };
  const addCheckpoints = (files: readonly DroppedFile[]): Promise<void> =>
    run(async () => {
      if (files.length === 0) return;
      persistOnce();
      report(
        await endings.timed('The import', () => engine().addCheckpoints(nextJob(), files, 'user')),
      );
      await links.added();
    });
  const addTaskImages = (files: readonly DroppedFile[]): Promise<void> =>
    run(async () => {
      if (files.length === 0) return;
      persistOnce();
      report(
        await endings.timed('The import', () => engine().addTaskImages(nextJob(), files, 'user')),
      );
      await links.added();
    });

  const openConfiguration = (files: readonly DroppedFile[]): Promise<void> =>
    run(async () => {
      for (const file of files) {
        await history.track('configuration', () => engine().applyConfiguration(file));
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
      await links.open();
    },
    async add(files) {
      const { checkpoints, taskImages, configurations } = splitDrop(await unzipped(files));
      await Promise.all([addCheckpoints(checkpoints), addTaskImages(taskImages)]);
      // Last: it may be about models of the same drop.
      await openConfiguration(configurations);
    },
    addCheckpoints,
    addTaskImages,
    editPool: (change) => edit(() => history.trackEdit(change, () => engine().editPool(change))),
    editTask: (change) => edit(() => engine().editTask(change)),
    setScalingFactor(value) {
      if (Number.isFinite(value)) history.set('scaling factor', { scalingFactor: value });
      factor.set(value);
      setAddress(value);
    },
    setWeight(id, weight) {
      const { snapshot, wantedWeights } = store.getState();
      const model = snapshot?.pool.models.find((one) => one.id === id);
      if (!snapshot || !model || !Number.isFinite(weight)) return;
      const present = weighed(snapshot.merge.models, wantedWeights ?? {});
      history.set(`weight of ${model.name}`, { models: weighed(present, { [id]: weight }) });
      weights.set({ [id]: weight });
    },
    changeMerge: (what, edit) => run(() => history.change(what, edit)),
    setLayers(groups) {
      const { snapshot, wantedLayers } = store.getState();
      if (snapshot === null) return;
      const present = wantedLayers ?? snapshot.merge.layers;
      const changed = withGroups(present, snapshot.layers, groups);
      history.set('layer factors', { layers: changed });
      layers.set(changed);
    },
    setLayerPreset: (preset) =>
      run(() =>
        history.track('layer factors', () => {
          layers.forget();
          return engine().setLayers(preset);
        }),
      ),
    holdSlider: (held) => (held ? history.hold() : history.release()),
    undo: () => run(history.undo),
    redo: () => run(history.redo),
    copyLink: links.copy,
    openLink: links.open,
    forgetLink: links.forget,
    ...pins,
    showNegative: () => store.setState({ view: { negative: true } }),
    setMethod: (name, options) =>
      run(() => history.track('method', () => engine().setMethod(name, options))),
    restoreRecipe: (modelId) =>
      run(() => history.track('recipe', () => engine().restoreRecipe(modelId))),
    downloadConfiguration: (format) =>
      run(async () => save(await engine().exportConfiguration(format))),
    openConfiguration,
    sweep: (range = store.getState().sweep) => {
      store.setState({ sweep: range });
      return run(() => engine().sweep(sweepValues(range), range.pictures));
    },
    search: (name) =>
      run(() =>
        endings.timed('The search', () =>
          history.track('search', () => engine().search(nextJob(), name)),
        ),
      ),
    compareTaskVectors: () =>
      attempt(
        () =>
          endings.timed('The comparison of task vectors', () =>
            engine().compareTaskVectors(nextJob()),
          ),
        null,
      ),
    compareDirections: () =>
      attempt(
        () =>
          endings.timed('The comparison of directions', () =>
            engine().compareDirections(nextJob()),
          ),
        null,
      ),
    compare: () =>
      run(async () => {
        await endings.timed('The comparison', () => engine().compare(nextJob()));
        const { comparison } = store.getState().snapshot ?? {};
        if (comparison) store.setState({ announcement: spokenComparison(comparison) });
      }),
    takeCompared: ({ name, told, options, scalingFactor }) =>
      run(() =>
        history.track('method and factor', async () => {
          factor.forget();
          // The method's own options, where others may have been set since.
          const isInUse = store.getState().snapshot?.method.name === name;
          const chosen = engine().setMethod(name, isInUse ? options : told);
          if (scalingFactor === null) return chosen;
          setAddress(scalingFactor);
          await Promise.all([chosen, engine().setScalingFactor(scalingFactor)]);
        }),
      ),
    downloadComparison: () => run(async () => save(await engine().exportComparison())),
    stop: () => run(() => engine().stop()),
    cancel: (jobId) => run(() => engine().cancel(jobId)),
    chooseEngine: (choice) => run(() => engine().chooseEngine(choice)),
    downloadModel: (options) =>
      run(async () => {
        const writer = engine();
        const exported = await endings.guarded(() =>
          endings.timed('The merged model', () => writer.exportModel(nextJob(), options)),
        );
        save(exported);
        const { download } = exported;
        if (download === undefined) return;
        // An engine that was replaced meanwhile took its scratch files with it.
        const release = () => void writer.releaseDownload(download).catch(() => undefined);
        setTimeout(release, TAKEN_MS);
      }),
    downloadReport: () => run(async () => save(await engine().exportReport())),
    sampleImages: (taskId, count) => attempt(() => engine().sampleImages(taskId, count), []),
    taskInsight: (taskId, query) => attempt(() => engine().taskInsight(taskId, query), null),
    pictureStory: (before) => attempt(() => engine().pictureStory(before), null),
    lookAhead: (values) => run(() => engine().lookAhead(values)),
    taskPictures: (taskId, indices) => attempt(() => engine().taskPictures(taskId, indices), []),
    // Told where the picture is, and not in a notice behind it.
    tryPicture: async (picture) => {
      try {
        return await engine().tryPicture(picture);
      } catch (error) {
        return error instanceof Error ? error.message : String(error);
      }
    },
    hideDemo: () => run(() => engine().setDemoHidden(true)),
    showDemo: () =>
      run(async () => {
        await engine().setDemoHidden(false);
        await loadDemo(() => hasOwnModels(store.getState()));
      }),
    saveFile: (make) => run(async () => save(await make())),
    allowNotifications: () => run(endings.allow),
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
