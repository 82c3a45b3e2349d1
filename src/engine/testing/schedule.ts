/** Test support: the commands of random schedules, as fast-check's model-based commands, and what they leave to be checked. */
import fc from 'fast-check';
import { ALL_METHODS } from '../../method/registry';
import { RECIPE_KEY } from '../../program/recipe';
import type { ExportedFile, LayerFactors, LayerPreset, StudioState } from '../api';
import type { MicroFiles } from './micro';
import type { Tab, World } from './world';

/** A file that was given out. */
export interface Given {
  readonly tab: Tab;
  readonly file: ExportedFile;
}

/** What a command left. */
export interface Sent {
  readonly tab: Tab;
  readonly label: string;
  readonly outcome: Promise<unknown>;
  /** Whether, and against what named error, it was settled; undefined while it is not. */
  settled?: 'fulfilled' | 'rejected' | 'killed';
  error?: unknown;
  /** Something that its effect should have shown when it was settled, and did not. */
  missing?: string;
}

export interface Real {
  readonly world: World;
  readonly files: MicroFiles;
  readonly sent: Sent[];
  readonly given: Given[];
  /** How many commands each field was told by, so that one can tell whether another came in between. */
  readonly touched: Map<string, number>;
  /** Settings that a tab had once. */
  readonly noted: Map<Tab, StudioState['merge']>;
  /** Which picture of which task is tried in a tab, on the task's own classes. */
  readonly tried: Map<Tab, { readonly taskId: string; readonly index: number }>;
  jobs: number;
}

/** Nothing is modelled beforehand: what should hold is checked against the library, the files and the arithmetic. */
type Model = object;

interface Command extends fc.AsyncCommand<Model, Real> {}

/** What a command asks of the engine, chosen when it is sent: by then the pool is another than when it was generated. */
interface Plan {
  /** Fields that it changes; `*` changes all. */
  readonly fields: readonly string[];
  send(tab: Tab): Promise<unknown>;
  /** Does the snapshot show its effect? */
  shows?(state: StudioState): boolean;
}

/** Everything can be tried again with other numbers: places in lists are counted around. */
const place = fc.nat({ max: 7 });
const factor = fc.constantFrom(-0.5, 0, 0.3, 0.7, 1, 1.37);

function at<T>(list: readonly T[], index: number): T | undefined {
  return list.length === 0 ? undefined : list[index % list.length];
}

function command(
  label: string,
  plan: (real: Real, tab: Tab) => Plan | null,
  which: number,
): Command {
  return {
    check: () => true,
    toString: () => label,
    async run(_, real) {
      const tabs = real.world.tabs.filter((tab) => tab.connected());
      const tab = at(tabs, which);
      if (!tab) return;
      const planned = plan(real, tab);
      if (planned) send(real, tab, label, planned);
    },
  };
}

/** Sends without waiting, and notes what becomes of it. */
function send(real: Real, tab: Tab, label: string, plan: Plan): void {
  const { touched, sent } = real;
  const tell = (field: string) => touched.set(field, (touched.get(field) ?? 0) + 1);
  for (const field of [...plan.fields, 'any']) tell(field);
  const before = plan.fields.map((field) => touched.get(field));
  const beforeAll = touched.get('*');
  const busy = sent.some(({ settled }) => settled === undefined);
  const outcome = tab.inside(() => plan.send(tab));
  const record: Sent = { tab, label, outcome };
  sent.push(record);
  outcome.then(
    () => {
      if (record.settled === 'killed') return;
      record.settled = 'fulfilled';
      const undisturbed =
        !busy &&
        real.world.tabs.length === 1 &&
        beforeAll === touched.get('*') &&
        plan.fields.every((field, i) => touched.get(field) === before[i]);
      if (undisturbed && plan.shows && !plan.shows(tab.state())) record.missing = label;
    },
    (error: unknown) => {
      if (record.settled === 'killed') return;
      record.settled = 'rejected';
      record.error = error;
    },
  );
}

const one = (name: string, ...fields: string[]) => [name, ...fields];

function modelAt(state: StudioState, index: number) {
  return at(state.pool.models, index);
}

/** Every command that the page has, with what it is about. */
export function allCommands(files: MicroFiles) {
  const modelNames = Object.keys(files.models);
  const taskNames = Object.keys(files.tasks);
  const make = <T>(
    arbitrary: fc.Arbitrary<T>,
    label: (value: T) => string,
    plan: (value: T, real: Real, tab: Tab) => Plan | null,
  ): fc.Arbitrary<Command> =>
    fc
      .tuple(arbitrary, fc.nat({ max: 3 }))
      .map(([value, which]) =>
        command(`${label(value)} in tab ${which}`, (real, tab) => plan(value, real, tab), which),
      );

  const jobId = (real: Real) => `job ${++real.jobs % 3}`;
  return [
    make(
      fc.subarray(modelNames, { minLength: 1 }),
      (names) => `add ${names}`,
      (names, real) => ({
        fields: one('*'),
        send: ({ engine }) =>
          engine.addCheckpoints(
            jobId(real),
            names.flatMap((name) => files.models[name] ?? []),
            'user',
          ),
        shows: ({ pool }) =>
          names.every((name) => pool.models.some((m) => m.name.startsWith(name))),
      }),
    ),
    make(
      fc.subarray(taskNames, { minLength: 1 }),
      (names) => `add pictures ${names}`,
      (names, real) => ({
        fields: one('*'),
        send: ({ engine }) =>
          engine.addTaskImages(
            jobId(real),
            names.flatMap((name) => files.tasks[name] ?? []),
            'user',
          ),
        shows: ({ tasks }) => names.every((name) => tasks.some((t) => t.name.startsWith(name))),
      }),
    ),
    make(
      fc.constant(null),
      () => 'add the demo',
      (_, real) => ({
        fields: one('*'),
        send: ({ engine }) =>
          Promise.all([
            engine.addCheckpoints(
              jobId(real),
              [...(files.models.second ?? []), ...(files.models.gamma ?? [])],
              'demo',
            ),
            engine.addTaskImages(jobId(real), files.tasks.pairs ?? [], 'demo'),
          ]),
      }),
    ),
    make(
      fc.boolean(),
      (hidden) => `${hidden ? 'hide' : 'show'} the demo`,
      (hidden) => ({
        fields: one('*'),
        send: ({ engine }) => engine.setDemoHidden(hidden),
        shows: ({ demoHidden }) => demoHidden === hidden,
      }),
    ),
    make(
      place,
      (n) => `remove model ${n}`,
      (n, _, tab) => {
        const model = modelAt(tab.state(), n);
        return (
          (model && {
            fields: one('*'),
            send: ({ engine }: Tab) => engine.editPool({ type: 'remove', id: model.id }),
            shows: ({ pool }: StudioState) => pool.models.every(({ id }) => id !== model.id),
          }) ??
          null
        );
      },
    ),
    make(
      place,
      (n) => `use model ${n} as base`,
      (n, _, tab) => {
        const model = modelAt(tab.state(), n);
        return (
          (model && {
            fields: one('base'),
            send: ({ engine }: Tab) => engine.editPool({ type: 'setBase', id: model.id }),
            shows: ({ pool }: StudioState) =>
              pool.models[0]?.id === model.id && pool.models[0].role === 'base',
          }) ??
          null
        );
      },
    ),
    make(
      fc.tuple(place, fc.boolean()),
      ([n, included]) => `${included ? 'include' : 'exclude'} model ${n}`,
      ([n, included], _, tab) => {
        const model = modelAt(tab.state(), n);
        return (
          (model && {
            fields: one(`included ${model.id}`, 'base'),
            send: ({ engine }: Tab) =>
              engine.editPool({ type: 'setIncluded', id: model.id, included }),
            shows: ({ pool }: StudioState) =>
              pool.models.find(({ id }) => id === model.id)?.included === included,
          }) ??
          null
        );
      },
    ),
    make(
      fc.tuple(place, fc.constantFrom(-1, 0, 0.5, 1, 2)),
      ([n, weight]) => `weigh model ${n} by ${weight}`,
      ([n, weight], _, tab) => {
        const model = modelAt(tab.state(), n);
        return (
          (model && {
            fields: one(`weight ${model.id}`, 'base'),
            send: ({ engine }: Tab) => engine.editPool({ type: 'setWeight', id: model.id, weight }),
            shows: ({ pool }: StudioState) => {
              const found = pool.models.find(({ id }) => id === model.id);
              return found?.role === 'base' || found?.weight === weight;
            },
          }) ??
          null
        );
      },
    ),
    make(
      fc.array(fc.constantFrom(-1, 0, 0.5, 1, 2), { minLength: 1, maxLength: 4 }),
      (weights) => `weigh all by ${weights}`,
      (weights, _, tab) => {
        const models = tab.state().pool.models.filter(({ role }) => role === 'expert');
        const wanted = new Map(models.map(({ id }, i) => [id, weights[i % weights.length] ?? 1]));
        return {
          fields: [...one('base'), ...models.map(({ id }) => `weight ${id}`)],
          send: ({ engine }) => engine.setWeights(Object.fromEntries(wanted)),
          shows: ({ pool }) =>
            pool.models.every(
              ({ id, role, weight }) => role === 'base' || weight === (wanted.get(id) ?? weight),
            ),
        };
      },
    ),
    make(
      fc.tuple(place, fc.constantFrom('model_ema', 'model_ema', 'model', 'ema', null)),
      ([n, part]) => `take ${part} of model ${n}`,
      ([n, part], _, tab) => {
        const { models } = tab.state().pool;
        // Mostly of one that has several, and now and then of any.
        const model = at(part === 'ema' ? models : models.filter(({ parts }) => parts), n);
        return (
          (model && {
            fields: one(`part ${model.id}`),
            send: ({ engine }: Tab) => engine.editPool({ type: 'setPart', id: model.id, part }),
            shows: ({ pool }: StudioState) => {
              const taken = pool.models.find(({ id }) => id === model.id)?.parts?.taken;
              return taken === (part ?? 'model') || (part === null && taken === undefined);
            },
          }) ??
          null
        );
      },
    ),
    make(
      fc.tuple(place, place),
      ([n, index]) => `move model ${n} to ${index}`,
      ([n, index], _, tab) => {
        const model = modelAt(tab.state(), n);
        return model
          ? {
              fields: one('order'),
              send: ({ engine }) => engine.editPool({ type: 'move', id: model.id, index }),
            }
          : null;
      },
    ),
    make(
      fc.tuple(place, fc.constantFrom('alpha', 'beta', 'other', 'pairs')),
      ([n, name]) => `rename model ${n} to ${name}`,
      ([n, name], _, tab) => {
        const model = modelAt(tab.state(), n);
        return (
          (model && {
            fields: one(`name ${model.id}`),
            send: ({ engine }: Tab) => engine.editPool({ type: 'rename', id: model.id, name }),
            shows: ({ pool }: StudioState) =>
              pool.models.find(({ id }) => id === model.id)?.name.startsWith(name) ?? false,
          }) ??
          null
        );
      },
    ),
    make(
      fc.tuple(
        place,
        fc.constantFrom('include', 'exclude', 'rename', 'prompt', 'halve', 'expert', 'remove'),
      ),
      ([n, what]) => `${what} task ${n}`,
      ([n, what], _, tab) => {
        const task = at(tab.state().tasks, n);
        if (!task) return null;
        const { id, classnames } = task;
        return {
          fields: one(`${what} ${id}`, ...(what === 'remove' ? ['*'] : [])),
          send: ({ engine }) => {
            if (what === 'remove') return engine.editTask({ type: 'remove', id });
            if (what === 'halve') return engine.editTask({ type: 'setSplit', id, split: 0.5 });
            if (what === 'rename') return engine.editTask({ type: 'rename', id, name: 'gamma' });
            if (what === 'expert') {
              const expert = modelAt(tab.state(), n)?.id ?? null;
              return engine.editTask({ type: 'setExpert', id, expert });
            }
            if (what === 'prompt') {
              return engine.editTask({ type: 'setPrompts', id, classnames, templates: ['a {}'] });
            }
            return engine.editTask({ type: 'setIncluded', id, included: what === 'include' });
          },
        };
      },
    ),
    make(
      fc.constantFrom('lambda' as const, 'weights' as const),
      (name) => `split all and search ${name}`,
      (name, real) => ({
        // It ends with another factor or other weights.
        fields: one('*'),
        send: async ({ engine }) => {
          await engine.editTask({ type: 'setSplit', id: null, split: 0.5 });
          await engine.search(jobId(real), name);
        },
      }),
    ),
    make(
      fc.constant(null),
      () => 'compare methods',
      (_, real) => ({ fields: [], send: ({ engine }) => engine.compare(jobId(real)) }),
    ),
    make(
      fc.constant(null),
      () => 'table of the comparison',
      () => ({ fields: [], send: ({ engine }) => engine.exportComparison() }),
    ),
    make(
      factor,
      (value) => `factor ${value}`,
      (value) => ({
        fields: one('factor'),
        send: ({ engine }) => engine.setScalingFactor(value),
        shows: ({ scalingFactor, method }) => !method.hasScalingFactor || scalingFactor === value,
      }),
    ),
    make(
      fc.constantFrom<LayerFactors | LayerPreset>(
        { 'layers.0.mlp': 0.5 },
        { embeddings: 0, 'encoder.layers.0.mlp.fc1.bias': 2 },
        'flat',
        'ramp',
        'attention',
      ),
      (wanted) => `layers ${JSON.stringify(wanted)}`,
      (wanted) => ({
        fields: one('layers', 'base'),
        send: ({ engine }) => engine.setLayers(wanted),
        shows: ({ layers }) =>
          layers.depth === 0 ||
          (typeof wanted === 'string'
            ? layers.preset === wanted
            : Object.entries(wanted).every(
                ([group, factor]) => (layers.groups[group] ?? factor) === factor,
              )),
      }),
    ),
    make(
      fc.constantFrom(...ALL_METHODS.map(({ name }) => name)),
      (name) => `method ${name}`,
      (name) => ({
        fields: one('method'),
        send: ({ engine }) => engine.setMethod(name, {}),
        shows: ({ method }) => method.name === name,
      }),
    ),
    make(
      fc.constantFrom(20, 35, 80),
      (threshold) => `TIES with threshold ${threshold}`,
      (threshold) => ({
        fields: one('method'),
        send: ({ engine }) => engine.setMethod('TiesMergingAlgorithm', { threshold }),
        shows: ({ method }) => method.name === 'TiesMergingAlgorithm',
      }),
    ),
    make(
      fc.constantFrom(1, 5, 256),
      (pictures) => `RegMean on ${pictures} pictures`,
      (pictures, _, tab) => ({
        fields: one('*'),
        async send({ engine }) {
          const { pool, tasks } = tab.state();
          const experts = pool.models.filter(({ role }) => role === 'expert');
          // As many as there are tasks, each with one of its own.
          for (const [place, { id }] of experts.entries()) {
            const included = place < tasks.length;
            await engine.editPool({ type: 'setIncluded', id, included });
          }
          for (const [place, { id }] of tasks.entries()) {
            const expert = experts[place]?.id ?? null;
            await engine.editTask({ type: 'setExpert', id, expert });
          }
          await engine.setMethod('RegMeanAlgorithmForCLIP', { num_regmean_examples: pictures });
        },
      }),
    ),
    make(
      fc.constant(null),
      () => 'bring settings back',
      (_, real, tab) => {
        const settings = real.noted.get(tab);
        real.noted.set(tab, tab.state().merge);
        return settings
          ? { fields: one('*'), send: ({ engine }) => engine.setMerge(settings) }
          : null;
      },
    ),
    make(
      fc.tuple(fc.subarray(['alpha', 'beta', 'gamma'], { minLength: 1 }), factor),
      ([experts, value]) => `merge ${experts} in words at ${value}`,
      ([experts, value]) => ({
        fields: one('*'),
        send: ({ engine }) =>
          engine.applyMerge({
            method: { name: 'TaskArithmeticAlgorithm', options: {} },
            scalingFactor: value,
            ...(value === 1.37 && { layers: { post: 0.5 } }),
            pretrained: { name: '_pretrained_', weight: 1, sha256: null, part: null },
            experts: experts.map((name) => ({
              name,
              weight: 1,
              sha256: files.sums[name] ?? null,
              part: null,
            })),
          }),
      }),
    ),
    make(
      fc.constant(null),
      () => 'pin',
      () => ({
        fields: one('*'),
        send: ({ engine }) => engine.pin(),
        shows: ({ pins, pool }) => !pool.mergeable || pins.length > 0,
      }),
    ),
    make(
      fc.tuple(place, fc.constantFrom('use', 'rename', 'remove', 'compare', 'take again')),
      ([n, what]) => `${what} pin ${n}`,
      ([n, what], _, tab) => {
        const view = at(tab.state().pins, n);
        if (!view) return null;
        const { id } = view.pin;
        return {
          fields: one('*'),
          send: async ({ engine }) => {
            if (what === 'use') await engine.applyPin(id);
            if (what === 'rename') await engine.editPins({ type: 'rename', id, name: 'mine' });
            if (what === 'remove') await engine.editPins({ type: 'remove', id });
            if (what === 'compare') await engine.comparePins({ a: id, b: null });
            if (what === 'take again') await engine.takePins([view.named]);
          },
          shows: ({ pins, pool }) => {
            const found = pins.find(({ pin }) => pin.id === id);
            if (what === 'remove') return found === undefined;
            if (what === 'rename') return found?.pin.name.startsWith('mine') ?? false;
            if (what !== 'use' || !pool.mergeable) return true;
            return found?.present === true || (found?.missing.length ?? 1) > 0;
          },
        };
      },
    ),
    make(
      fc.uniqueArray(factor, { maxLength: 3 }),
      (values) => `sweep ${values}`,
      (values) => ({ fields: one('sweep'), send: ({ engine }) => engine.sweep(values) }),
    ),
    make(
      fc.uniqueArray(factor, { maxLength: 2 }),
      (values) => `look ahead at ${values}`,
      (values) => ({
        fields: [],
        send: async ({ engine }) => {
          await engine.lookAhead(values);
          await engine.pictureStory(null);
        },
      }),
    ),
    make(
      fc.constant(null),
      () => 'stop',
      () => ({ fields: one('sweep'), send: ({ engine }) => engine.stop() }),
    ),
    make(
      place,
      (n) => `cancel job ${n}`,
      (n, _, tab) => {
        const job = at(tab.state().jobs, n);
        return job ? { fields: one('*'), send: ({ engine }) => engine.cancel(job.id) } : null;
      },
    ),
    make(
      fc.constantFrom('auto' as const, 'cpu' as const, 'webgpu' as const),
      (choice) => `engine ${choice}`,
      (choice) => ({
        fields: one('engine'),
        send: ({ engine: commands }) => commands.chooseEngine(choice),
        shows: ({ engine }) => engine.choice === choice && engine.active === 'cpu',
      }),
    ),
    make(
      fc.record({
        content: fc.constantFrom('vision' as const, 'clip' as const),
        dtype: fc.constantFrom('base' as const, 'F16' as const),
      }),
      ({ content, dtype }) => `download ${content} ${dtype}`,
      (options, real) => ({
        fields: [],
        send: async (tab) => {
          const file = await tab.engine.exportModel(jobId(real), { ...options, zip: false });
          real.given.push({ tab, file });
        },
      }),
    ),
    make(
      fc.constant(null),
      () => 'compare task vectors',
      (_, real) => ({ fields: [], send: ({ engine }) => engine.compareTaskVectors(jobId(real)) }),
    ),
    make(
      fc.tuple(place, fc.nat({ max: 11 })),
      ([n, index]) => `try picture ${index} of task ${n}`,
      ([n, index], real, tab) => {
        const task = at(tab.state().tasks, n);
        if (!task) return null;
        return {
          fields: [],
          send: async ({ engine }) => {
            const [picture] = await engine.taskPictures(task.id, [index]);
            if (!picture) return;
            const { name, blob } = picture;
            const classes = { kind: 'task', taskId: task.id } as const;
            real.tried.set(tab, { taskId: task.id, index });
            await engine.tryPicture({ name, blob, classes, expert: null });
          },
        };
      },
    ),
    make(
      fc.constantFrom('typed classes', 'typed classes, with an expert', 'no picture', 'nothing'),
      (what) => `try ${what}`,
      (what, real, tab) => {
        const [first] = files.tasks.alpha ?? [];
        const expert = what.endsWith('expert') ? (modelAt(tab.state(), 1)?.id ?? null) : null;
        const classes = {
          kind: 'typed',
          classnames: ['left', 'right', 'other'],
          templates: ['a {}'],
        } as const;
        const blob = what === 'no picture' ? new Blob(['no picture']) : (first?.file ?? new Blob());
        return {
          fields: [],
          send: ({ engine }) => {
            real.tried.delete(tab);
            const isNothing = what === 'nothing';
            return engine.tryPicture(isNothing ? null : { name: what, blob, classes, expert });
          },
        };
      },
    ),
    make(
      fc.constant(null),
      () => 'compare directions',
      (_, real) => ({ fields: [], send: ({ engine }) => engine.compareDirections(jobId(real)) }),
    ),
    make(
      fc.constant(null),
      () => 'report',
      () => ({ fields: [], send: ({ engine }) => engine.exportReport() }),
    ),
    make(
      place,
      (n) => `add download ${n}`,
      (n, real) => {
        const given = at(real.given, n);
        return given
          ? {
              fields: one('*'),
              send: ({ engine }) => {
                const { file, name } = given.file;
                const dropped = { path: `merged/${name}`, file: new File([file], name) };
                return engine.addCheckpoints(jobId(real), [dropped], 'user');
              },
            }
          : null;
      },
    ),
    make(
      place,
      (n) => `restore recipe ${n}`,
      (n, _, tab) => {
        const merged = tab
          .state()
          .pool.models.filter(({ metadata }) => metadata.some(([key]) => key === RECIPE_KEY));
        const model = at(merged, n);
        return model
          ? { fields: one('*'), send: ({ engine }) => engine.restoreRecipe(model.id) }
          : null;
      },
    ),
    make(
      fc.tuple(fc.shuffledSubarray(['alpha', 'beta', 'gamma', 'twins'], { minLength: 1 }), factor),
      ([experts, value]) => `configuration ${experts} at ${value}`,
      ([experts, value]) => ({
        fields: one('*'),
        send: ({ engine }) => {
          const text = configuration(experts, value);
          return engine.applyConfiguration({ path: 'c.yaml', file: new File([text], 'c.yaml') });
        },
      }),
    ),
    fc.constant<Command>({
      check: () => true,
      toString: () => 'open one more tab',
      async run(_, { world }) {
        if (world.tabs.length < 2) world.open();
      },
    }),
    fc.nat({ max: 1 }).map(
      (n): Command => ({
        check: () => true,
        toString: () => `kill tab ${n}, open another`,
        async run(_, real) {
          const tab = at(real.world.tabs, n);
          if (!tab) return;
          real.world.kill(tab);
          // Whatever it was asked is answered by nobody.
          for (const sent of real.sent) {
            if (sent.tab === tab && sent.settled === undefined) sent.settled = 'killed';
          }
          real.touched.set('*', (real.touched.get('*') ?? 0) + 1);
          if (real.world.tabs.length === 0) real.world.open();
        },
      }),
    ),
  ];
}

/** A configuration of FusionBench that merges these by task arithmetic. */
function configuration(experts: readonly string[], scalingFactor: number): string {
  return [
    '_target_: fusion_bench.programs.FabricModelFusionProgram',
    'method:',
    '  _target_: fusion_bench.method.TaskArithmeticAlgorithm',
    `  scaling_factor: ${scalingFactor}`,
    'modelpool:',
    '  _target_: fusion_bench.modelpool.CLIPVisionModelPool',
    '  models:',
    '    _pretrained_: ./base',
    ...experts.map((name) => `    ${name}: ./${name}${name === 'twins' ? '#model_ema' : ''}`),
    'taskpool:',
    '  _target_: fusion_bench.taskpool.DummyTaskPool',
    '',
  ].join('\n');
}
