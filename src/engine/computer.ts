/** The computing half of the engine: the runtime in use, the scoring loop on it, and where that stands. */
import type { EngineChoice, EngineView } from './api';
import { chooseRuntime, type RuntimeParts } from './runtime-choice';
import type { ScoringPhase } from './score-board';
import { createScoreBook, type ScoreBook } from './scoring/book';
import type { Demand } from './scoring/plan';
import { createScheduler, type Scheduler } from './scoring/scheduler';
import { createWorkspace, type Workspace } from './scoring/workspace';

export interface Computer {
  readonly book: ScoreBook;
  /** Replaces the runtime. What was scored on another one is forgotten: its numbers differ in the last digits. */
  choose(choice: EngineChoice): Promise<void>;
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

/** A device that is lost more often than this is given up, and the CPU takes over. */
const MAX_LOSSES = 2;

export function createComputer(
  parts: RuntimeParts,
  onChange: () => void,
  onUnreadable: (taskId: string, name: string, error: Error) => void,
): Computer {
  const book = createScoreBook();
  let workspace: Workspace | null = null;
  let scheduler: Scheduler | null = null;
  let phase: ScoringPhase = { phase: 'idle', text: 'Starting the engine' };
  let demand: Demand | null = null;
  let losses = 0;
  let reason = '';

  const enter = (next: ScoringPhase) => {
    phase = next;
    onChange();
  };

  const start = () => {
    if (demand && scheduler) scheduler.demand(demand);
  };

  const events = {
    onProgress: (next: 'preparing' | 'scoring' | 'complete', text: string) =>
      enter({ phase: next, text }),
    onFailure: (error: Error) => enter({ phase: 'failed', text: error.message }),
    onUnreadable(taskId: string, index: number, error: Error) {
      const image = demand?.inputs.tasks.find(({ id }) => id === taskId)?.images[index];
      onUnreadable(taskId, image?.name ?? `image ${index}`, error);
    },
  };

  const choose = async (choice: EngineChoice, why?: string): Promise<void> => {
    const previous = workspace;
    scheduler?.demand(null);
    await scheduler?.idle();
    workspace = null;
    scheduler = null;
    book.clear();
    onChange();
    await previous?.dispose();
    const runtime = await chooseRuntime(choice, parts);
    reason = why ? `${why} ${runtime.reason}` : runtime.reason;
    const current = createWorkspace(runtime);
    workspace = current;
    scheduler = createScheduler(current, book, events);
    void runtime.lost.then(async (message) => {
      if (workspace !== current) return;
      losses++;
      const again = losses <= MAX_LOSSES;
      await choose(
        again ? choice : 'cpu',
        `The GPU was lost (${message})${again ? '; it was started again.' : ' again and again.'}`,
      );
      start();
    });
    onChange();
  };

  return {
    book,
    choose,
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
    fail(error) {
      demand = null;
      scheduler?.demand(null);
      enter({ phase: 'failed', text: error.message });
    },
    phase: () => phase,
    view(choice) {
      const runtime = workspace?.runtime;
      return {
        choice,
        active: runtime?.tensors.kind ?? null,
        reason: runtime ? reason : 'Starting the engine.',
        adapter: runtime?.adapter ?? null,
        threads: runtime?.vision.threads ?? 1,
        exact: runtime?.exactness.exact ?? null,
        exactDetail: runtime?.exactness.detail ?? '',
      };
    },
    workspace: () => workspace,
  };
}
