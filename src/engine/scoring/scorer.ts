/** The scoring half of the engine: the runtime in use, the scoring loop on it, and where that stands. */
import { createMutex } from '../../runtime/mutex';
import { createWasmEngine } from '../../runtime/ort/wasm';
import type { Runtime } from '../../runtime/types';
import type { HeadCache } from '../../taskpool/heads/head-cache';
import type { EngineChoice, EngineView } from '../api';
import { type Clock, startClock } from '../jobs/time-left';
import type { ScoringPhase } from './board';
import type { ScoreBook } from './book';
import type { LoadCombination } from './combination-file';
import { demandText, scoringText, shareOf } from './demand';
import type { Keeping } from './keeping';
import type { EngineKind } from './keys';
import { createLoop, type Loop } from './loop';
import { columns, type Demand, hasFirstNumber, nextUnit, type Unit } from './plan';
import { chooseRuntime, type RuntimeParts } from './runtime-choice';
import { warmUp } from './warm-up';
import { createWorkspace, type Workspace } from './workspace';

export interface Scorer {
  /** What computes, or while it is being made, what computed last. */
  kind(): EngineKind;
  /** What computed in the last visit, until it is known what does in this. */
  assume(kind: EngineKind): void;
  /** Replaces the runtime, after the batch in flight at most. */
  choose(choice: EngineChoice): Promise<void>;
  /** Something to score is on its way: what takes long to load is loaded meanwhile. */
  expect(): void;
  /** Scores what is in demand, most urgent first. The same demand as one that failed is tried again with `again` only. */
  score(demand: Demand, again: boolean): void;
  /** There is nothing to score; `missing` says what it waits for. With `empty` there is nothing to merge either. */
  wait(missing: string, empty: boolean): void;
  /** Stops until there is something to score or to wait for. */
  stop(): void;
  phase(): ScoringPhase;
  /** Is there time for what nobody asked for? See `Loop.spare`. */
  spare(is: boolean): void;
  /** Values that are worth a look when there is time. See `Loop.lookAhead`. */
  lookAhead(values: readonly number[]): void;
  /** Is the first number still to come, for which everything else has to wait? */
  awaitsNumber(): boolean;
  view(choice: EngineChoice): EngineView;
  workspace(): Workspace | null;
  /** Ends everything and gives everything back. */
  close(): Promise<void>;
}

export interface ScorerParts {
  readonly runtime: RuntimeParts;
  readonly heads: HeadCache;
  readonly loadCombination?: LoadCombination | undefined;
  readonly book: ScoreBook;
  readonly keeping: Keeping;
  /** Does something else wait for this thread, which is not to wait for all of the scoring? */
  readonly hasOthers?: () => boolean;
  readonly onChange: () => void;
}

/** A device that is lost more often than this before anything was completed on it is given up; the CPU takes over. */
const MAX_LOSSES = 2;

/** A device that is lost makes what runs on it fail, now and then a moment before it is known to be lost. */
const LOSS_NOTICE_MS = 250;

const STARTING = 'Starting the engine';

interface Running {
  readonly workspace: Workspace;
  readonly loop: Loop;
}

export function createScorer({
  runtime: parts,
  heads,
  loadCombination,
  book,
  keeping,
  hasOthers = () => false,
  onChange,
}: ScorerParts): Scorer {
  /** One change of runtime at a time: a loss and a choice may come together. */
  const changes = createMutex();
  let running: Running | null = null;
  let kind: EngineKind = 'cpu';
  let phase: ScoringPhase = { phase: 'idle', text: STARTING, secondsLeft: null };
  let clock: { readonly of: string; readonly clock: Clock } | null = null;
  let demand: Demand | null = null;
  /** The demand that failed, as text. */
  let failed = '';
  let choices = 0;
  let losses = 0;
  let expecting = false;
  let hasTime = false;
  let ahead: readonly number[] = [];
  let closed = false;
  let reason = STARTING;

  /** `of` tells what the time left is about: another thing is timed anew. */
  const enter = (
    next: ScoringPhase['phase'],
    text: string,
    of = '',
    share: number | null = null,
  ) => {
    if (share === null) clock = null;
    else if (clock?.of !== of) clock = { of, clock: startClock(share) };
    phase = { phase: next, text, secondsLeft: clock?.clock.secondsLeft(share) ?? null };
    onChange();
  };

  const start = () => {
    if (demand && running) running.loop.demand(demand);
  };

  const fail = (error: Error) => {
    failed = demand ? demandText(demand) : '';
    running?.loop.demand(null);
    enter('failed', error.message);
  };

  const eventsOf = (own: () => Running | null) => ({
    onPreparing: (what: string, done: number, total: number) =>
      enter('preparing', `${what}: ${done} of ${total}`, what, done / total),
    onCounted(unit: Unit) {
      keeping.grown(unit);
      if (demand)
        enter(
          'scoring',
          scoringText(unit, demand, book, kind),
          demandText(demand),
          shareOf(demand, book, kind),
        );
    },
    hasOthers,
    onRefined(unit: Unit) {
      keeping.grown(unit);
      onChange();
    },
    // Other tabs draw the same points, and read them when they are kept.
    onRest: () => keeping.flush(),
    async onComplete(done: Demand) {
      losses = 0;
      // Complete means kept: whoever closes the page now finds it all again.
      await keeping.flush();
      await keeping.used([...columns(done, kind)].flat());
      if (demand && demandText(demand) === demandText(done)) enter('complete', '');
    },
    onFailure(error: Error) {
      const mine = own();
      const wanted = demand;
      const tell = () => {
        if (running === mine && demand === wanted) fail(error);
      };
      if (mine?.workspace.runtime.tensors.kind === 'webgpu') setTimeout(tell, LOSS_NOTICE_MS);
      else tell();
    },
  });

  const leave = async (): Promise<void> => {
    const leaving = running;
    running = null;
    if (!leaving) return;
    leaving.loop.demand(null);
    await leaving.loop.idle();
    // A lost device can refuse to take back what it no longer has.
    await leaving.workspace.dispose().catch(() => undefined);
  };

  const replace = async (
    choice: EngineChoice,
    explain: (runtime: Runtime) => string,
  ): Promise<void> => {
    reason = STARTING;
    if (demand) enter('preparing', STARTING);
    else onChange();
    await leave();
    try {
      const runtime = await chooseRuntime(choice, parts);
      const workspace = createWorkspace(runtime, heads, loadCombination, parts.matrices);
      let own: Running | null = null;
      own = {
        workspace,
        loop: createLoop(
          workspace,
          book,
          eventsOf(() => own),
        ),
      };
      reason = explain(runtime);
      running = own;
      own.loop.lookAhead(ahead);
      own.loop.spare(hasTime);
      kind = runtime.tensors.kind;
      start();
      void runtime.lost.then((message) => recover(workspace, choice, message));
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
        if (running?.workspace !== lost) return;
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
      })
      .catch(fail);

  return {
    kind: () => kind,
    assume(last) {
      if (!running) kind = last;
    },
    choose(choice) {
      const mine = ++choices;
      return changes.run(async () => {
        // A later choice is already waiting.
        if (mine !== choices || closed) return;
        losses = 0;
        await replace(choice, (runtime) => runtime.reason);
      });
    },
    expect() {
      if (expecting) return;
      expecting = true;
      // Whatever computes then, wasm is a part of it. Failures are told when the same is done in earnest.
      void createWasmEngine(parts.loadWasm)
        .then(warmUp)
        .catch(() => undefined);
    },
    score(next, again) {
      const text = demandText(next);
      demand = next;
      if (phase.phase === 'failed' && text === failed && !again) return;
      // What was scored before is there at once, whatever computes by then.
      if (nextUnit(next, kind, book.find) === null) enter('complete', '');
      else if (phase.phase !== 'scoring' && phase.phase !== 'preparing') {
        enter('preparing', running ? 'Preparing to score' : STARTING);
      }
      start();
    },
    wait(missing, empty) {
      demand = null;
      running?.loop.demand(null);
      if (empty) void running?.workspace.clear();
      enter('idle', missing);
    },
    stop() {
      demand = null;
      running?.loop.demand(null);
      enter('stopped', '');
    },
    phase: () => phase,
    spare(is) {
      if (hasTime === is) return;
      hasTime = is;
      running?.loop.spare(is);
    },
    lookAhead(values) {
      ahead = values;
      running?.loop.lookAhead(values);
    },
    awaitsNumber() {
      if (!demand || (phase.phase !== 'preparing' && phase.phase !== 'scoring')) return false;
      // An engine that could not be made has no number to wait for.
      const computes = running !== null || reason === STARTING;
      return computes && !hasFirstNumber(demand, kind, book.find);
    },
    view(choice) {
      const runtime = running?.workspace.runtime;
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
    workspace: () => running?.workspace ?? null,
    async close() {
      closed = true;
      demand = null;
      running?.loop.demand(null);
      await changes.run(leave);
      await keeping.flush();
    },
  };
}
