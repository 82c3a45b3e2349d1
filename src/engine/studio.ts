/**
 * The engine: one object that owns library, pool, tasks, runtime and scores, takes the page's commands and pushes
 * snapshots. It knows neither page nor worker, so it runs in Node as well, which is how it is tested.
 */
import { ConfigError } from '../errors';
import { METHODS } from '../method/registry';
import type { Library } from '../storage/types';
import { addModels } from './add-models';
import { addTasks } from './add-tasks';
import type { EngineChoice, Finding, StudioEngine, StudioState } from './api';
import { createComputer } from './computer';
import { exportModel, exportReport } from './exports';
import { createHasher } from './hasher';
import { createJobs } from './jobs';
import { readMemory, writeMemory } from './memory';
import {
  chooseMethod,
  type MethodState,
  methodInForce,
  methodScalingFactor,
  methodView,
  TASK_ARITHMETIC,
} from './method-state';
import { inspectShelf, openShelf, type ShelvedModel } from './model-shelf';
import { addModels as addToPool, editPool, includedExperts, type PoolState } from './pool-state';
import { poolView } from './pool-view';
import { createPublisher } from './publisher';
import type { RuntimeParts } from './runtime-choice';
import { scoreBoard } from './score-board';
import { ownExpert, scoringInputs } from './scoring-inputs';
import { editTasks, openTask, type ShelvedTask, taskView, withFreeNames } from './task-shelf';

export interface StudioParts {
  readonly library: Library;
  readonly runtime: RuntimeParts;
  /** Version of this program, for recipes and reports. */
  readonly version: string;
}

export function createStudio({ library, runtime, version }: StudioParts): StudioEngine {
  let pool: PoolState = { baseId: null, entries: [] };
  let shelf = new Map<string, ShelvedModel>();
  let tasks: readonly ShelvedTask[] = [];
  let method: MethodState = TASK_ARITHMETIC;
  let chosenFactor: number | null = null;
  let sweep: readonly number[] = [];
  let choice: EngineChoice = 'auto';
  let demoHidden = false;
  let storage: StudioState['storage'] = { used: 0, available: null };
  let push: (state: StudioState) => unknown = () => undefined;

  const publisher = createPublisher<StudioState>(snapshot, (state) => push(state));
  const jobs = createJobs(publisher.changed);
  const hasher = createHasher(
    library,
    () => shelf.values(),
    (id, sha256) => {
      const model = shelf.get(id);
      if (model) shelf.set(id, { ...model, sha256 });
      publisher.changed();
    },
  );
  const phaseChanged = () => {
    const { phase } = computer.phase();
    // Hashing waits for everything else: scoring is what people look at.
    if (phase === 'preparing' || phase === 'scoring') hasher.pause();
    else hasher.resume();
    publisher.changed();
  };
  const computer = createComputer(runtime, phaseChanged, (taskId, name, error) => {
    tasks = tasks.map((task) =>
      task.entry.id === taskId ? { ...task, findings: withUnreadable(task, name, error) } : task,
    );
  });

  const inForce = () => methodInForce(method, includedExperts(pool).length);
  const scalingFactor = () => {
    const current = inForce();
    // Averages have none: one constant, so that what is scored is scored once.
    if (current.method.kind === 'weights') return 1;
    return chosenFactor ?? methodScalingFactor(current, includedExperts(pool).length);
  };

  function snapshot(): StudioState {
    const { inputs } = scoringInputs(pool, shelf, tasks, method);
    return {
      method: methodView(inForce()),
      methods: METHODS.map(({ name, title, summary }) => ({ name, title, summary })),
      pool: poolView(pool, shelf),
      tasks: tasks.map((task) => taskView(task, ownExpert(task, pool, shelf)?.entry.name ?? null)),
      scalingFactor: scalingFactor(),
      engine: computer.view(choice),
      storage,
      jobs: jobs.views(),
      scores: scoreBoard(computer.book, inputs, scalingFactor(), sweep, computer.phase()),
      demoHidden,
    };
  }

  /** Computes what the present state asks for; called after every change of it. */
  const refresh = () => {
    hasher.pause();
    const { inputs, missing } = scoringInputs(pool, shelf, tasks, method);
    if (inputs) computer.score({ inputs, scalingFactor: scalingFactor(), sweep });
    else computer.wait(missing);
    if (!inputs) hasher.resume();
    // At once: whoever sent a command finds its effect in the snapshot when it returns.
    publisher.flush();
  };

  const remember = () =>
    writeMemory(library, {
      pool,
      tasks: tasks.map(({ entry }) => entry),
      scalingFactor: chosenFactor,
      method,
      choice,
      demoHidden,
    });

  const refreshStorage = async () => {
    const { held, available } = await library.usage();
    storage = { used: held, available };
  };

  /** Counts changes of the pool: what an overtaken one was still doing is dropped. */
  let generation = 0;

  /** Opens what the pool says, measures what is new, and scores. */
  const poolChanged = async () => {
    const mine = ++generation;
    sweep = [];
    jobs.cancel('inspect');
    const opened = await openShelf(library, pool, shelf);
    if (mine !== generation) return;
    shelf = opened;
    await Promise.all([remember(), refreshStorage()]);
    refresh();
    let unreadable: ReadonlyMap<string, Finding>;
    try {
      unreadable = await jobs.run('inspect', 'Reading the weights', ({ signal, report }) =>
        inspectShelf(library, pool, shelf, signal, report),
      );
    } catch (error) {
      if (mine !== generation) return;
      computer.fail(error as Error);
      throw error;
    }
    const measured = await openShelf(library, pool, shelf);
    if (mine !== generation) return;
    for (const [id, finding] of unreadable) {
      const model = measured.get(id);
      if (model) measured.set(id, { ...model, findings: [finding, ...model.findings] });
    }
    shelf = measured;
    refresh();
  };

  const tasksChanged = async () => {
    await Promise.all([remember(), refreshStorage()]);
    refresh();
  };

  const exportContext = () => ({
    library,
    version,
    pool,
    shelf,
    tasks,
    method,
    scalingFactor: scalingFactor(),
    workspace: computer.workspace(),
    snapshot: snapshot(),
  });

  return {
    async connect(listener) {
      push = listener;
      await library.recover();
      const memory = await readMemory(library);
      ({ pool, method, choice, demoHidden } = memory);
      chosenFactor = memory.scalingFactor;
      const opened = await Promise.all(memory.tasks.map((entry) => openTask(library, entry)));
      tasks = opened.filter((task) => task !== null);
      await computer.choose(choice);
      // What fails here is in the snapshot: one bad model must not keep the page from opening.
      await poolChanged().catch((error: Error) => computer.fail(error));
      // The page knows the library before it decides to load the demo.
      await push(snapshot());
    },

    addCheckpoints: (jobId, files, origin) =>
      jobs.run(jobId, 'Reading checkpoints', async (job) => {
        const base = pool.baseId === null ? undefined : shelf.get(pool.baseId)?.model;
        const { models, outcome } = await addModels(library, files, origin, base, job);
        pool = addToPool(pool, models);
        await poolChanged();
        return outcome;
      }),

    addTaskImages: (jobId, files, origin) =>
      jobs.run(jobId, 'Reading images', async (job) => {
        const { tasks: entries, outcome } = await addTasks(library, files, origin, job);
        const opened = await Promise.all(entries.map((entry) => openTask(library, entry)));
        tasks = withFreeNames(tasks, opened);
        await tasksChanged();
        return outcome;
      }),

    async editPool(edit) {
      pool = editPool(pool, edit);
      if (edit.type === 'remove') await library.remove(edit.id);
      await poolChanged();
    },

    async editTask(edit) {
      tasks = editTasks(tasks, edit);
      if (edit.type === 'remove') await library.remove(edit.id);
      await tasksChanged();
    },

    async setScalingFactor(value) {
      if (!Number.isFinite(value)) {
        throw new ConfigError(`The scaling factor is a finite number, not ${value}.`);
      }
      chosenFactor = value;
      refresh();
      await remember();
    },

    async setMethod(name, options) {
      method = chooseMethod(name, options);
      // Another method, another curve: a sweep of the old one is of no use.
      sweep = [];
      refresh();
      await remember();
    },

    async sweep(values) {
      sweep = values;
      refresh();
    },

    async stop() {
      sweep = [];
      computer.stop();
      publisher.changed();
    },

    async cancel(jobId) {
      jobs.cancel(jobId);
    },

    async chooseEngine(next) {
      choice = next;
      await remember();
      await computer.choose(choice);
      refresh();
    },

    exportModel: (jobId, options) =>
      jobs.run(jobId, 'Writing the merged model', (job) =>
        exportModel(exportContext(), options, job),
      ),

    exportReport: () => exportReport(exportContext()),

    async sampleImages(taskId, count) {
      const task = tasks.find(({ entry }) => entry.id === taskId);
      if (!task) return [];
      const step = Math.max(1, Math.floor(task.images.length / count));
      return task.images.flatMap(({ name, blob }, i) => {
        const classname = task.entry.classnames[task.labels[i] ?? -1];
        return i % step === 0 && i / step < count
          ? [{ name, blob, classname: classname ?? '' }]
          : [];
      });
    },

    async setDemoHidden(hidden) {
      demoHidden = hidden;
      if (hidden) {
        const models = pool.entries.filter(({ origin }) => origin === 'demo');
        for (const { id } of models) {
          pool = editPool(pool, { type: 'remove', id });
          await library.remove(id);
        }
        const shown = tasks.filter(({ entry }) => entry.origin === 'demo');
        for (const { entry } of shown) {
          tasks = editTasks(tasks, { type: 'remove', id: entry.id });
          await library.remove(entry.id);
        }
      }
      await poolChanged();
    },
  };
}

function withUnreadable(task: ShelvedTask, name: string, error: Error): ShelvedTask['findings'] {
  const message = 'These pictures cannot be read; they are left out of the counts.';
  const known = task.findings.find((finding) => finding.message === message);
  const line = error.message.includes(name) ? error.message : `${name}: ${error.message}`;
  const details = [...(known?.details ?? []), line];
  const others = task.findings.filter((finding) => finding !== known);
  return [...others, { severity: 'warning', subject: task.entry.name, message, details }];
}
