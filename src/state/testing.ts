/** For tests: snapshots to start from, and an engine that records commands and says what it is told to say. */
import type { EngineHandle } from '../engine/client';
import type { DeviceError } from '../errors';
import { someDirections, someRelations } from './relations.fixture';
import type { StudioDependencies } from './store';
import type {
  MethodView,
  ModelView,
  PinView,
  ScoreBoard,
  StudioEngine,
  StudioState,
  TaskScore,
  TaskView,
} from './types';

/** A page with nothing around it but an engine: no demo, no address of its own, and nothing that is kept or handed out. */
export function bareDependencies(openEngine: () => EngineHandle): StudioDependencies {
  return {
    openEngine,
    requestFrame: (callback) => callback(),
    address: { read: () => null, write: () => undefined, wantsDemo: () => false },
    save: () => undefined,
    demo: null,
    fetchDemoFile: () => Promise.reject(new Error('There is no demo here.')),
    isFirstVisit: async () => false,
    persist: () => undefined,
  };
}

export function aModel(overrides: Partial<ModelView> = {}): ModelView {
  return {
    id: 'model-1',
    name: 'fashion',
    origin: 'user',
    role: 'expert',
    included: true,
    weight: 1,
    bytes: 4_853_744,
    architecture: 'CLIP vision tower',
    geometry: '256 × 3 · patch 8 · 32 px',
    dtypes: 'F16',
    mergedTensors: 55,
    hasTextTower: false,
    metadata: [],
    assumptions: [],
    findings: [],
    ...overrides,
  };
}

export function aTask(overrides: Partial<TaskView> = {}): TaskView {
  return {
    id: 'task-1',
    name: 'fashion',
    origin: 'user',
    included: true,
    classnames: ['dress', 'coat'],
    templates: ['a photo of a {}'],
    imageCount: 400,
    classCounts: [200, 200],
    unreadable: [],
    split: null,
    expert: 'fashion',
    chosenExpert: null,
    findings: [],
    ...overrides,
  };
}

/** A score of two classes, with all of its images scored unless `total` says more. */
export function aScore(taskId: string, correct: number, scored: number, total = scored): TaskScore {
  const accuracy = correct / scored;
  const half = Math.floor(scored / 2);
  const firstRight = Math.min(half, correct);
  return {
    taskId,
    scored,
    total,
    correct,
    accuracy,
    interval: [Math.max(0, accuracy - 0.02), Math.min(1, accuracy + 0.02)],
    loss: scored === total ? 1.25 : null,
    sampleLoss: 1.25,
    perClass: [
      { scored: half, correct: firstRight },
      { scored: scored - half, correct: correct - firstRight },
    ],
  };
}

/** A pin of one expert that nothing is scored of, unless told. */
export function aPin(name: string, overrides: Partial<PinView> = {}): PinView {
  const model = { name: 'base', weight: 1, sha256: null, part: null };
  const merge = {
    method: { name: 'TaskArithmeticAlgorithm', options: {} },
    scalingFactor: 0.3,
    pretrained: model,
    experts: [{ ...model, name: 'fashion' }],
  };
  const withId = (said: typeof model, id: string) => ({ ...said, id });
  return {
    pin: {
      id: `pin ${name}`,
      name,
      ...merge,
      pretrained: withId(merge.pretrained, 'base'),
      experts: merge.experts.map((expert) => withId(expert, 'model-1')),
    },
    named: { name, merge },
    missing: [],
    present: false,
    tasks: {},
    average: null,
    ...overrides,
  };
}

export const emptyBoard: ScoreBoard = {
  pretrained: { tasks: {}, average: null },
  merged: { tasks: {}, average: null },
  expert: { tasks: {}, average: null },
  change: { tasks: {}, average: null },
  curve: [],
  open: [],
  sample: null,
  sweep: null,
  phase: 'idle',
  status: 'Add a pretrained CLIP',
  secondsLeft: null,
  scored: 0,
  total: 0,
  failure: null,
};

const aMethod: MethodView = {
  name: 'TaskArithmeticAlgorithm',
  title: 'Task arithmetic',
  summary: 'Adds up the task vectors.',
  hasScalingFactor: true,
  refusal: null,
  options: [],
};

/** The settings follow from the others, as the engine's do. */
export function aSnapshot(overrides: Partial<StudioState> = {}): StudioState {
  const { pool, method = aMethod, scalingFactor = 0.7 } = overrides;
  const models = pool?.models ?? [];
  return {
    pool: { models: [], findings: [], mergeable: false },
    tasks: [],
    method: aMethod,
    methods: [aMethod],
    merge: {
      baseId: models.find(({ role }) => role === 'base')?.id ?? null,
      scalingFactor,
      method: {
        name: method.name,
        options: Object.fromEntries(
          method.options.map(({ option, value }) => [option.name, value]),
        ),
      },
      layers: {},
      models: models.map(({ id, included, weight }) => ({ id, included, weight, part: null })),
    },
    layers: { depth: 0, groups: {}, own: {}, preset: 'flat' },
    scalingFactor: 0.7,
    engine: {
      choice: 'auto',
      active: 'cpu',
      reason: 'This browser has no WebGPU.',
      adapter: null,
      threads: 2,
      exact: true,
      exactDetail: 'All cases agree to the last bit.',
    },
    storage: { used: 0, available: null },
    jobs: [],
    scores: emptyBoard,
    search: null,
    comparison: null,
    tried: null,
    pins: [],
    remarks: [],
    demoHidden: false,
    ...overrides,
  };
}

export interface FakeEngine {
  /** Give this to `createStudio` as `openEngine`. */
  readonly open: () => EngineHandle;
  /** Commands in the order they came: the name and then the arguments. */
  readonly calls: readonly (readonly unknown[])[];
  /** Pushes a snapshot, as the worker would: a copy. */
  push(snapshot: StudioState): void;
  /** What the worker could not handle. */
  trouble(error: DeviceError): void;
  /** Answers a command by this from now on. */
  answer<K extends keyof StudioEngine>(name: K, with_: StudioEngine[K]): void;
  /** How often a worker was opened and closed. */
  readonly opened: () => number;
  readonly closed: () => number;
}

export function createFakeEngine(first: StudioState = aSnapshot()): FakeEngine {
  const calls: unknown[][] = [];
  let listener: ((state: StudioState) => void) | null = null;
  let onTrouble: ((error: DeviceError) => void) | null = null;
  let opened = 0;
  let closed = 0;
  const nothing = async (): Promise<void> => {};
  let awaited: { readonly isShown: (snapshot: StudioState) => boolean; answer(): void }[] = [];
  /** As the worker's numbers are answered: when the page has a snapshot with their effect. */
  const whenShown = (isShown: (snapshot: StudioState) => boolean): Promise<void> =>
    new Promise((answer) => awaited.push({ isShown, answer }));
  const answers: StudioEngine = {
    connect: nothing,
    expectTasks: async () => undefined,
    unzipModels: async (files) => files,
    addCheckpoints: async () => ({ added: [], findings: [] }),
    addTaskImages: async () => ({ added: [], findings: [] }),
    editPool: nothing,
    editTask: nothing,
    setScalingFactor: (value) => whenShown(({ scalingFactor }) => scalingFactor === value),
    setWeights: (weights) =>
      whenShown(({ pool }) =>
        pool.models.every(({ id, weight }) => (weights[id] ?? weight) === weight),
      ),
    lookAhead: nothing,
    pictureStory: async () => null,
    setLayers: (factors) =>
      whenShown(
        ({ layers }) =>
          typeof factors !== 'string' &&
          Object.entries(layers.groups).every(([group, is]) => (factors[group] ?? 1) === is),
      ),
    setMethod: nothing,
    restoreRecipe: nothing,
    setMerge: nothing,
    applyMerge: async () => ({ missing: [] }),
    pin: async () => 'pin-1',
    takePins: async () => [],
    editPins: nothing,
    applyPin: async () => ({ missing: [] }),
    comparePins: async () => ({ tasks: {}, average: null }),
    exportConfiguration: async () => ({
      name: 'task_arithmetic.yaml',
      file: new Blob(['method:']),
    }),
    applyConfiguration: nothing,
    sweep: nothing,
    search: nothing,
    compareTaskVectors: async () => someRelations(),
    compareDirections: async () => someDirections(),
    compare: nothing,
    exportComparison: async () => ({ name: 'comparison.csv', file: new Blob(['model']) }),
    stop: nothing,
    cancel: nothing,
    chooseEngine: nothing,
    exportModel: async () => ({ name: 'model.safetensors', file: new Blob(['weights']) }),
    releaseDownload: nothing,
    exportReport: async () => ({ name: 'program_report.json', file: new Blob(['{}']) }),
    sampleImages: async () => [],
    taskInsight: async () => null,
    taskPictures: async () => [],
    tryPicture: async (picture) => picture?.blob ?? null,
    setDemoHidden: nothing,
  };
  const push = (snapshot: StudioState): void => {
    listener?.(structuredClone(snapshot));
    for (const { isShown, answer } of awaited) if (isShown(snapshot)) answer();
    awaited = awaited.filter(({ isShown }) => !isShown(snapshot));
  };
  const recorded = <A extends unknown[], R>(name: string, command: () => (...args: A) => R) => {
    return (...args: A): R => {
      calls.push([name, ...args]);
      return command()(...args);
    };
  };
  const engine: StudioEngine = {
    connect: async (given) => {
      calls.push(['connect']);
      listener = given;
      await answers.connect(given);
      push(first);
    },
    expectTasks: recorded('expectTasks', () => answers.expectTasks),
    unzipModels: recorded('unzipModels', () => answers.unzipModels),
    addCheckpoints: recorded('addCheckpoints', () => answers.addCheckpoints),
    addTaskImages: recorded('addTaskImages', () => answers.addTaskImages),
    editPool: recorded('editPool', () => answers.editPool),
    editTask: recorded('editTask', () => answers.editTask),
    setScalingFactor: recorded('setScalingFactor', () => answers.setScalingFactor),
    setWeights: recorded('setWeights', () => answers.setWeights),
    lookAhead: recorded('lookAhead', () => answers.lookAhead),
    pictureStory: recorded('pictureStory', () => answers.pictureStory),
    setLayers: recorded('setLayers', () => answers.setLayers),
    setMethod: recorded('setMethod', () => answers.setMethod),
    restoreRecipe: recorded('restoreRecipe', () => answers.restoreRecipe),
    setMerge: recorded('setMerge', () => answers.setMerge),
    applyMerge: recorded('applyMerge', () => answers.applyMerge),
    pin: recorded('pin', () => answers.pin),
    takePins: recorded('takePins', () => answers.takePins),
    editPins: recorded('editPins', () => answers.editPins),
    applyPin: recorded('applyPin', () => answers.applyPin),
    comparePins: recorded('comparePins', () => answers.comparePins),
    exportConfiguration: recorded('exportConfiguration', () => answers.exportConfiguration),
    applyConfiguration: recorded('applyConfiguration', () => answers.applyConfiguration),
    sweep: recorded('sweep', () => answers.sweep),
    search: recorded('search', () => answers.search),
    compareTaskVectors: recorded('compareTaskVectors', () => answers.compareTaskVectors),
    compareDirections: recorded('compareDirections', () => answers.compareDirections),
    compare: recorded('compare', () => answers.compare),
    exportComparison: recorded('exportComparison', () => answers.exportComparison),
    stop: recorded('stop', () => answers.stop),
    cancel: recorded('cancel', () => answers.cancel),
    chooseEngine: recorded('chooseEngine', () => answers.chooseEngine),
    exportModel: recorded('exportModel', () => answers.exportModel),
    releaseDownload: recorded('releaseDownload', () => answers.releaseDownload),
    exportReport: recorded('exportReport', () => answers.exportReport),
    sampleImages: recorded('sampleImages', () => answers.sampleImages),
    taskInsight: recorded('taskInsight', () => answers.taskInsight),
    taskPictures: recorded('taskPictures', () => answers.taskPictures),
    tryPicture: recorded('tryPicture', () => answers.tryPicture),
    setDemoHidden: recorded('setDemoHidden', () => answers.setDemoHidden),
  };
  return {
    open: () => {
      opened += 1;
      return {
        engine,
        onTrouble: (given) => {
          onTrouble = given;
        },
        close: () => {
          closed += 1;
        },
      };
    },
    calls,
    push,
    trouble: (error) => onTrouble?.(error),
    answer: (name, with_) => {
      answers[name] = with_;
    },
    opened: () => opened,
    closed: () => closed,
  };
}
