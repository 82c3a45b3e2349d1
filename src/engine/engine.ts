/**
 * The engine: takes the page's commands and pushes snapshots. It knows neither page nor worker, so it runs in Node as
 * well, which is how it is tested.
 *
 * One value holds everything (`value.ts`). Commands that change pool or tasks go through one queue, one after the other;
 * those that only change a number act at once on the value that stands (`state.ts`). When a command's promise is settled,
 * the page has the snapshot with its effect.
 */
import { outOfModelZips } from '../checkpoint/zip/model-zips';
import { ConfigError } from '../errors';
import { createMatrixJobsHere } from '../method/matrices/jobs';
import type { Library } from '../storage/types';
import { createActing } from './acting';
import type { EngineChoice, PairSide, StudioEngine, StudioState } from './api';
import { createArrivals } from './arrivals';
import { createComparisons } from './compare/comparisons';
import { createDownloadCommands } from './downloads/commands';
import { createDownloads } from './downloads/downloads';
import { pinReports } from './downloads/pin-report';
import { createInsight } from './insight/commands';
import { createJobs } from './jobs/jobs';
import { turnsOf } from './jobs/turns';
import { TASK_ARITHMETIC } from './method';
import { createPinCommands } from './pins/commands';
import { pinUnits, sideColumn } from './pins/pins';
import { withoutDemo } from './pool/demo';
import { createHashing } from './pool/hashing';
import { type Hasher, hashHere } from './pool/hashing-threads';
import { createMeasuring } from './pool/measuring';
import { createMergeCommands } from './pool/merge-commands';
import { createSums } from './pool/sums';
import { createQueue } from './queue';
import { createRelations } from './relations/relations';
import { createRemarks, damagedRecord, unfinishedImport } from './remarks';
import type { ScoringPhase } from './scoring/board';
import { createScoreBook } from './scoring/book';
import { createCombinations } from './scoring/combinations';
import { libraryHeads } from './scoring/heads';
import { createKeeping } from './scoring/keeping';
import { mergeInputs, scoringReadiness } from './scoring/readiness';
import type { RuntimeParts } from './scoring/runtime-choice';
import { createScorer } from './scoring/scorer';
import { applyFound } from './search/apply';
import { createSearches } from './search/searches';
import { createTrials } from './search/trials';
import { demandOf, snapshotOf } from './snapshot';
import { createSnapshots } from './snapshots';
import { createState } from './state';
import { editTasks } from './tasks/edits';
import { showable } from './tasks/showable';
import { sampleImages } from './tasks/view';
import { createTried } from './try-picture/tried';

export interface EngineParts {
  readonly library: Library;
  readonly runtime: RuntimeParts;
  /** Version of this program, for recipes and reports. */
  readonly version: string;
  /** Where models are hashed; the engine's own thread without. */
  readonly hasher?: Hasher;
  /** Bytes of the smallest combination that is kept for the next visit. */
  readonly keptFrom?: number;
  /** Milliseconds between two snapshots that no command asked for. */
  readonly snapshotInterval?: number;
  /** Class names of the methods that a comparison takes; all that fit unless told. */
  readonly compared?: readonly string[];
}

export interface Engine {
  readonly commands: StudioEngine;
  /** Ends all work and gives back everything that computes; the library stays open. */
  close(): Promise<void>;
}

/**
 * Counts that grow, four times a second: without a GPU drawing the page takes up to 50 ms of the processor's time, which scoring
 * then has not. What was asked for and the first number of a value are never held back.
 */
const SNAPSHOT_INTERVAL_MS = 250;

export function createEngine({
  library,
  runtime,
  version,
  hasher = hashHere,
  keptFrom,
  snapshotInterval = SNAPSHOT_INTERVAL_MS,
  compared,
}: EngineParts): Engine {
  const queue = createQueue();
  let push: (snapshot: StudioState) => void | Promise<void> = () => undefined;
  let awaitsNumber = false;

  const book = createScoreBook();
  const keeping = createKeeping(library, book, () => follow(false));
  const heads = libraryHeads(library);
  const scorer = createScorer({
    runtime,
    heads,
    loadCombination: (...asked) => combinations.load(...asked),
    book,
    keeping,
    hasOthers: () => (measuring.pending() || relations.isReading()) && !scorer.awaitsNumber(),
    onChange: () => {
      trials.look(scorer.phase());
      tried.follow();
      readWhenFree();
      const awaited = awaitsNumber;
      awaitsNumber = scorer.awaitsNumber();
      if (awaited && !awaitsNumber) void snapshots.flush();
      else snapshots.changed();
    },
  });
  const jobs = createJobs(() => {
    readWhenFree();
    snapshots.changed();
  });
  const remarks = createRemarks(() => snapshots.changed());
  const state = createState(library, queue, {
    onChange: follow,
    onRemark: remarks.tell,
    beforeTasks: (ids) => keeping.load(ids),
    onResults: (id) => void keeping.load([id]),
  });
  const measuring = createMeasuring(jobs, {
    onMeasured: state.learn,
    onUnreadable: state.setUnreadable,
    onStopped: () => state.set({ stopped: true }),
  });
  const hashing = createHashing(jobs, state.learn, hasher);
  const combinations = createCombinations({ library, jobs, version, from: keptFrom });
  const trials = createTrials({ book, kind: scorer.kind, onDemand: () => follow(false) });
  const comparisons = createComparisons({
    names: compared ?? null,
    jobs,
    trials,
    value: state.value,
    inputs: () => {
      const { pool, tasks, layers } = state.value();
      return scoringReadiness(pool, tasks, TASK_ARITHMETIC, layers).inputs;
    },
    onChange: () => snapshots.changed(),
  });
  const searches = createSearches({
    jobs,
    trials,
    value: state.value,
    inputs: () => demandOf(state.value()).demand?.inputs ?? null,
    apply: (...found) => applyFound(state, ...found),
    stayStopped: () => state.set({ sweep: [], stopped: true }),
  });
  const tried = createTried({
    value: state.value,
    kind: scorer.kind,
    workspace: scorer.workspace,
    isBusy: trials.goesOn,
    awaitsNumber: scorer.awaitsNumber,
    onChange: () => {
      readWhenFree();
      snapshots.changed();
    },
  });
  const insight = createInsight({
    book,
    kind: scorer.kind,
    demand: () => demandOf(state.value()).demand,
    tasks: () => state.value().tasks,
    columns: ({ a, b }) => ({ a: columnOf(a), b: columnOf(b) }),
  });
  const columnOf = (side: PairSide) =>
    side === null ? null : sideColumn(state.value(), side, scorer.kind());
  const relations = createRelations({
    library,
    jobs,
    matrices: runtime.matrices ?? createMatrixJobsHere(),
    value: state.value,
  });
  const downloads = createDownloads(() => readWhenFree());
  const arrivals = createArrivals({ library, queue, jobs, state, heads });
  const snapshots = createSnapshots(snapshot, (next) => push(next), snapshotInterval);

  function snapshot(): StudioState {
    const { choice } = state.value();
    return snapshotOf(state.value(), {
      book,
      kind: scorer.kind(),
      phase: toldPhase(),
      engine: scorer.view(choice),
      storage: state.storage(),
      jobs: jobs.views(),
      search: searches.view(),
      comparison: comparisons.view(),
      tried: tried.view(),
      remarks: remarks.all(),
    });
  }

  /** What failed may be explained by what measuring finds in a moment, and then be another thing to do. */
  function toldPhase(): ScoringPhase {
    const phase = scorer.phase();
    if (phase.phase !== 'failed' || !measuring.pending()) return phase;
    return { phase: 'preparing', text: 'Reading the weights', secondsLeft: null };
  }

  /** Everything that goes on in the background goes on with the value that stands. */
  function follow(again: boolean): void {
    searches.follow();
    comparisons.follow();
    const value = state.value();
    const { demand, missing } = demandOf(value);
    scorer.assume(value.computedOn);
    keepPins();
    if (value.stopped) scorer.stop();
    else if (demand) scorer.score(trials.demand() ?? demand, again);
    else
      scorer.wait(
        missing ?? '',
        mergeInputs(value.pool, value.tasks, value.method, value.layers) === null,
      );
    tried.follow();
    readWhenFree();
    // What fails here is told by the engine's own reason.
    if (value.choice !== chosen) choose(value.choice).catch(() => undefined);
    snapshots.changed();
  }

  /** What pins were scored by stays, in memory and in the library. */
  function keepPins(): void {
    const units = pinUnits(state.value(), scorer.kind());
    book.keep(units);
    void keeping.used(units);
  }

  /** What nobody asked for: measuring and whatever compares experts wait for the first number, the rest for its turn. */
  function readWhenFree(): void {
    const { pool, tasks, method, layers } = state.value();
    measuring.follow(state.value(), !scorer.awaitsNumber());
    relations.follow(!scorer.awaitsNumber());
    const { hashes, keeps, refines } = turnsOf({
      phase: scorer.phase().phase,
      jobs: jobs.views().map(({ id }) => id),
      isCopied: downloads.areTaken(),
      isPending: measuring.pending() || tried.pending(),
      hashesInThreads: hasher.atOnce > 1,
    });
    scorer.spare(refines);
    hashing.follow(pool, hashes);
    combinations.follow(scorer.workspace(), mergeInputs(pool, tasks, method, layers), keeps);
  }

  /** What the scorer was told last; another tab can choose as well. */
  let chosen: EngineChoice | null = null;
  const choose = async (choice: EngineChoice): Promise<void> => {
    chosen = choice;
    await scorer.choose(choice);
    const kind = scorer.kind();
    if (kind === state.value().computedOn) return;
    await state.setNumber('computedOn', (records) => ({ ...records, computedOn: kind }));
  };

  const readLibrary = async (): Promise<void> => {
    const { unfinished, damaged } = await library.recover();
    for (const name of unfinished) remarks.tell(unfinishedImport(name));
    for (const name of damaged) remarks.tell(damagedRecord(name));
    await state.open();
  };

  const acting = createActing(queue, state, snapshots);
  const { command, change, whenOpen } = acting;
  const sums = createSums(jobs, state, hasher);

  const commands: StudioEngine = {
    ...createMergeCommands({ acting, queue, state, sums }),
    ...createPinCommands({ acting, queue, state, sums, book, kind: scorer.kind }),
    ...createDownloadCommands({
      acting,
      library,
      jobs,
      state,
      downloads,
      remarks,
      hasher,
      matrices: runtime.matrices,
      version,
      snapshot,
      workspace: scorer.workspace,
      figures: insight.figures,
      pins: () => pinReports(state.value(), book, scorer.kind()),
      relations: relations.report,
    }),

    connect: (listener) => {
      push = listener;
      const reading = readLibrary();
      acting.opens(reading);
      return command(async () => {
        await reading;
        const { tasks, choice } = state.value();
        if (tasks.length > 0) scorer.expect();
        if (chosen === null) await choose(choice);
      });
    },

    expectTasks: async () => scorer.expect(),

    unzipModels: outOfModelZips,
    addCheckpoints: whenOpen((...drop) => command(() => arrivals.addCheckpoints(...drop))),

    addTaskImages: whenOpen((jobId, files, origin) => {
      scorer.expect();
      return command(() => arrivals.addTaskImages(jobId, files, origin));
    }),

    editTask: whenOpen((edit) => change((records) => editTasks(records, edit))),

    sweep: whenOpen((values, pictures = null) =>
      command(() =>
        state.set({ sweep: values, sweepPictures: checkedPictures(pictures), stopped: false }),
      ),
    ),

    search: whenOpen((jobId, name) =>
      command(() => {
        state.set({ stopped: false });
        return searches.run(jobId, name);
      }),
    ),

    compareTaskVectors: whenOpen((jobId) => command(() => relations.compareTaskVectors(jobId))),
    compareDirections: whenOpen((jobId) => command(() => relations.compareDirections(jobId))),

    compare: whenOpen((jobId) =>
      command(() => {
        state.set({ stopped: false });
        return comparisons.run(jobId);
      }),
    ),

    lookAhead: async (values) => scorer.lookAhead(values.filter(Number.isFinite)),

    stop: () => command(() => state.set({ sweep: [], stopped: true })),

    cancel: (jobId) => command(() => jobs.cancel(jobId)),

    chooseEngine: (choice) =>
      command(async () => {
        chosen = choice;
        const written = state.setNumber('choice', (records) => ({ ...records, choice }));
        // The engine that is left is not used while the choice is written down.
        await Promise.all([written, choose(choice)]);
      }),

    sampleImages: whenOpen(async (taskId, count) => {
      const task = state.value().tasks.find(({ id }) => id === taskId);
      return task ? Promise.all(sampleImages(task, count).map(showable)) : [];
    }),

    taskInsight: whenOpen(async (taskId, query) => insight.taskInsight(taskId, query)),
    pictureStory: whenOpen(async (before) => insight.story(before)),
    taskPictures: whenOpen((taskId, indices) => insight.taskPictures(taskId, indices)),

    tryPicture: whenOpen((picture) =>
      command(async () => {
        tried.ask(picture);
        return picture && (await showable({ ...picture, classname: '' })).blob;
      }),
    ),

    setDemoHidden: whenOpen((hidden) => {
      if (hidden) arrivals.stopDemo();
      return change((records) =>
        hidden ? withoutDemo(records) : { ...records, demoHidden: false },
      );
    }),
  };

  return {
    commands,
    async close() {
      state.close();
      searches.close();
      comparisons.close();
      await tried.close();
      for (const { id } of jobs.views()) jobs.cancel(id);
      await arrivals.idle();
      await queue.run(async () => undefined);
      await combinations.close();
      await scorer.close();
      hashing.follow(state.value().pool, false);
      await downloads.releaseAll();
      snapshots.close();
    },
  };
}

/** Throws ConfigError on what is no number of pictures. */
function checkedPictures(pictures: number | null): number | null {
  if (pictures === null || (Number.isSafeInteger(pictures) && pictures > 0)) return pictures;
  throw new ConfigError(`A sweep scores 1 picture of each task or more, not ${pictures}.`);
}
