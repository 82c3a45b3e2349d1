/**
 * Test support: a browser's worth of surroundings for engines over one library: a database, locks, a disk and a compute
 * engine that answer in an order which a scheduler chooses, and tabs that can be killed at any moment.
 */
import 'fake-indexeddb/auto';
import { AsyncLocalStorage } from 'node:async_hooks';
import { vi } from 'vitest';
import { openLibrary } from '../../storage/library';
import { fakeDisk, fakeLocks, stubNavigator } from '../../storage/test-support';
import type { Library } from '../../storage/types';
import type { StudioEngine, StudioState } from '../api';
import { createEngine } from '../engine';
import { type FakeOrt, fakeOrt } from './fake-ort';

/** Resolves when it is this one's turn. */
export type Turn = (label: string) => Promise<void>;

/** Everything that ends with a tab. */
interface Life {
  dead: boolean;
  readonly transactions: Set<IDBTransaction>;
  readonly locks: Set<string>;
  /** Calls of its library that were not answered yet. */
  asked: number;
  /** Buffers of its tensor backends that were not freed. */
  buffers: number;
}

const lives = new AsyncLocalStorage<Life>();

/** Counts buffers of the tab that allocates and frees them; for a mocked backend. */
export function countBuffers(change: 1 | -1): void {
  const life = lives.getStore();
  if (life) life.buffers += change;
}

export interface Tab {
  readonly engine: StudioEngine;
  /** The latest snapshot; undefined before the first. */
  state(): StudioState;
  /** Has `connect` been answered? */
  connected(): boolean;
  /** Calls of its library that it waits for. */
  asked(): number;
  readonly library: Library;
  readonly ort: FakeOrt;
  readonly buffers: () => number;
  /** Runs work as this tab's own. */
  inside<T>(work: () => T): T;
  close(): Promise<void>;
}

export interface World {
  readonly storeName: string;
  /** Tabs that are open. */
  readonly tabs: readonly Tab[];
  /** Opens one more tab; it connects in its own time. */
  open(): Tab;
  /** The tab dies: nothing it does reaches anything any more, and what it held is free. */
  kill(tab: Tab): void;
  close(tab: Tab): Promise<void>;
  /** Calls of libraries that living tabs wait for. */
  asked(): number;
  /** Names of scratch files on the disk. */
  scratchFiles(): readonly string[];
  /** Ends the world. */
  end(): Promise<void>;
}

let worlds = 0;

export function createWorld(turn: Turn): World {
  const storeName = `world-${process.pid}-${++worlds}`;
  const disk = fakeDisk({ atOnce: Number.MAX_SAFE_INTEGER });
  const locks = fakeLocks();
  const tabs: Tab[] = [];
  const killers = new Map<Tab, () => void>();
  stubNavigator({ storage: { getDirectory: disk.getDirectory }, locks: { request: lockFor } });
  const restoreOpen = watchConnections();

  function lockFor(...given: Parameters<typeof locks.request>): Promise<unknown> {
    const life = lives.getStore();
    if (life?.dead) return new Promise(() => undefined);
    const [name] = given;
    const parameters = given.map((parameter) =>
      typeof parameter === 'function'
        ? async (lock: object | null) => {
            if (lock) life?.locks.add(name);
            try {
              return await parameter(lock);
            } finally {
              if (lock) life?.locks.delete(name);
            }
          }
        : parameter,
    ) as unknown as Parameters<typeof locks.request>;
    return locks.request(...parameters);
  }

  const open = (): Tab => {
    const life: Life = {
      dead: false,
      transactions: new Set(),
      locks: new Set(),
      asked: 0,
      buffers: 0,
    };
    return lives.run(life, () => {
      const opened = openLibrary({ storeName, partSize: 2048 });
      const library = inTurns(opened, turn, life);
      const ort = fakeOrt(turn);
      const { commands, close } = createEngine({
        library,
        version: 'test',
        snapshotInterval: 1,
        keptFrom: 0,
        runtime: { loadWasm: ort.load, requestDevice: noGpu, createWebgpuEngine: noGpu },
      });
      let current: StudioState | undefined;
      let connected = false;
      const tab: Tab = {
        asked: () => life.asked,
        engine: commands,
        state() {
          if (!current) throw new Error('no snapshot was pushed');
          return current;
        },
        connected: () => connected,
        library,
        ort,
        buffers: () => life.buffers,
        inside: (work) => lives.run(life, work),
        close: () =>
          lives.run(life, async () => {
            await close();
            await opened.close();
          }),
      };
      killers.set(tab, () => {
        life.dead = true;
        for (const transaction of life.transactions) abort(transaction);
        for (const name of life.locks) {
          disk.open.delete(name.slice(name.lastIndexOf(':') + 1));
          locks.release(name);
        }
        void opened.close();
      });
      tabs.push(tab);
      void commands
        .connect((state) => {
          current = state;
        })
        .then(
          () => {
            connected = true;
          },
          (error: unknown) => {
            if (!life.dead) throw error;
          },
        );
      return tab;
    });
  };

  const drop = (tab: Tab): void => {
    tabs.splice(tabs.indexOf(tab), 1);
  };

  return {
    storeName,
    tabs,
    open,
    kill(tab) {
      drop(tab);
      killers.get(tab)?.();
    },
    async close(tab) {
      drop(tab);
      await tab.close();
    },
    asked: () => tabs.reduce((sum, tab) => sum + tab.asked(), 0),
    scratchFiles: disk.files,
    async end() {
      for (const tab of [...tabs]) {
        drop(tab);
        await tab.close();
      }
      restoreOpen();
      vi.unstubAllGlobals();
      indexedDB.deleteDatabase(storeName);
    },
  };
}

async function noGpu(): Promise<never> {
  throw new Error('This test has no WebGPU.');
}

/** Every call of the library waits its turn before it begins and before it is answered. */
function inTurns(library: Library, turn: Turn, life: Life): Library {
  const asked = (name: string, call: (...given: unknown[]) => unknown) =>
    name === 'onChange' || name === 'close'
      ? call
      : async (...given: unknown[]) => {
          life.asked++;
          await turn(name);
          try {
            return await call(...given);
          } finally {
            await turn(`${name} done`);
            life.asked--;
          }
        };
  return Object.fromEntries(
    Object.entries(library).map(([name, call]) => [name, asked(name, call)]),
  ) as unknown as Library;
}

/** Lets a tab's transactions die with it. Returns the way back. */
function watchConnections(): () => void {
  const { open } = IDBFactory.prototype;
  IDBFactory.prototype.open = function (this: IDBFactory, ...given: Parameters<typeof open>) {
    const life = lives.getStore();
    const request = open.apply(this, given);
    request.addEventListener('success', () => {
      const database = request.result;
      const begin = database.transaction.bind(database);
      database.transaction = (...parameters: Parameters<typeof begin>) => {
        if (life?.dead) throw new DOMException('The tab is gone.', 'AbortError');
        const transaction = begin(...parameters);
        life?.transactions.add(transaction);
        transaction.addEventListener('complete', () => life?.transactions.delete(transaction));
        transaction.addEventListener('abort', () => life?.transactions.delete(transaction));
        return transaction;
      };
    });
    return request;
  };
  return () => {
    IDBFactory.prototype.open = open;
  };
}

function abort(transaction: IDBTransaction): void {
  try {
    transaction.abort();
  } catch {
    // It has already ended.
  }
}
