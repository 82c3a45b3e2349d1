/** What every group of commands is made of: the store, the engine, and failures that become notices. */
import type { StoreApi } from 'zustand';
import { PAGE_JOB } from '../long-work';
import { isExpected, type NoticeText, noticeOfError, type Remedy, withNotice } from '../notices';
import type { PageState } from '../page-state';
import { troubleReport } from '../trouble';
import type { StudioEngine } from '../types';

export interface Acting {
  readonly store: StoreApi<PageState>;
  /** @throws where it has not been started */
  readonly engine: () => StudioEngine;
  /** Runs a command; its failure becomes a notice and `fallback` the answer. */
  attempt<T>(command: () => Promise<T>, fallback: T): Promise<T>;
  run(command: () => Promise<void>): Promise<void>;
  /** True if the engine took the edit. */
  edit(command: () => Promise<void>): Promise<boolean>;
  /** The id of a job of this page. */
  nextJob(): string;
  /** Gives the notice's id. */
  notify(notice: NoticeText): number;
  notifyError(error: unknown): void;
  /** What nobody expected: told at once, and its report a moment later, when the browser has said what it is. */
  notifyTrouble(error: unknown, remedy: Remedy): void;
  dismiss(noticeId: number): void;
  /** Said to screen readers. */
  announce(text: string): void;
}

export function createActing(store: StoreApi<PageState>, engine: () => StudioEngine): Acting {
  let notices = 0;
  let jobs = 0;

  const notify = (notice: NoticeText): number => {
    const id = ++notices;
    store.setState((state) => ({ notices: withNotice(state.notices, { ...notice, id }) }));
    return id;
  };

  const notifyTrouble = (error: unknown, remedy: Remedy): void => {
    const notice = noticeOfError(error);
    if (notice === null) return;
    const id = notify({ ...notice, remedy });
    void troubleReport(error, store.getState()).then((details) =>
      store.setState((state) => ({
        notices: state.notices.map((each) => (each.id === id ? { ...each, details } : each)),
      })),
    );
  };

  const notifyError = (error: unknown): void => {
    const notice = noticeOfError(error);
    if (!isExpected(error)) notifyTrouble(error, 'reload');
    else if (notice !== null) notify(notice);
  };

  const attempt: Acting['attempt'] = async (command, fallback) => {
    try {
      return await command();
    } catch (error) {
      notifyError(error);
      return fallback;
    }
  };

  return {
    store,
    engine,
    attempt,
    run: (command) => attempt(command, undefined),
    edit: (command) => attempt(async () => command().then(() => true), false),
    nextJob: () => `${PAGE_JOB}${++jobs}`,
    notify,
    notifyError,
    notifyTrouble,
    dismiss: (noticeId) =>
      store.setState((state) => ({ notices: state.notices.filter(({ id }) => id !== noticeId) })),
    announce: (announcement) => store.setState({ announcement }),
  };
}
