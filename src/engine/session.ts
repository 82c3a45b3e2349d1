/**
 * What the engine knows and does between two commands: pool, tasks, method and slider as one value, and everything that
 * follows from a change of it. Commands change the value and say what kind of change it was.
 */
import { METHODS } from '../method/registry';
import type { Library } from '../storage/types';
import type { EngineChoice, Finding, StorageView, StudioState } from './api';
import { type Computer, createComputer } from './computer';
import { createHasher } from './hasher';
import { createJobs, type Jobs } from './jobs';
import { libraryHeads } from './library-heads';
import { writeMemory } from './memory';
import {
  type MethodState,
  methodInForce,
  methodScalingFactor,
  methodView,
  TASK_ARITHMETIC,
} from './method-state';
import { inspectShelf, openShelf, type ShelvedModel } from './model-shelf';
import { EMPTY_POOL, includedExperts, type PoolState } from './pool-state';
import { poolView } from './pool-view';
import { createPublisher } from './publisher';
import type { RuntimeParts } from './runtime-choice';
import { scoreBoard } from './score-board';
import { ownExpert, scoringInputs } from './scoring-inputs';
import { type ShelvedTask, taskView, withUnreadable } from './task-shelf';

export interface SessionState {
  readonly pool: PoolState;
  /** The pool's models, opened, by id. */
  readonly shelf: ReadonlyMap<string, ShelvedModel>;
  readonly tasks: readonly ShelvedTask[];
  readonly method: MethodState;
  /** Null while the user has chosen none. */
  readonly chosenFactor: number | null;
  readonly sweep: readonly number[];
  readonly choice: EngineChoice;
  readonly demoHidden: boolean;
}

export interface Session {
  readonly computer: Computer;
  readonly jobs: Jobs;
  state(): SessionState;
  /** Changes the value and nothing else: say afterwards what follows from it. */
  update(changes: Partial<SessionState>): void;
  /** The value that is merged and scored. */
  scalingFactor(): number;
  /** Pushes snapshots to `listener` from now on. */
  listen(listener: (state: StudioState) => unknown): void;
  snapshot(): StudioState;
  /** A snapshot follows shortly. */
  changed(): void;
  /** Scores what the present value asks for, and pushes a snapshot at once. */
  refresh(): void;
  /** Writes down what is to be there after a reload. */
  remember(): Promise<void>;
  /** Opens the pool's models, measures what is new, scores. */
  poolChanged(): Promise<void>;
  tasksChanged(): Promise<void>;
}

const START: SessionState = {
  pool: EMPTY_POOL,
  shelf: new Map(),
  tasks: [],
  method: TASK_ARITHMETIC,
  chosenFactor: null,
  sweep: [],
  choice: 'auto',
  demoHidden: false,
};

export function createSession(library: Library, parts: RuntimeParts): Session {
  let state = START;
  let storage: StorageView = { used: 0, available: null };
  let push: (snapshot: StudioState) => unknown = () => undefined;
  /** Counts changes of the pool: what an overtaken one was still doing is dropped. */
  let generation = 0;

  const update = (changes: Partial<SessionState>) => {
    state = { ...state, ...changes };
  };
  const publisher = createPublisher<StudioState>(snapshot, (value) => push(value));
  const jobs = createJobs(() => {
    hashOrWait();
    publisher.changed();
  });
  const hasher = createHasher(
    library,
    () => state.shelf.values(),
    (id, sha256) => {
      const model = state.shelf.get(id);
      if (model) update({ shelf: new Map(state.shelf).set(id, { ...model, sha256 }) });
      publisher.changed();
    },
  );
  const computer = createComputer(
    parts,
    libraryHeads(library),
    () => {
      hashOrWait();
      publisher.changed();
    },
    (taskId, name, error) =>
      update({
        tasks: state.tasks.map((task) =>
          task.entry.id === taskId ? withUnreadable(task, name, error) : task,
        ),
      }),
  );

  /** Hashing waits for everything else: that is what people look at, and two readers of one file are slower than one. */
  const hashOrWait = () => {
    const { phase } = computer.phase();
    if (jobs.views().length > 0 || phase === 'preparing' || phase === 'scoring') hasher.pause();
    else hasher.resume();
  };

  const inForce = () => methodInForce(state.method, includedExperts(state.pool).length);
  const scalingFactor = () => {
    const current = inForce();
    // Averages have none: one constant, so that what is scored is scored once.
    if (current.method.kind === 'weights') return 1;
    return state.chosenFactor ?? methodScalingFactor(current, includedExperts(state.pool).length);
  };
  const readiness = () => scoringInputs(state.pool, state.shelf, state.tasks, state.method);

  function snapshot(): StudioState {
    const { pool, shelf, tasks, sweep, choice, demoHidden } = state;
    return {
      method: methodView(inForce()),
      methods: METHODS.map(({ name, title, summary }) => ({ name, title, summary })),
      pool: poolView(pool, shelf),
      tasks: tasks.map((task) => taskView(task, ownExpert(task, pool, shelf)?.entry.name ?? null)),
      scalingFactor: scalingFactor(),
      engine: computer.view(choice),
      storage,
      jobs: jobs.views(),
      scores: scoreBoard(
        computer.book,
        readiness().inputs,
        scalingFactor(),
        sweep,
        computer.phase(),
      ),
      demoHidden,
    };
  }

  const refresh = () => {
    const { inputs, missing } = readiness();
    if (inputs) computer.score({ inputs, scalingFactor: scalingFactor(), sweep: state.sweep });
    else computer.wait(missing);
    hashOrWait();
    // At once: whoever sent a command finds its effect in the snapshot when it returns.
    publisher.flush();
  };

  const remember = () => {
    const { pool, tasks, chosenFactor, method, choice, demoHidden } = state;
    const entries = tasks.map(({ entry }) => entry);
    return writeMemory(library, {
      pool,
      tasks: entries,
      scalingFactor: chosenFactor,
      method,
      choice,
      demoHidden,
    });
  };

  const store = async () => {
    await remember();
    const { held, available } = await library.usage();
    storage = { used: held, available };
  };

  const poolChanged = async () => {
    const mine = ++generation;
    // A sweep of another pool is of no use.
    update({ sweep: [] });
    jobs.cancel('inspect');
    const opened = await openShelf(library, state.pool, state.shelf);
    if (mine !== generation) return;
    update({ shelf: opened });
    await store();
    refresh();
    let unreadable: ReadonlyMap<string, Finding>;
    try {
      unreadable = await jobs.run('inspect', 'Reading the weights', ({ signal, report }) =>
        inspectShelf(library, state.pool, state.shelf, signal, report),
      );
    } catch (error) {
      if (mine !== generation) return;
      computer.fail(error as Error);
      throw error;
    }
    const measured = await openShelf(library, state.pool, state.shelf);
    if (mine !== generation) return;
    for (const [id, finding] of unreadable) {
      const model = measured.get(id);
      if (model) measured.set(id, { ...model, findings: [finding, ...model.findings] });
    }
    update({ shelf: measured });
    refresh();
  };

  return {
    computer,
    jobs,
    state: () => state,
    update,
    scalingFactor,
    listen(listener) {
      push = listener;
    },
    snapshot,
    changed: publisher.changed,
    refresh,
    remember,
    poolChanged,
    async tasksChanged() {
      await store();
      refresh();
    },
  };
}
