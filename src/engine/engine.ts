/**
 * The engine: takes the page's commands and pushes snapshots. It knows neither page nor worker, so it runs in Node as
 * well, which is how it is tested.
 *
 * One value holds everything (`value.ts`). Commands that change pool or tasks go through one queue, one after the other;
 * those that only change a number act at once on the value that stands (`state.ts`). When a command's promise is settled,
 * the page has the snapshot with its effect.
 */
import { ConfigError } from '../errors';
import { createMatrixJobsHere } from '../method/matrices/jobs';
import { RECIPE_KEY, readRecipe } from '../program/recipe';
import { randomHex } from '../storage/random-hex';
import type { Library } from '../storage/types';
import type {
  EngineChoice,
  Finding,
  MergeOutcome,
  PairSide,
  Remark,
  StudioEngine,
  StudioState,
} from './api';
import { createArrivals } from './arrivals';
import { createComparisons } from './compare/comparisons';
import { cardFigures } from './downloads/card-figures';
import { createDownloads } from './downloads/downloads';
import { exportModel } from './downloads/merged-model';
import { pinReports } from './downloads/pin-report';
import { exportComparison, exportReport } from './downloads/report';
import { createInsight } from './insight/commands';
import { createJobs } from './jobs/jobs';
import { wantedLayers, withPlannedLayers } from './layers';
import { withMergeSettings } from './merge-settings';
import { chooseMethod, startingOptions, TASK_ARITHMETIC } from './method';
import { addPin, editPins, pinOf, recipeOfPin, takePins } from './pins/pin';
import { comparePins, pinUnits, sideColumn } from './pins/pins';
import { withoutDemo } from './pool/demo';
import { checkedWeight, editPool } from './pool/edits';
import { createHashing, HASHING, hashModel } from './pool/hashing';
import { type Hasher, hashHere } from './pool/hashing-threads';
import { createMeasuring, MEASURING } from './pool/measuring';
import { recipeOfMerge } from './pool/named-merge';
import { applyRecipe, matchRecipe, needsSums, type WantedRecipe } from './pool/restoring';
import { createQueue } from './queue';
import type { Records } from './records';
import { createRelations } from './relations/relations';
import type { ScoringPhase } from './scoring/board';
import { createScoreBook } from './scoring/book';
import { createCombinations, KEEPING } from './scoring/combinations';
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

/** Remarks that a snapshot carries: the page tells each once, and none is older than a visit. */
const MAX_REMARKS = 20;

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
  let remarks: readonly Remark[] = [];
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
  const state = createState(library, queue, {
    onChange: follow,
    onRemark: remark,
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
  const downloads = createDownloads();
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
      remarks,
    });
  }

  /** What failed may be explained by what measuring finds in a moment, and then be another thing to do. */
  function toldPhase(): ScoringPhase {
    const phase = scorer.phase();
    if (phase.phase !== 'failed' || !measuring.pending()) return phase;
    return { phase: 'preparing', text: 'Reading the weights', secondsLeft: null };
  }

  function remark(finding: Finding): void {
    const id = (remarks.at(-1)?.id ?? 0) + 1;
    remarks = [...remarks, { ...finding, id }].slice(-MAX_REMARKS);
    snapshots.changed();
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

  /**
   * Measuring and whatever compares experts wait for the first number, hashing for everything else, and keeping what was
   * combined for both: that is what people look at. Only beside threads that hash can this one measure.
   */
  function readWhenFree(): void {
    const { phase } = scorer.phase();
    measuring.follow(state.value(), !scorer.awaitsNumber());
    relations.follow(!scorer.awaitsNumber());
    const scores = phase === 'preparing' || phase === 'scoring';
    // Whatever is imported, written or read comes before what nobody asked for.
    scorer.spare(jobs.views().length === 0 && !measuring.pending() && !tried.pending());
    const isOnly = (...names: readonly string[]) =>
      jobs.views().every(({ id }) => names.some((name) => id.startsWith(name)));
    const beside = hasher.atOnce > 1 ? [MEASURING] : [];
    hashing.follow(state.value().pool, !scores && isOnly(HASHING, KEEPING, ...beside));
    const { pool, tasks, method, layers } = state.value();
    const inputs = mergeInputs(pool, tasks, method, layers);
    combinations.follow(scorer.workspace(), inputs, phase === 'complete' && isOnly(KEEPING));
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

  /** Settles when the page has the snapshot with the command's effect, or with that of its failure. */
  const command = async <T>(work: () => Promise<T> | T): Promise<T> => {
    try {
      return await work();
    } finally {
      await snapshots.flush();
    }
  };

  const change = (edit: (records: Records) => Records): Promise<void> =>
    command(() => queue.run(() => state.change(edit)));

  const setNumber = (field: string, edit: (records: Records) => Records): Promise<void> =>
    command(() => state.setNumber(field, edit));

  const setWeights = async (weights: Readonly<Record<string, number>>): Promise<void> => {
    const edits = Object.entries(weights).map(([id, given]) => {
      const edit = { type: 'setWeight', id, weight: withoutSign(checkedWeight(given)) } as const;
      return [`weight ${id}`, (records: Records) => editPool(records, edit)] as const;
    });
    return command(() => state.setNumbers(new Map(edits)));
  };

  const sumOf = (id: string) =>
    state.value().pool.models.find((model) => model.id === id)?.facts.sha256;

  /** Computes the sums that are not known yet, where the recipe asks for one that none of the known is. */
  const sumUp = async (wanted: WantedRecipe): Promise<void> => {
    if (needsSums(wanted, state.value().pool.models, sumOf)) {
      await jobs.run('restore', 'SHA-256 of the models', async (job) => {
        for (const model of state.value().pool.models) {
          if (sumOf(model.id) !== undefined) continue;
          const tell = (done: number, total: number) =>
            job.report(`SHA-256 of ${model.name}`, total === 0 ? 1 : done / total);
          await hashModel(model, state.learn, job.signal, tell, hasher);
        }
      });
    }
  };

  const restore = async (wanted: WantedRecipe): Promise<void> => {
    await sumUp(wanted);
    await queue.run(() =>
      state.change((records) =>
        withPlannedLayers(applyRecipe(wanted, records, sumOf), wanted, state.value()),
      ),
    );
  };

  /** Changes nothing where models are missing, and names them. */
  const applyWanted = async (wanted: WantedRecipe): Promise<MergeOutcome> => {
    await sumUp(wanted);
    return queue.run(async () => {
      let missing: readonly string[] = [];
      await state.change((records) => {
        const match = matchRecipe(wanted, records, sumOf);
        missing = match.missing;
        return match.restored ?? records;
      });
      return { missing };
    });
  };

  const readLibrary = async (): Promise<void> => {
    const { unfinished, damaged } = await library.recover();
    for (const name of unfinished) remark(unfinishedImport(name));
    for (const name of damaged) remark(damagedRecord(name));
    await state.open();
  };

  /** Not null until the library has been read, and where it could not be. */
  let opening: Promise<void> | null = null;
  /** A page whose engine was replaced shows its pool before the new one has read it: what it asks of the pool waits. */
  const whenOpen =
    <P extends readonly unknown[], T>(ask: (...given: P) => Promise<T>) =>
    (...given: P): Promise<T> =>
      opening === null ? ask(...given) : opening.then(() => ask(...given));

  const commands: StudioEngine = {
    connect: (listener) => {
      push = listener;
      const reading = readLibrary();
      opening = reading;
      reading.then(
        () => {
          opening = null;
        },
        () => undefined,
      );
      return command(async () => {
        await reading;
        const { tasks, choice } = state.value();
        if (tasks.length > 0) scorer.expect();
        if (chosen === null) await choose(choice);
      });
    },

    expectTasks: async () => scorer.expect(),

    addCheckpoints: whenOpen((...drop) => command(() => arrivals.addCheckpoints(...drop))),

    addTaskImages: whenOpen((jobId, files, origin) => {
      scorer.expect();
      return command(() => arrivals.addTaskImages(jobId, files, origin));
    }),

    editPool: whenOpen(async (edit) => {
      if (edit.type === 'setWeight') return setWeights({ [edit.id]: edit.weight });
      return change((records) => editPool(records, edit));
    }),

    setWeights: whenOpen(setWeights),

    editTask: whenOpen((edit) => change((records) => editTasks(records, edit))),

    setScalingFactor: async (value) => {
      if (!Number.isFinite(value)) {
        throw new ConfigError(`The scaling factor is a finite number, not ${value}.`);
      }
      const scalingFactor = withoutSign(value);
      return setNumber('scalingFactor', (records) => ({ ...records, scalingFactor }));
    },

    setLayers: whenOpen(async (wanted) => {
      const value = state.value();
      const layers = wantedLayers(wanted, value);
      return setNumber('layers', (records) => ({ ...records, layers }));
    }),

    setMethod: whenOpen(async (name, options) => {
      const { method } = state.value();
      // Merged here, not on the page: its snapshot may be older than its last edit.
      const kept = name === method.name ? method.options : startingOptions(name);
      const next = chooseMethod(name, { ...kept, ...options });
      return setNumber('method', (records) => ({ ...records, method: next }));
    }),

    restoreRecipe: whenOpen((modelId) =>
      command(async () => {
        const merged = state.value().pool.models.find(({ id }) => id === modelId);
        const text = merged?.opened.model?.checkpoint.metadata.get(RECIPE_KEY);
        if (!merged || text === undefined) {
          throw new ConfigError('This model has no recipe in its metadata.');
        }
        await restore(readRecipe(merged.name, text));
      }),
    ),

    setMerge: whenOpen((settings) => change((records) => withMergeSettings(records, settings))),

    applyMerge: whenOpen((merge) => command(() => applyWanted(recipeOfMerge(merge)))),

    pin: whenOpen(async () => {
      // What is on screen now, whatever comes before its turn.
      const pin = pinOf(state.value(), randomHex());
      await change((records) => addPin(records, pin));
      return pin.id;
    }),

    takePins: whenOpen((pins) =>
      command(async () => {
        let left: readonly string[] = [];
        await queue.run(() =>
          state.change((records) => {
            const taken = takePins(records, pins, randomHex, sumOf);
            left = taken.left;
            return taken.records;
          }),
        );
        return left;
      }),
    ),

    editPins: whenOpen((edit) => change((records) => editPins(records, edit))),

    applyPin: whenOpen((id) =>
      command(async () => {
        const pin = state.value().pins.find((each) => each.id === id);
        if (!pin) throw new ConfigError('This pin is not there any more.');
        return applyWanted(recipeOfPin(pin));
      }),
    ),

    comparePins: whenOpen(async (pair) => comparePins(state.value(), book, scorer.kind(), pair)),

    exportConfiguration: whenOpen((format) => {
      const value = state.value();
      return command(async () => (await configurations()).writeConfigurationFile(value, format));
    }),

    applyConfiguration: whenOpen((file) =>
      command(async () => {
        const { holdsCoefficients, readCoefficients, ...read } = await configurations();
        if (!holdsCoefficients(file)) return restore(await read.readConfigurationFile(file));
        const weights = await readCoefficients(file);
        const method = read.methodOfCoefficients(file, weights, state.value());
        return setNumber('method', (records) => ({ ...records, method }));
      }),
    ),

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

    exportComparison: whenOpen(() => command(() => exportComparison(snapshot()))),

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

    exportModel: whenOpen((jobId, options) => {
      // What is on screen now, whatever comes while it is written.
      const value = state.value();
      const workspace = scorer.workspace();
      const figures = cardFigures(snapshot());
      return command(() =>
        jobs.run(jobId, 'Writing the merged model', async (job) => {
          const onUnsummed = (names: readonly string[]) => remark(unsummedRecipe(names));
          const { learn } = state;
          const { matrices } = runtime;
          const given = { value, workspace, version, learn, hasher, matrices, figures };
          const context = { ...given, onUnsummed };
          return downloads.keep(await exportModel(library, context, options, job));
        }),
      );
    }),

    releaseDownload: (download) => downloads.release(download),

    exportReport: whenOpen(() =>
      command(() => {
        const pins = pinReports(state.value(), book, scorer.kind());
        return exportReport(
          state.value(),
          snapshot(),
          version,
          insight.figures,
          pins,
          relations.report(),
        );
      }),
    ),

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

/** Loaded when it is asked for: YAML and the words of FusionBench are a quarter of the worker's program. */
const configurations = () => import('./downloads/configuration');

/** Throws ConfigError on what is no number of pictures. */
function checkedPictures(pictures: number | null): number | null {
  if (pictures === null || (Number.isSafeInteger(pictures) && pictures > 0)) return pictures;
  throw new ConfigError(`A sweep scores 1 picture of each task or more, not ${pictures}.`);
}

/** Minus zero is zero: it would change the sign of zeros in the bytes, and no recipe can say it. */
function withoutSign(value: number): number {
  return value === 0 ? 0 : value;
}

function unsummedRecipe(names: readonly string[]): Finding {
  return {
    severity: 'info',
    message: `The recipe in the downloaded model names ${names.join(', ')} without SHA-256: the sums take longer than the download and are computed while nothing else is to do. The report has them then, and a later download too.`,
    details: [],
  };
}

function unfinishedImport(name: string): Finding {
  return {
    severity: 'info',
    subject: name,
    message: `The import of ${name} was not finished when the page was closed, and what there was of it has been removed. Add it again.`,
    details: [],
  };
}

function damagedRecord(name: string): Finding {
  return {
    severity: 'warning',
    subject: name,
    message: `What the library keeps of ${name} is damaged. Remove it and add it again.`,
    details: [],
  };
}
