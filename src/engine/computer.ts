/** The computing half of the engine: the runtime in use, the scoring loop on it, and where that stands. */
import { createMutex } from '../runtime/mutex';
import type { Runtime } from '../runtime/types';
import type { HeadCache } from '../taskpool/heads/head-cache';
import type { EngineChoice, EngineView } from './api';
import { chooseRuntime, type RuntimeParts } from './runtime-choice';
import type { ScoringPhase } from './score-board';
import { createScoreBook, type ScoreBook } from './scoring/book';
import type { Demand } from './scoring/plan';
import { createScheduler, type Scheduler } from './scoring/scheduler';
import { createWorkspace, type Workspace } from './scoring/workspace';
import { warmUp } from './warm-up';

export interface Computer {
  readonly book: ScoreBook;
  /** Replaces the runtime. What was scored on another one is forgotten: its numbers differ in the last digits. */
  choose(choice: EngineChoice): Promise<void>;
  /** Something to score is on its way: what takes long to load is loaded meanwhile. */
  expect(): void;
  /** Scores what is in demand, most urgent first. */
  score(demand: Demand): void;
  /** There is nothing to score; `missing` says what it waits for. */
  wait(missing: string): void;
  /** Stops until the demand changes. */
  stop(): void;
  /** Something outside the scoring loop failed; scoring waits for a change. */
  fail(error: Error): void;
  phase(): ScoringPhase;
  view(choice: EngineChoice): EngineView;
  workspace(): Workspace | null;
}

/** A device that is lost more often than this before anything was completed on it is given up; the CPU takes over. */
const MAX_LOSSES = 2;

/** A device that is lost makes what runs on it fail, now and then a moment before it is known to be lost. */
const LOSS_NOTICE_MS = 250;

const STARTING = 'Starting the engine';

export function createComputer(
  parts: RuntimeParts,
  heads: HeadCache,
  onChange: () => void,
  onUnreadable: (taskId: string, name: string, error: Error) => void,
): Computer {
  const book = createScoreBook();
  /** One change of runtime at a time: a loss and a choice may come together. */
  const changes = createMutex();
  let workspace: Workspace | null = null;
  let scheduler: Scheduler | null = null;
  let phase: ScoringPhase = { phase: 'idle', text: STARTING };
  let demand: Demand | null = null;
  let losses = 0;
  let expecting = false;
  let reason = STARTING;

  const enter = (next: ScoringPhase) => {
    phase = next;
    onChange();
  };

  /** Failures are told when the same is done in earnest. */
  const prepare = () => {
    if (expecting)
      void workspace?.runtime
        .text()
        .then(warmUp)
        .catch(() => undefined);
  };

  const start = () => {
    if (demand && scheduler) scheduler.demand(demand);
  };

  const events = {
    onProgress(next: 'preparing' | 'scoring' | 'complete', text: string) {
      if (next === 'complete') losses = 0;
      enter({ phase: next, text });
    },
    onFailure(error: Error) {
      const failed = workspace;
      const wanted = demand;
      const tell = () => {
        if (workspace !== failed || demand !== wanted) return;
        enter({ phase: 'failed', text: error.message });
      };
      if (failed?.runtime.tensors.kind === 'webgpu') setTimeout(tell, LOSS_NOTICE_MS);
      else tell();
    },
    onUnreadable(taskId: string, index: number, error: Error) {
      const image = demand?.inputs.tasks.find(({ id }) => id === taskId)?.images[index];
      onUnreadable(taskId, image?.name ?? `image ${index}`, error);
    },
  };

  const fail = (error: Error) => {
    demand = null;
    scheduler?.demand(null);
    enter({ phase: 'failed', text: error.message });
  };

  const replace = async (
    choice: EngineChoice,
    explain: (runtime: Runtime) => string,
  ): Promise<void> => {
    const previous = workspace;
    scheduler?.demand(null);
    await scheduler?.idle();
    workspace = null;
    scheduler = null;
    reason = STARTING;
    book.clear();
    if (demand) phase = { phase: 'preparing', text: STARTING };
    onChange();
    // A lost device can refuse to take back what it no longer has.
    await previous?.dispose().catch(() => undefined);
    try {
      const runtime = await chooseRuntime(choice, parts);
      const current = createWorkspace(runtime, heads);
      reason = explain(runtime);
      workspace = current;
      scheduler = createScheduler(current, book, events);
      prepare();
      void runtime.lost.then((message) => recover(current, choice, message));
    } catch (error) {
      reason = (error as Error).message;
      throw error;
    } finally {
      onChange();
    }
  };

  /** A lost device took everything with it: another one is asked for, and scoring begins again. */
  const recover = (lost: Workspace, choice: EngineChoice, message: string): Promise<void> =>
    changes
      .run(async () => {
        if (workspace !== lost) return;
        losses++;
        const loss = `The GPU was lost (${message.replace(/\.$/, '')})`;
        if (losses > MAX_LOSSES) {
          const now = 'Everything is computed on the CPU; reload the page to try the GPU again.';
          await replace('cpu', () => `${loss} ${losses} times. ${now}`);
        } else {
          await replace(choice, (runtime) =>
            runtime.tensors.kind === 'webgpu'
              ? `${loss} and started again. ${runtime.reason}`
              : `${loss}. ${runtime.reason}`,
          );
        }
        start();
      })
      .catch(fail);

  return {
    book,
    choose(choice) {
      return changes.run(() => {
        losses = 0;
        return replace(choice, (runtime) => runtime.reason);
      });
    },
    expect() {
      if (expecting) return;
      expecting = true;
      prepare();
    },
    score(next) {
      demand = next;
      if (phase.phase !== 'scoring') phase = { phase: 'preparing', text: 'Preparing to score' };
      start();
    },
    wait(missing) {
      demand = null;
      scheduler?.demand(null);
      phase = { phase: 'idle', text: missing };
    },
    stop() {
      demand = null;
      scheduler?.demand(null);
      phase = { phase: 'stopped', text: '' };
    },
    fail,
    phase: () => phase,
    view(choice) {
      const runtime = workspace?.runtime;
      return {
        choice,
        active: runtime?.tensors.kind ?? null,
        reason,
        adapter: runtime?.adapter ?? null,
        threads: runtime?.vision.threads ?? 1,
        exact: runtime?.exactness.exact ?? null,
        exactDetail: runtime?.exactness.detail ?? '',
      };
    },
    workspace: () => workspace,
  };
}
