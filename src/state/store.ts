/**
 * The page's store and its commands. The store mirrors the engine's snapshots; a command is sent to the engine and its
 * failure becomes a notice. Everything of the browser comes in through `StudioDependencies`, so that tests bring their own.
 */
import { createStore, type StoreApi } from 'zustand';
import type { EngineHandle } from '../engine/client';
import { createActing } from './commands/acting';
import { type AddingCommands, createAddingCommands } from './commands/adding';
import { type ComputingCommands, createComputingCommands } from './commands/computing';
import { createConnection } from './commands/connection';
import { createDemo, type DemoCommands } from './commands/demo';
import { createDownloadCommands, type DownloadCommands } from './commands/downloads';
import { createFaders, type FaderCommands } from './commands/faders';
import { createLinkCommands } from './commands/links';
import { createLookingCommands, type LookingCommands } from './commands/looking';
import { createMergingCommands, type MergingCommands } from './commands/merging';
import { createPinCommands, type PinCommands } from './commands/pins';
import type { DemoManifest } from './demo';
import { createEndings } from './endings';
import { shownMerged } from './held';
import { type NoticeText, noticeOfRemark } from './notices';
import { initialPageState, type PageState } from './page-state';
import { NO_PLATFORM, type Platform } from './platform';
import { shownFactor } from './selectors';
import { spokenStatus } from './spoken';
import { shareStructure } from './structure';
import type { ExportedFile, StudioState, TaskEdit } from './types';

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

export interface StudioCommands
  extends AddingCommands,
    ComputingCommands,
    DemoCommands,
    DownloadCommands,
    FaderCommands,
    LookingCommands,
    MergingCommands,
    PinCommands {
  /** Opens the engine, takes the address's scaling factor, loads the demo into an empty library. */
  start(): Promise<void>;
  /** Replaces the engine's worker: the way out of a lost device. The library stays. */
  restart(): Promise<void>;
  /** True if the engine took the edit. */
  editTask(edit: TaskEdit): Promise<boolean>;
  /** True if a link to the merge on screen is in the clipboard. */
  copyLink(): Promise<boolean>;
  /** Opens the link in the address; nothing where there is none. */
  openLink(): Promise<void>;
  /** Waits no longer for what the link needs. */
  forgetLink(): void;
  showNegative(): void;
  /** Asks the user whether the system may tell of what ends. */
  allowNotifications(): Promise<void>;
  /** Tells of an error that reached the top of the page, with a report that can be copied. */
  tellUnhandled(error: unknown): void;
  /** Tells of something that no command led to. */
  tell(notice: NoticeText): void;
  dismiss(noticeId: number): void;
}

export interface Studio {
  readonly store: StoreApi<PageState>;
  readonly commands: StudioCommands;
}

export function createStudio(dependencies: StudioDependencies): Studio {
  const { address, platform = NO_PLATFORM } = dependencies;
  const store = createStore<PageState>(() => ({
    ...initialPageState,
    demo: { ...initialPageState.demo, sentence: dependencies.demo?.sentence ?? null },
  }));
  const connection = createConnection(store, dependencies.openEngine);
  const acting = createActing(store, () => {
    const engine = connection.engine();
    if (engine === null) throw new Error('The engine has not been started yet.');
    return engine;
  });
  const { engine, run, notify } = acting;

  const endings = createEndings({ store, platform, notify });
  const faders = createFaders({ ...acting, ...dependencies, now: platform.now });
  const { history } = faders;
  const merging = createMergingCommands(acting, faders);
  const links = createLinkCommands({ ...acting, ...faders, platform });
  const demo = createDemo({ ...acting, ...dependencies });

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
  };
  const open = (): Promise<boolean> =>
    connection.open({
      acting,
      onOpen: () => {
        toldRemark = 0;
      },
      onSnapshot: receive,
    });

  const commands: StudioCommands = {
    ...createAddingCommands({ ...acting, ...dependencies, ...merging, endings, links }),
    ...createComputingCommands({ ...acting, endings, history }),
    ...demo.commands,
    ...createDownloadCommands({ ...acting, ...dependencies, endings }),
    ...faders.commands,
    ...createLookingCommands(acting),
    ...merging,
    ...createPinCommands({ ...acting, ...faders }),
    async start() {
      const opening = open();
      if (dependencies.demo && address.wantsDemo() && (await dependencies.isFirstVisit())) {
        demo.expect();
        // Before the engine has read its library. Whether it comes up at all is seen below.
        connection
          .engine()
          ?.expectTasks()
          .catch(() => undefined);
      }
      if (!(await opening)) return;
      faders.takeAddress();
      await demo.begin(address.wantsDemo() && store.getState().snapshot?.demoHidden === false);
      await links.open();
    },
    async restart() {
      const before = shownFactor(store.getState());
      if (!(await open()) || before === null) return;
      if (before !== store.getState().snapshot?.scalingFactor) faders.factor.set(before);
    },
    editTask: (change) => acting.edit(() => engine().editTask(change)),
    copyLink: links.copy,
    openLink: links.open,
    forgetLink: links.forget,
    showNegative: () => store.setState({ view: { negative: true } }),
    allowNotifications: () => run(endings.allow),
    tellUnhandled: (error) => acting.notifyTrouble(error, 'reload'),
    tell: notify,
    dismiss: acting.dismiss,
  };
  return { store, commands };
}
